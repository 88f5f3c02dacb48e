//! The saga of an order as a row: from the first durable step until nothing is left to do or to undo.
//!
//! `STARTED` → settled as an order (`COMMITTING`, or `AWAITING_PAYMENT` first), or → `UNDOING`. A finished saga has
//! no row. Who moves a saga names the step that he found, so of two movers one wins; a sweeper claims a row by
//! moving its `due_at` and proves the claim by the number of attempts.
//!
//! Table: `placements`.

mod model;
mod store;
mod undo_placement;

pub(crate) use model::{Claim, ClaimOutcome, Placement, Step, StepMove, Undo};
pub(crate) use store::{
    claim_due_placements, delete_placements, insert_claims, list_due_placements, lock_placement,
    update_due, update_started_steps, update_to_undoing, upsert_undoing,
};
pub(crate) use undo_placement::{UndoError, undo_placement};
