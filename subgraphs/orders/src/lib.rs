#![doc = include_str!("../README.md")]

pub mod app;
pub mod checkpoint;
pub mod config;
pub mod http;
pub mod payment_provider;
pub mod roles;
pub mod schema;
pub mod stock;
pub mod workers;

mod checkout;
mod idempotency;
mod orders;
mod placements;

/// The forward-only migrations of this subgraph's database.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/orders");
