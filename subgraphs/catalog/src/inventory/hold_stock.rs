//! Holds units for an order of the orders service: all of its lines, or none.
//!
//! Requests of one tenant queue up and are processed in batches: one transaction locks the levels of all requests of the
//! batch, decides request by request, and commits once. So a popular variant costs one lock wait and one flush to disk per
//! batch instead of one per buyer, and a buyer waits rather than being refused for load.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use database::StoreError;
use futures_util::FutureExt;
use ids::{OrderId, TenantId, VariantId};
use service::{CommandQueue, Deadline, QueueError, QueueOptions, TraceContext};
use subgraph::Core;

use super::ledger::{Ledger, LedgerError, ReserveError, VariantStock};
use super::model::{Allocation, Cause, HoldLine, HoldState, Movement, Shortage};
use super::record_movements::record_traced_movements;
use super::store;

/// `workers` limits concurrent transactions; a tenant has at most one at a time.
const QUEUE: QueueOptions = QueueOptions {
    name: "hold_stock",
    capacity: 10_000,
    workers: 4,
    max_batch: 100,
};

/// Request to hold units for an order.
#[derive(Debug, Clone)]
pub struct HoldStock {
    /// The idempotency key.
    pub order: OrderId,
    pub lines: Vec<HoldLine>,
    /// Time after which the hold expires and its units are released.
    pub expires_in: Duration,
    /// Trace of the request.
    pub trace: Option<TraceContext>,
}

/// Outcome of a hold request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HoldOutcome {
    /// The units are held, by this request or by an earlier one of the same order.
    Held,
    /// Nothing was reserved.
    OutOfStock(Vec<Shortage>),
    /// The order's hold was committed, released or expired before.
    Ended,
}

