//! Tests on a real database.
#![cfg(test)]

mod once;
mod retention;
mod saga;
mod table;
mod world;
