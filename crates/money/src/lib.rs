//! Money as whole minor units of one ISO 4217 currency. Amounts never use floats.
//!
//! With feature `sqlx` a currency is a column of type `text` or `char(3)`. An amount has no type of its own in SQL:
//! tables store minor units, and one currency per row for all its amounts.

#![deny(
    clippy::float_arithmetic,
    clippy::as_conversions,
    clippy::arithmetic_side_effects
)]

mod amount;
mod currency;
#[cfg(feature = "sqlx")]
mod sql;

#[cfg(test)]
mod tests;

pub use amount::{Money, MoneyError};
pub use currency::{Currency, UnknownCurrency};
