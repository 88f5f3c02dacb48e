//! Access over time. The test plays customers, which tells what has changed.

mod access;
mod following;
pub mod stub;
mod tickets;
