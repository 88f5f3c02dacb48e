//! Money as whole minor units of one ISO 4217 currency. Amounts never use floats.

#![deny(
    clippy::float_arithmetic,
    clippy::as_conversions,
    clippy::arithmetic_side_effects
)]

mod amount;
mod currency;

#[cfg(test)]
mod tests;

pub use amount::{Money, MoneyError};
pub use currency::{Currency, UnknownCurrency};
