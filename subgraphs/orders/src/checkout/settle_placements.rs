//! The step that turns placements into orders, or saves their refusal, in batches per tenant: one transaction with
//! orders, lines, numbers, saved replies and events.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use database::{StoreError, TenantDb, TenantTx};
use event_log::Recorded;
use idempotency::{Finished, Key};
use ids::{OrderId, TenantId};
use service::{CommandQueue, QueueOptions, TraceContext};
use subgraph::Core;

use super::commit_holds::Finisher;
use super::model::{OrderDraft, PaymentOutcome, Refusal};
use super::outcome::PlaceOrderReply;
use crate::checkpoint::{Checkpoint, CheckpointObserver};
use crate::orders::{self, Order, OrderLine, events};
use crate::placements::{self, Step, StepMove, UNDO_DUE};

/// The finisher commits holds immediately; after this time a sweeper does.
const COMMIT_DUE: TimeDelta = TimeDelta::seconds(5);
/// Delay before a provider that did not answer is polled.
const PAYMENT_POLL_DELAY: TimeDelta = TimeDelta::seconds(4);

/// Returns one outcome per settlement. An error of the batch is returned for each settlement in it.
pub type SettlementQueue = CommandQueue<TenantId, Settlement, Result<Settled, Arc<StoreError>>>;

/// A placement whose stock and payment outcomes are known.
#[derive(Clone)]
pub struct Settlement {
    pub draft: Arc<OrderDraft>,
    pub key: Key,
    pub verdict: Verdict,
    pub trace: Option<TraceContext>,
}

