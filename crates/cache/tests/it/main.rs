//! The adapter against a real Redis.
#![cfg(test)]

#[path = "../../../messaging/tests/it/gate.rs"]
mod gate;

mod attempts;
