//! Live subscriptions over real sockets. The test plays router and subgraphs on top of one log in memory.

mod addresses;
mod authorization;
pub mod client;
mod cursors;
mod delivery;
mod event_stream;
mod frames;
mod key_rotation;
pub mod log;
mod metrics;
mod multipart;
mod origins;
mod outages;
mod protocol;
mod rate_limits;
mod replay;
mod schema_change;
mod sharing;
pub mod stage;
