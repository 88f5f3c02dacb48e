//! The log against a real PostgreSQL and RabbitMQ.
#![cfg(test)]

#[path = "../../../messaging/tests/it/gate.rs"]
mod gate;

mod append;
mod feed;
mod follow;
mod inbox;
mod read;
mod relay;
mod retention;
mod tenant_isolation;
mod world;
