#![doc = include_str!("../README.md")]

pub mod app;
pub mod config;
pub mod http;
pub mod random;
pub mod roles;
pub mod schema;
pub mod seed;
pub mod workers;

mod accounts;
mod corrupt_row;
mod customers;
mod tenants;

/// The database of this subgraph, as a sequence of forward steps.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/customers");
