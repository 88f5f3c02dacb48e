//! The whole subgraph on real PostgreSQL and Redis.
#![cfg(test)]

mod accounts;
mod customers;
mod customers_app;
mod event_feed;
mod migrations;
mod schema_is_committed;
mod statement_counts;
mod tenant_isolation;
mod tenants;
mod upgrade;
