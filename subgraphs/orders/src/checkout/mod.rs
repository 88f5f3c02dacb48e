//! Placing an order: a saga that ends with an order or without a trace, whichever process crashes on the way.
//!
//! 1. prices from catalog, validation;
//! 2. *claim*: idempotency key and saga row, one transaction;
//! 3. catalog holds the stock;
//! 4. a card is authorised;
//! 5. *settle*: order, lines, number, events and saved reply in one transaction, or the refusal;
//! 6. after the answer, catalog commits the hold.
//!
//! Steps 2 and 5 run in batches per tenant from bounded queues that are fair over tenants: under load buyers wait and
//! are not rejected. No outside system is called while a transaction is open.
//!
//! Invariants: an answer with user errors leaves no order and no event; a saga that passes its deadline before step 5
//! is undone and its key is free again, after step 5 it is finished; an order whose payment had no answer is
//! `PENDING` until the provider is polled.
//!
//! Tables: `placements` (with its feature), `idempotency_keys` (crate `idempotency`), `orders` and its lines (through
//! `orders`).

mod claim_placements;
mod commit_holds;
mod countries;
mod end_claimed_order;
pub(crate) mod graphql;
mod model;
mod outcome;
mod place_order;
mod run_placement;
mod settle_payment;
mod settle_placements;
mod sweep_placements;

#[cfg(test)]
mod tests;

pub(crate) use claim_placements::{ClaimQueue, claim_queue};
pub(crate) use commit_holds::{Finisher, finish_placements};
pub(crate) use settle_placements::{SettleParts, SettlementQueue, settlement_queue};
pub(crate) use sweep_placements::sweep_placements;
