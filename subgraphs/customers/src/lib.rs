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
mod customers;
mod tenants;

/// Migrations of this subgraph's database; forward only.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/customers");
