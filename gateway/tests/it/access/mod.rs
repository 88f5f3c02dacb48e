//! Access over time. A stub of customers publishes what has changed.

mod following;
mod revocation;
pub mod stub;
mod tickets;