/// Failure of a hold request; nothing was reserved.
#[derive(Debug, Clone, thiserror::Error)]
pub enum HoldStockError {
    #[error("hold request was not processed")]
    Queue(#[from] QueueError),
    #[error(transparent)]
    Store(#[from] Arc<StoreError>),
}

type HoldResult = Result<HoldOutcome, Arc<StoreError>>;

/// Queue of the hold requests of all tenants.
pub type HoldQueue = CommandQueue<TenantId, HoldStock, HoldResult>;

/// Starts the workers that process hold requests.
pub fn start_hold_queue(core: &Core) -> HoldQueue {
    let app = core.clone();
    CommandQueue::start(&core.tasks, QUEUE, move |tenant, commands| {
        let app = app.clone();
        async move { hold_batch(&app, tenant, &commands).await }.boxed()
    })
}

/// Holds units for an order, after the earlier requests of the same tenant.
pub async fn hold_stock(
    queue: &HoldQueue,
    tenant: TenantId,
    command: HoldStock,
    deadline: Deadline,
) -> Result<HoldOutcome, HoldStockError> {
    Ok(queue.submit(tenant, command, deadline).await??)
}

/// Processes a batch; a failed transaction fails every request of it.
async fn hold_batch(app: &Core, tenant: TenantId, commands: &[HoldStock]) -> Vec<HoldResult> {
    match database::retry(|| hold_in_one_transaction(app, tenant, commands)).await {
        Ok(outcomes) => commands
            .iter()
            .map(|command| {
                Ok(outcomes
                    .get(&command.order)
                    .cloned()
                    .unwrap_or(HoldOutcome::Ended))
            })
            .collect(),
        Err(error) => {
            // Logged once for the batch: every request of it fails with the same error.
            tracing::error!(
                tenant.id = %tenant,
                orders = commands.len(),
                error = %service::log::chain(&error),
                "batch of holds failed"
            );
            let error = Arc::new(error);
            commands.iter().map(|_| Err(Arc::clone(&error))).collect()
        }
    }
}

async fn hold_in_one_transaction(
    app: &Core,
    tenant: TenantId,
    commands: &[HoldStock],
) -> Result<BTreeMap<OrderId, HoldOutcome>, StoreError> {
    let now = app.clock.now();
    let requested: BTreeMap<OrderId, DateTime<Utc>> = commands
        .iter()
        .map(|command| (command.order, expiry(now, command.expires_in)))
        .collect();
    let requested: Vec<(OrderId, DateTime<Utc>)> = requested.into_iter().collect();

    let mut tx = app.db.write(tenant).await?;
    let inserted: BTreeSet<OrderId> = store::insert_holds(&mut tx, &requested, now)
        .await?
        .into_iter()
        .collect();
    let existing: Vec<OrderId> = requested
        .iter()
        .map(|(order, _)| *order)
        .filter(|order| !inserted.contains(order))
        .collect();
    let mut outcomes = BTreeMap::new();
    if !existing.is_empty() {
        let states = store::load_hold_states_by_ids(&mut tx, &existing).await?;
        outcomes.extend(
            states
                .into_iter()
                .map(|(order, state)| (order, outcome_of_existing(state))),
        );
    }
    let new_requests = first_requests(commands, &inserted);
    if new_requests.is_empty() {
        tx.rollback().await?;
        return Ok(outcomes);
    }

    let levels = store::lock_levels(&mut tx, &variants_of(&new_requests)).await?;
    let decision = decide(levels, &new_requests).map_err(StoreError::inconsistent)?;
    outcomes.extend(decision.outcomes);
    if decision.lines.is_empty() {
        // No request got units: the rollback removes the inserted holds.
        tx.rollback().await?;
        return Ok(outcomes);
    }
    if !decision.refused.is_empty() {
        store::delete_holds(&mut tx, &decision.refused).await?;
    }
    store::insert_hold_lines(&mut tx, &decision.lines).await?;
    let traces = new_requests
        .iter()
        .filter_map(|command| Some((command.order, command.trace?)))
        .collect();
    record_traced_movements(app, tx, &decision.movements, Cause::CHECKOUT, &traces).await?;
    Ok(outcomes)
}

/// Decision on a batch of requests.
#[derive(Debug)]
pub struct HoldDecision {
    pub outcomes: BTreeMap<OrderId, HoldOutcome>,
    pub lines: Vec<(OrderId, Allocation)>,
    pub refused: Vec<OrderId>,
    pub movements: Vec<Movement>,
}

/// Serves the requests in the order of arrival; each gets all of its lines or none.
pub fn decide(
    levels: BTreeMap<VariantId, VariantStock>,
    commands: &[&HoldStock],
) -> Result<HoldDecision, LedgerError> {
    let mut ledger = Ledger::new(levels);
    let mut outcomes = BTreeMap::new();
    let mut lines = Vec::with_capacity(commands.len());
    let mut refused = Vec::new();
    for command in commands {
        let outcome = match ledger.reserve(command.order, &command.lines) {
            Ok(allocations) => {
                lines.extend(allocations.into_iter().map(|line| (command.order, line)));
                HoldOutcome::Held
            }
            Err(ReserveError::Short(shortages)) => {
                refused.push(command.order);
                HoldOutcome::OutOfStock(shortages)
            }
            Err(ReserveError::Ledger(error)) => return Err(error),
        };
        outcomes.insert(command.order, outcome);
    }
    Ok(HoldDecision {
        outcomes,
        lines,
        refused,
        movements: ledger.into_movements(),
    })
}

/// Outcome for an order that already has a hold.
const fn outcome_of_existing(state: HoldState) -> HoldOutcome {
    match state {
        HoldState::Held => HoldOutcome::Held,
        HoldState::Committed | HoldState::Released | HoldState::Expired => HoldOutcome::Ended,
    }
}

/// The requests to decide, one per order, in the order of arrival.
fn first_requests<'a>(
    commands: &'a [HoldStock],
    inserted: &BTreeSet<OrderId>,
) -> Vec<&'a HoldStock> {
    let mut seen = BTreeSet::new();
    commands
        .iter()
        .filter(|command| inserted.contains(&command.order) && seen.insert(command.order))
        .collect()
}

fn variants_of(commands: &[&HoldStock]) -> Vec<VariantId> {
    let variants: BTreeSet<VariantId> = commands
        .iter()
        .flat_map(|command| command.lines.iter().map(|line| line.variant))
        .collect();
    variants.into_iter().collect()
}

fn expiry(now: DateTime<Utc>, expires_in: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(expires_in)
        .ok()
        .and_then(|span| now.checked_add_signed(span))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}
