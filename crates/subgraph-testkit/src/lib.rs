//! A whole subgraph in a test. A [`World`] is what outlives its processes: database, keys, time, two tenants. A
//! [`Process`] is the subgraph itself as a client, another service or the broker meets it.
//!
//! Each subgraph wraps these once and adds only what is its own, such as seeds and fakes at its ports. What needs no
//! subgraph is in `testkit`, which the tests of the crates below `subgraph` use too.

#![expect(
    clippy::expect_used,
    reason = "test support: a failed setup must stop the test at once"
)]

mod events;
mod process;
mod schema;
mod world;

pub use events::StoredEvent;
pub use process::Process;
pub use schema::assert_schema_is_committed;
pub use world::World;
