//! How clients are connected. All transports check and run a request alike ([`super::server`]) and are closed alike at
//! shutdown ([`drain_delay`]).
//!
//! [`mod@websocket`] upgrades a request ([`upgrade_request`]) to a [`socket_connection`] that speaks the
//! [`protocol`]; each operation of it runs in its own task ([`socket_operation`]). [`sse`] and [`multipart`] are two
//! formats of an [`answer_stream`].

pub mod answer_stream;
pub mod drain_delay;
pub mod frames;
pub mod multipart;
pub mod protocol;
pub mod socket_connection;
pub mod socket_operation;
pub mod sse;
pub mod upgrade_request;
pub mod websocket;
