//! The catalog subgraph on a real database, through its routes.

#![cfg(test)]

mod catalog_app;
mod demo_seeds;
mod inventory;
mod products;
mod schema_is_committed;
mod tenant_isolation;
mod upgrade;
