//! Orders asks to hold units for an order: all of its lines, or none.
//!
//! Requests of one tenant queue up and are answered in batches: one transaction locks the levels of all requests of the
//! batch, decides request by request, and commits once. So a popular variant costs one lock wait and one flush to disk per
//! batch instead of one per buyer, and a buyer waits rather than being refused for load.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use database::StoreError;
use futures_util::FutureExt;
use ids::{OrderId, TenantId, VariantId};
use service::{CommandQueue, Deadline, QueueError, QueueOptions, Tasks, TraceContext};

use super::ledger::{Ledger, LedgerError, ReserveError, VariantStock};
use super::model::{Allocation, Cause, HoldLine, HoldState, Movement, Shortage};
use super::record_movements::record_traced_movements;
use super::store;
use crate::app::App;

/// Workers are transactions at a time; a tenant has at most one of them.
const QUEUE: QueueOptions = QueueOptions {
    name: "hold_stock",
    capacity: 10_000,
    workers: 4,
    max_batch: 100,
};

/// What orders wants.
#[derive(Debug, Clone)]
pub struct HoldStock {
    /// The idempotency key.
    pub order: OrderId,
    pub lines: Vec<HoldLine>,
    /// After this time the units go back by themselves.
    pub expires_in: Duration,
    /// The request that it belongs to.
    pub trace: Option<TraceContext>,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HoldOutcome {
    /// The units are held, by this request or by an earlier one of the same order.
    Held,
    /// Nothing was taken.
    OutOfStock(Vec<Shortage>),
    /// The order's hold was committed, released or expired before.
    Ended,
}

/// Why there is no outcome; nothing was taken then.
#[derive(Debug, Clone, thiserror::Error)]
pub enum HoldStockError {
    #[error("hold was not taken up")]
    Queue(#[from] QueueError),
    #[error(transparent)]
    Store(#[from] Arc<StoreError>),
}

type HoldAnswer = Result<HoldOutcome, Arc<StoreError>>;

/// The queue in front of the stock of every tenant.
pub type HoldQueue = CommandQueue<TenantId, HoldStock, HoldAnswer>;

/// Starts the workers that answer hold requests.
pub fn start_hold_queue(tasks: &Tasks, app: &Arc<App>) -> HoldQueue {
    let app = Arc::clone(app);
    CommandQueue::start(tasks, QUEUE, move |tenant, commands| {
        let app = Arc::clone(&app);
        async move { hold_batch(&app, tenant, &commands).await }.boxed()
    })
}

/// Holds units for an order, behind the requests of the same tenant that came before.
pub async fn hold_stock(
    queue: &HoldQueue,
    tenant: TenantId,
    command: HoldStock,
    deadline: Deadline,
) -> Result<HoldOutcome, HoldStockError> {
    Ok(queue.submit(tenant, command, deadline).await??)
}

/// Answers a batch; a failure of the transaction is the answer of all.
async fn hold_batch(app: &App, tenant: TenantId, commands: &[HoldStock]) -> Vec<HoldAnswer> {
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
            // Once for the batch; every request of it hears of the same failure.
            tracing::error!(
                tenant.id = %tenant,
                orders = commands.len(),
                error = %error,
                error.source = error.source().map(ToString::to_string),
                "batch of holds failed"
            );
            let error = Arc::new(error);
            commands.iter().map(|_| Err(Arc::clone(&error))).collect()
        }
    }
}

async fn hold_in_one_transaction(
    app: &App,
    tenant: TenantId,
    commands: &[HoldStock],
) -> Result<BTreeMap<OrderId, HoldOutcome>, StoreError> {
    let now = app.clock.now();
    let claims: BTreeMap<OrderId, DateTime<Utc>> = commands
        .iter()
        .map(|command| (command.order, expiry(now, command.expires_in)))
        .collect();
    let claims: Vec<(OrderId, DateTime<Utc>)> = claims.into_iter().collect();

    let mut tx = app.db.write(tenant).await?;
    let claimed: BTreeSet<OrderId> = store::insert_holds(&mut tx, &claims, now)
        .await?
        .into_iter()
        .collect();
    let known: Vec<OrderId> = claims
        .iter()
        .map(|(order, _)| *order)
        .filter(|order| !claimed.contains(order))
        .collect();
    let mut outcomes = BTreeMap::new();
    if !known.is_empty() {
        let states = store::load_hold_states_by_ids(&mut tx, &known).await?;
        outcomes.extend(
            states
                .into_iter()
                .map(|(order, state)| (order, repeated(state))),
        );
    }
    let fresh = first_requests(commands, &claimed);
    if fresh.is_empty() {
        tx.rollback().await?;
        return Ok(outcomes);
    }

    let levels = store::lock_levels(&mut tx, &variants_of(&fresh)).await?;
    let decision = decide(levels, &fresh).map_err(store::inconsistent_ledger)?;
    outcomes.extend(decision.outcomes);
    if decision.lines.is_empty() {
        // Nobody got anything: without the commit there is nothing to take back.
        tx.rollback().await?;
        return Ok(outcomes);
    }
    if !decision.refused.is_empty() {
        store::delete_holds(&mut tx, &decision.refused).await?;
    }
    store::insert_hold_lines(&mut tx, &decision.lines).await?;
    let traces = fresh
        .iter()
        .filter_map(|command| Some((command.order, command.trace?)))
        .collect();
    record_traced_movements(app, &mut tx, &decision.movements, Cause::CHECKOUT, &traces).await?;
    tx.commit().await?;
    app.waker.wake();
    Ok(outcomes)
}

/// Who gets what.
#[derive(Debug)]
pub struct HoldDecision {
    pub outcomes: BTreeMap<OrderId, HoldOutcome>,
    pub lines: Vec<(OrderId, Allocation)>,
    pub refused: Vec<OrderId>,
    pub movements: Vec<Movement>,
}

/// Serves the requests in the order in which they came; each gets everything or nothing.
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

/// What an order hears that has a hold already.
const fn repeated(state: HoldState) -> HoldOutcome {
    match state {
        HoldState::Held => HoldOutcome::Held,
        HoldState::Committed | HoldState::Released | HoldState::Expired => HoldOutcome::Ended,
    }
}

/// The requests that have to be decided, one per order, in the order of their arrival.
fn first_requests<'a>(
    commands: &'a [HoldStock],
    claimed: &BTreeSet<OrderId>,
) -> Vec<&'a HoldStock> {
    let mut seen = BTreeSet::new();
    commands
        .iter()
        .filter(|command| claimed.contains(&command.order) && seen.insert(command.order))
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
