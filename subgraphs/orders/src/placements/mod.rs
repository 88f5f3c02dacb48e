//! The saga of an order as a row: it exists from the first durable step until everything is finished or undone.
//!
//! `STARTED` → settled as an order (`COMMITTING`, or `AWAITING_PAYMENT` first), or → `UNDOING`. A finished saga has
//! no row. A move names the step that the saga must be in, so of two concurrent moves one succeeds. A sweeper claims
//! a row by moving its `due_at`; the number of attempts is the fence that proves the claim.
//!
//! Table: `placements`.

mod abandon_placement;
mod model;
mod store;
mod undo_placement;

pub(crate) use abandon_placement::{Abandonment, abandon_placement};
pub(crate) use model::{Claim, OPERATION, Placement, Step, StepMove, UNDO_DUE, Undo};
pub(crate) use store::{
    claim_due_placements, delete_placements, insert_placements, list_due_placements,
    lock_placement, update_due, update_started_steps, upsert_undoing,
};
pub(crate) use undo_placement::{UndoError, undo_or_defer, undo_placement};
