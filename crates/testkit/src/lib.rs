//! Shared test support: a separate database per test on a real server, callers with real tokens, deterministic
//! time and ids, and GraphQL clients that call a subgraph as the router does.
//!
//! A test fails if a service that it needs is missing; it is never skipped.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "test support: a failed setup must stop the test at once"
)]

mod callers;
mod database;
mod event_log_migrator;
mod eventually;
mod exact;
mod executable;
mod facts;
mod graphql;
mod http;
mod internal;
mod isolation;
mod servers;
mod socket;
mod tenancy;

pub use callers::{Identities, a_tenant, anonymous, customer, owner};
pub use database::TestDatabase;
pub use event_log_migrator::EVENT_LOG_MIGRATOR;
pub use eventually::eventually;
pub use exact::{CountingIds, ExactClock};
pub use executable::Executable;
pub use facts::Facts;
pub use graphql::{GraphqlAnswer, GraphqlClient};
pub use http::send;
pub use internal::InternalClient;
pub use isolation::{Answer, EventLogIsolation, Evidence, IsolationTable};
pub use servers::{amqp_url, postgres_url, redis_url};
pub use socket::{GraphqlServer, GraphqlSocket};
pub use tenancy::{assert_no_rows_without_tenant, assert_tenancy};
