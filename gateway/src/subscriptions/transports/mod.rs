//! How clients are connected. All transports check and run a request alike ([`execute`]) and are sent away alike when
//! the process stops ([`departure`]).
//!
//! [`mod@websocket`] upgrades a request ([`upgrade_request`]) to a [`conversation`] in the messages of the
//! [`protocol`]; each operation of it runs in a task of its own ([`socket_operation`]). [`sse`] and [`multipart`] are
//! two ways to write an [`answer_stream`].

pub mod answer_stream;
pub mod conversation;
pub mod departure;
pub mod execute;
pub mod multipart;
pub mod protocol;
pub mod socket_operation;
pub mod sse;
pub mod upgrade_request;
pub mod websocket;
