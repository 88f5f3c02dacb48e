//! Access over time: what a verified token does not say.
//!
//! A token is good for its whole life, but a session can end before it, a member of the staff can get another role,
//! and a shop can be suspended. Customers writes each of these to the stream `accounts` of its log, and every gateway
//! follows that stream for the shops whose people it serves.
//!
//! Reading order: [`record`] is what is known of one shop, and the verdict on one caller; [`presences`] is everything
//! that is open in somebody's name; [`follow`] (with [`followed`], its state per shop) reads the stream, and what a
//! change concerns ends at once. [`tickets`] lets a browser's `EventSource`, which cannot send headers, show who it
//! is.
//!
//! Invariants:
//! 1. Whoever opens something is entered first and judged after that, so that no change can fall between the two.
//! 2. A hint or a head only wakes; changes are read by position, so none is missed.
//! 3. While customers cannot be asked, what is known goes on to count. A shop of which nothing is known yet takes
//!    tokens at their word, and ends what they opened once it can be told from customers.

pub mod config;
pub mod follow;
pub mod followed;
pub mod presences;
pub mod record;
pub mod tickets;

pub use config::AccountsConfig;
pub use follow::Accounts;
