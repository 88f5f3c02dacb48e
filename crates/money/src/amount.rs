//! An amount of money and its exact arithmetic.

use serde::{Deserialize, Serialize};

use crate::Currency;

/// Whole minor units of one currency: `Money { amount_minor: 129_990, currency: UAH }` is 1299.90 hryvnias.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Minor units, e.g. kopiykas.
    pub amount_minor: i64,
    /// Currency of the units.
    pub currency: Currency,
}

/// Why an amount could not be calculated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The result does not fit 64 bits.
    #[error("amount is too large")]
    Overflow,
    /// The amounts have different currencies.
    #[error("{left} cannot be added to {right}")]
    DifferentCurrencies {
        /// Currency of the first amount.
        left: Currency,
        /// Currency of the second amount.
        right: Currency,
    },
}

impl Money {
    /// An amount in minor units.
    pub const fn new(amount_minor: i64, currency: Currency) -> Self {
        Self {
            amount_minor,
            currency,
        }
    }

    /// Zero in a currency.
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// The sum of two amounts of one currency.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::DifferentCurrencies {
                left: self.currency,
                right: other.currency,
            });
        }
        self.amount_minor
            .checked_add(other.amount_minor)
            .map(|sum| Self::new(sum, self.currency))
            .ok_or(MoneyError::Overflow)
    }

    /// The price of `quantity` units.
    pub fn checked_mul_quantity(self, quantity: u32) -> Result<Self, MoneyError> {
        self.amount_minor
            .checked_mul(i64::from(quantity))
            .map(|product| Self::new(product, self.currency))
            .ok_or(MoneyError::Overflow)
    }

    /// The amount in major units with the currency's decimals, e.g. `1299.90`, `-0.05`, `120` (JPY).
    pub fn decimal_string(self) -> String {
        let sign = if self.amount_minor < 0 { "-" } else { "" };
        let digits = self.amount_minor.unsigned_abs().to_string();
        let decimals = usize::try_from(self.currency.exponent()).unwrap_or_default();
        if decimals == 0 {
            return format!("{sign}{digits}");
        }
        let padded = format!("{digits:0>width$}", width = decimals.saturating_add(1));
        let (major, minor) = padded.split_at(padded.len().saturating_sub(decimals));
        format!("{sign}{major}.{minor}")
    }
}
