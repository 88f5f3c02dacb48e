//! The table of all time-outs of the platform.
//!
//! Each time-out is shorter than the one around it, so that the inner side answers with a typed error
//! before the outer side times out.

use std::time::Duration;

/// Whole request of a client, measured at the gateway.
pub const CLIENT: Duration = Duration::from_secs(15);
/// Call of the router by the gateway.
pub const ROUTER: Duration = Duration::from_secs(12);
/// One GraphQL request in a subgraph.
pub const SUBGRAPH: Duration = Duration::from_secs(8);
/// Opening a connection to another service of ours.
pub const CONNECT: Duration = Duration::from_millis(500);
/// One internal call between services.
pub const INTERNAL_CALL: Duration = Duration::from_secs(3);
/// One call to a payment provider.
pub const PAYMENT: Duration = Duration::from_secs(3);
/// One SQL statement.
pub const SQL_STATEMENT: Duration = Duration::from_secs(3);
/// Wait for a row lock.
pub const LOCK_WAIT: Duration = Duration::from_secs(1);
/// Wait of a read for a connection of the database pool; then the read fails as unavailable.
pub const POOL_WAIT: Duration = Duration::from_millis(500);
/// Wait of a command and of its reads for a connection of the database pool. Longer than for reads: a
/// buyer prefers to wait rather than be refused.
pub const COMMAND_POOL_WAIT: Duration = Duration::from_secs(3);
/// Idle time in an open transaction.
pub const IDLE_IN_TRANSACTION: Duration = Duration::from_secs(5);
/// One command to Redis. Short because every use of Redis must work without it.
pub const REDIS: Duration = Duration::from_millis(50);
/// Wait for a publisher confirm of the broker.
pub const BROKER_CONFIRM: Duration = Duration::from_secs(5);
/// Time between "not ready" and the end of accepting, so that load balancers notice.
pub const SHUTDOWN_PAUSE: Duration = Duration::from_secs(3);
/// Drain: time for in-flight requests to end when a process stops.
pub const DRAIN: Duration = Duration::from_secs(20);
/// Time for background tasks to end when a process stops.
pub const TASKS_GRACE: Duration = Duration::from_secs(5);
