//! Stock ledger: units on hand, reserved for checkouts and committed to orders, and every movement that led there.
//!
//! Invariants: every level equals the sum of its movements; no counter and no availability is ever negative; N buyers of K
//! units get exactly K. Every command locks holds before variants (the lock of a variant covers all of its levels), decides
//! in pure code (`ledger.rs`), and writes levels, movements and events last, in one transaction.
//!
//! Tables: the column `variants.available`; `warehouses`, `stock_levels`, `stock_holds`, `stock_hold_lines`, `stock_movements`;
//! `idempotency_keys` (crate `idempotency`).
//! Events: stream `stock`, types `stock.{adjusted,reserved,released,sold,low}.v1`.
//!
//! Not here: shipping (which takes committed units off hand) and transfers between warehouses.

mod adjust_stock;
mod commit_holds;
mod events;
mod expire_holds;
mod graphql;
mod hold_stock;
mod ledger;
mod loaders;
mod model;
mod record_movements;
mod release_hold;
mod store;

#[cfg(test)]
mod tests;

pub use adjust_stock::{AdjustQueue, start_adjust_queue};
pub use commit_holds::{CommitOutcome, commit_holds};
pub use expire_holds::expire_holds;
pub use graphql::{StockEventQueries, StockEventSubscriptions, StockMutations};
pub use hold_stock::{
    HoldOutcome, HoldQueue, HoldStock, HoldStockError, hold_stock, start_hold_queue,
};
pub use loaders::WarehouseById;
pub use model::{HoldLine, Shortage};
pub use release_hold::release_hold;
pub(crate) use store::{NewWarehouse, OpeningStock, insert_opening_stock, insert_warehouses};
