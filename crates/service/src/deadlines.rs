//! The one table of time limits of the platform.
//!
//! Each limit is shorter than the one around it, so that the inner side answers with a typed error
//! before the outer side gives up.

use std::time::Duration;

/// A client's whole request, measured at the gateway.
pub const CLIENT: Duration = Duration::from_secs(15);
/// The gateway waits this long for the router.
pub const ROUTER: Duration = Duration::from_secs(12);
/// A subgraph works this long on one GraphQL request.
pub const SUBGRAPH: Duration = Duration::from_secs(8);
/// One internal call between our services.
pub const INTERNAL_CALL: Duration = Duration::from_secs(3);
/// One call of a payment provider.
pub const PAYMENT: Duration = Duration::from_secs(3);
/// One SQL statement.
pub const SQL_STATEMENT: Duration = Duration::from_secs(3);
/// Waiting for a row lock.
pub const LOCK_WAIT: Duration = Duration::from_secs(1);
/// A read waits this long for a database connection of the pool, then the caller is refused.
pub const POOL_WAIT: Duration = Duration::from_millis(500);
/// A command, and what it reads, waits this long: a buyer would rather wait than be refused.
pub const COMMAND_POOL_WAIT: Duration = Duration::from_secs(3);
/// A transaction that is open and idle.
pub const IDLE_IN_TRANSACTION: Duration = Duration::from_secs(5);
/// One command to Redis; what it serves must work without it.
pub const REDIS: Duration = Duration::from_millis(50);
/// Waiting for the broker to confirm a publication.
pub const BROKER_CONFIRM: Duration = Duration::from_secs(5);
/// Between "not ready" and "accepts no more", so that balancers notice.
pub const SHUTDOWN_PAUSE: Duration = Duration::from_secs(3);
/// Requests in flight may take this long to end when a process stops.
pub const DRAIN: Duration = Duration::from_secs(20);
/// Background tasks may take this long to end when a process stops.
pub const TASKS_GRACE: Duration = Duration::from_secs(5);
