//! What the tests of several crates need: databases of their own on a real server, callers with real tokens,
//! exact time and ids, and GraphQL clients that speak to a subgraph as a router does.
//!
//! A service that a test needs and does not find is a failure, never a skipped test.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "test support: a broken arrangement shall stop the test at once"
)]

mod callers;
mod database;
mod eventually;
mod exact;
mod graphql;
mod servers;
mod socket;
mod tenancy;

pub use callers::{Identities, a_tenant, anonymous, customer, owner};
pub use database::TestDatabase;
pub use eventually::eventually;
pub use exact::{CountingIds, ExactClock};
pub use graphql::{GraphqlAnswer, GraphqlClient};
pub use servers::{amqp_url, postgres_url, redis_url};
pub use socket::{GraphqlServer, GraphqlSocket};
pub use tenancy::assert_tenancy;
