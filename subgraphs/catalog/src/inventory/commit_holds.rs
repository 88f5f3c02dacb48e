//! Commits holds: the orders service confirms orders, and their held units are sold.
//!
//! A hold that expired meanwhile reserves its units again if they are still available. Repeats change nothing.

use std::collections::{BTreeMap, BTreeSet};

use database::StoreError;
use ids::{OrderId, TenantId, VariantId};

use super::ledger::{Ledger, LedgerError, ReserveError, VariantStock};
use super::model::{Allocation, Cause, Hold, HoldLine, HoldState, Movement};
use super::record_movements::record_movements;
use super::store;
use crate::app::App;

/// Outcome of a commit for one order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommitOutcome {
    /// The units are sold, by this call or by an earlier one.
    Committed,
    /// The hold does not exist, was released, or expired and its units are no longer available.
    Lost,
}

/// Commits the holds of orders; returns one outcome per requested order, in the same order.
pub async fn commit_holds(
    app: &App,
    tenant: TenantId,
    orders: &[OrderId],
) -> Result<Vec<(OrderId, CommitOutcome)>, StoreError> {
    let distinct: BTreeSet<OrderId> = orders.iter().copied().collect();
    let distinct: Vec<OrderId> = distinct.into_iter().collect();
    let outcomes = database::retry(|| commit_in_one_transaction(app, tenant, &distinct)).await?;
    Ok(orders
        .iter()
        .map(|order| {
            (
                *order,
                outcomes.get(order).copied().unwrap_or(CommitOutcome::Lost),
            )
        })
        .collect())
}

async fn commit_in_one_transaction(
    app: &App,
    tenant: TenantId,
    orders: &[OrderId],
) -> Result<BTreeMap<OrderId, CommitOutcome>, StoreError> {
    let mut tx = app.db.write(tenant).await?;
    let holds = store::lock_holds(&mut tx, orders).await?;
    let levels = store::lock_levels(&mut tx, &variants_to_move(&holds)).await?;
    let decision = decide(levels, &holds).map_err(StoreError::inconsistent)?;
    if decision.sold.is_empty() {
        tx.rollback().await?;
        return Ok(decision.outcomes);
    }
    if !decision.reallocated.is_empty() {
        let reallocated: Vec<OrderId> = decision
            .reallocated
            .iter()
            .map(|(order, _)| *order)
            .collect();
        store::delete_hold_lines(&mut tx, &reallocated).await?;
        store::insert_hold_lines(&mut tx, &decision.reallocated).await?;
    }
    let now = app.clock.now();
    store::update_hold_states(&mut tx, &decision.sold, HoldState::Committed, now).await?;
    record_movements(app, tx, &decision.movements, Cause::CHECKOUT).await?;
    Ok(decision.outcomes)
}

/// Decision on the holds to commit.
#[derive(Debug, Default)]
pub struct CommitDecision {
    pub outcomes: BTreeMap<OrderId, CommitOutcome>,
    /// Orders whose hold becomes committed now.
    pub sold: Vec<OrderId>,
    /// Units that expired holds reserved again.
    pub reallocated: Vec<(OrderId, Allocation)>,
    pub movements: Vec<Movement>,
}

/// Sells held units. Expired holds compete for the remaining units, in the order of their order ids.
pub fn decide(
    levels: BTreeMap<VariantId, VariantStock>,
    holds: &BTreeMap<OrderId, Hold>,
) -> Result<CommitDecision, LedgerError> {
    let mut ledger = Ledger::new(levels);
    let mut decision = CommitDecision::default();
    for hold in holds.values() {
        let outcome = match hold.state {
            HoldState::Held => {
                ledger.sell(hold.order, &hold.lines)?;
                decision.sold.push(hold.order);
                CommitOutcome::Committed
            }
            HoldState::Committed => CommitOutcome::Committed,
            HoldState::Released => CommitOutcome::Lost,
            HoldState::Expired => match ledger.reserve(hold.order, &requested_lines(hold)) {
                Ok(lines) => {
                    ledger.sell(hold.order, &lines)?;
                    decision.sold.push(hold.order);
                    decision
                        .reallocated
                        .extend(lines.into_iter().map(|line| (hold.order, line)));
                    CommitOutcome::Committed
                }
                Err(ReserveError::Short(_)) => CommitOutcome::Lost,
                Err(ReserveError::Ledger(error)) => return Err(error),
            },
        };
        decision.outcomes.insert(hold.order, outcome);
    }
    decision.movements = ledger.into_movements();
    Ok(decision)
}

/// The lines that an expired hold requested, regardless of the warehouses they were allocated at.
fn requested_lines(hold: &Hold) -> Vec<HoldLine> {
    hold.lines
        .iter()
        .map(|line| HoldLine {
            variant: line.variant,
            quantity: u32::try_from(line.quantity).unwrap_or_default(),
        })
        .collect()
}

fn variants_to_move(holds: &BTreeMap<OrderId, Hold>) -> Vec<VariantId> {
    let variants: BTreeSet<VariantId> = holds
        .values()
        .filter(|hold| matches!(hold.state, HoldState::Held | HoldState::Expired))
        .flat_map(|hold| hold.lines.iter().map(|line| line.variant))
        .collect();
    variants.into_iter().collect()
}
