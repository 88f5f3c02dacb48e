//! Conformance to graphql-transport-ws.

mod connections;
mod operations;
