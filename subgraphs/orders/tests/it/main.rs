//! Behaviour of the orders subgraph, through GraphQL and its workers, on a real PostgreSQL, with a fake stock that has
//! a ledger.
#![cfg(test)]

mod checkout;
mod fake_stock;
mod orders;
mod orders_app;
mod schema_is_committed;
mod tenant_isolation;
mod upgrade;