/// How to settle a placement.
#[derive(Clone)]
pub enum Verdict {
    /// Create the order.
    Place(PaymentOutcome),
    /// Save the refusal; no stock is held.
    Refuse(Vec<Refusal>),
    /// Save the refusal and undo the placement, for the reason.
    RefuseAndUndo(Vec<Refusal>, &'static str),
}

/// Outcome of a settlement.
#[derive(Clone)]
pub enum Settled {
    Placed(Box<Order>),
    Refused,
    /// The saga was past its deadline and a sweeper has claimed it: the sweeper undoes it.
    DeadlineExceeded,
}

/// The adapters that settling needs.
#[derive(Clone)]
pub struct SettleParts {
    pub core: Core,
    /// Checkout's own pool.
    pub db: TenantDb,
    pub observer: Arc<dyn CheckpointObserver>,
    pub finisher: Finisher,
}

/// Starts the queue.
pub fn settlement_queue(options: QueueOptions, parts: SettleParts) -> SettlementQueue {
    let tasks = parts.core.tasks.clone();
    CommandQueue::start(&tasks, options, move |tenant, batch: Vec<Settlement>| {
        let parts = parts.clone();
        Box::pin(async move {
            match database::retry(|| settle_batch(&parts, tenant, &batch)).await {
                Ok(settled) => {
                    parts.observer.reached(Checkpoint::Settled).await;
                    notify(&parts, tenant, &batch, &settled);
                    settled.into_iter().map(Ok).collect()
                }
                Err(error) => {
                    let error = Arc::new(error);
                    batch.iter().map(|_| Err(Arc::clone(&error))).collect()
                }
            }
        })
    })
}

async fn settle_batch(
    parts: &SettleParts,
    tenant: TenantId,
    batch: &[Settlement],
) -> Result<Vec<Settled>, StoreError> {
    let now = parts.core.now();
    let mut tx = parts.db.write(tenant).await?;
    let moved = move_sagas(&mut tx, batch, now).await?;
    let current: Vec<&Settlement> = batch
        .iter()
        .filter(|settlement| moved.contains(&settlement.draft.id))
        .collect();
    let placed = insert_placed(&mut tx, &current, now).await?;
    save_replies(&mut tx, &current, now).await?;
    let earlier = load_settled_earlier(&mut tx, batch, &moved).await?;
    let events = events_of(&current, &placed, now);
    parts.core.log.commit(tx, events).await?;
    Ok(batch
        .iter()
        .map(|settlement| {
            let id = settlement.draft.id;
            match (
                &settlement.verdict,
                placed.get(&id).or_else(|| earlier.get(&id)),
            ) {
                (_, Some(order)) => Settled::Placed(Box::new(order.clone())),
                (Verdict::Refuse(_) | Verdict::RefuseAndUndo(..), None) if moved.contains(&id) => {
                    Settled::Refused
                }
                _ => Settled::DeadlineExceeded,
            }
        })
        .collect())
}

/// Moves the sagas that are still `STARTED` and returns them. A sweeper has claimed the others.
async fn move_sagas(
    tx: &mut TenantTx<'_>,
    batch: &[Settlement],
    now: DateTime<Utc>,
) -> Result<HashSet<OrderId>, StoreError> {
    let mut moves = Vec::new();
    let mut ends = Vec::new();
    for settlement in batch {
        let (step, due_at, reason) = match &settlement.verdict {
            Verdict::Place(PaymentOutcome::NotNeeded | PaymentOutcome::Authorized) => {
                (Step::Committing, now + COMMIT_DUE, None)
            }
            Verdict::Place(PaymentOutcome::Unanswered) => {
                (Step::AwaitingPayment, now + PAYMENT_POLL_DELAY, None)
            }
            Verdict::RefuseAndUndo(_, reason) => (Step::Undoing, now + UNDO_DUE, Some(*reason)),
            Verdict::Refuse(_) => {
                ends.push(settlement.draft.id);
                continue;
            }
        };
        moves.push(StepMove {
            order: settlement.draft.id,
            step,
            due_at,
            reason,
        });
    }
    let mut current = HashSet::new();
    if !moves.is_empty() {
        current.extend(placements::update_started_steps(tx, &moves).await?);
    }
    if !ends.is_empty() {
        current.extend(placements::delete_placements(tx, &ends, Step::Started).await?);
    }
    Ok(current)
}

async fn insert_placed(
    tx: &mut TenantTx<'_>,
    current: &[&Settlement],
    now: DateTime<Utc>,
) -> Result<HashMap<OrderId, Order>, StoreError> {
    let placed: Vec<(&OrderDraft, PaymentOutcome)> = current
        .iter()
        .filter_map(|settlement| match settlement.verdict {
            Verdict::Place(payment) => Some((&*settlement.draft, payment)),
            Verdict::Refuse(_) | Verdict::RefuseAndUndo(..) => None,
        })
        .collect();
    if placed.is_empty() {
        return Ok(HashMap::new());
    }
    let count = i64::try_from(placed.len()).unwrap_or(i64::MAX);
    let last = orders::upsert_counter(tx, count).await?;
    let orders: Vec<Order> = (last - count + 1..)
        .zip(&placed)
        .map(|(number, (draft, payment))| draft.place(number, *payment, now))
        .collect();
    let lines: Vec<OrderLine> = placed
        .iter()
        .flat_map(|(draft, _)| draft.lines.iter().cloned())
        .collect();
    orders::insert_orders(tx, &orders).await?;
    orders::insert_lines(tx, &lines).await?;
    Ok(orders.into_iter().map(|order| (order.id, order)).collect())
}

async fn save_replies(
    tx: &mut TenantTx<'_>,
    current: &[&Settlement],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if current.is_empty() {
        return Ok(());
    }
    let replies: Vec<PlaceOrderReply> = current
        .iter()
        .map(|settlement| match &settlement.verdict {
            Verdict::Place(_) => PlaceOrderReply::Placed {
                order: settlement.draft.id,
            },
            Verdict::Refuse(refusals) | Verdict::RefuseAndUndo(refusals, _) => {
                PlaceOrderReply::Refused {
                    refusals: refusals.clone(),
                }
            }
        })
        .collect();
    let finished: Vec<_> = current
        .iter()
        .zip(&replies)
        .map(|(settlement, reply)| Finished {
            key: &settlement.key,
            subject: Some(settlement.draft.id.uuid()),
            reply,
        })
        .collect();
    idempotency::finish(tx, &finished, now).await
}

/// Orders of this batch that an earlier attempt committed although the database's answer was lost.
async fn load_settled_earlier(
    tx: &mut TenantTx<'_>,
    batch: &[Settlement],
    moved: &HashSet<OrderId>,
) -> Result<HashMap<OrderId, Order>, StoreError> {
    let rest: Vec<OrderId> = batch
        .iter()
        .map(|settlement| settlement.draft.id)
        .filter(|order| !moved.contains(order))
        .collect();
    if rest.is_empty() {
        Ok(HashMap::new())
    } else {
        orders::load_orders_by_ids(tx, &rest).await
    }
}

fn events_of(
    current: &[&Settlement],
    placed: &HashMap<OrderId, Order>,
    now: DateTime<Utc>,
) -> Vec<Recorded> {
    let mut recorded = Vec::new();
    for settlement in current {
        let (Verdict::Place(payment), Some(order)) =
            (&settlement.verdict, placed.get(&settlement.draft.id))
        else {
            continue;
        };
        let trace = settlement.trace;
        let mut push = |event: Recorded| recorded.push(Recorded { trace, ..event });
        push(events::placed(order, &settlement.draft.lines, now));
        match payment {
            PaymentOutcome::NotNeeded => {}
            PaymentOutcome::Authorized => push(events::payment_authorized(order, now)),
            PaymentOutcome::Unanswered => continue,
        }
        push(events::confirmed(order, now));
    }
    recorded
}

/// After the commit: notifies the finisher of the holds.
fn notify(parts: &SettleParts, tenant: TenantId, batch: &[Settlement], settled: &[Settled]) {
    for (settlement, settled) in batch.iter().zip(settled) {
        let confirmed = matches!(
            settlement.verdict,
            Verdict::Place(PaymentOutcome::NotNeeded | PaymentOutcome::Authorized)
        );
        if confirmed && matches!(settled, Settled::Placed(_)) {
            parts.finisher.notify(tenant, settlement.draft.id);
        }
    }
}
