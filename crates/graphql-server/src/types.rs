//! Value types that all subgraphs share. Composition requires them to be identical and shareable.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, SimpleObject, Value};

pub use async_graphql::ID;

/// RFC 3339, always UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DateTime(pub chrono::DateTime<chrono::Utc>);

/// RFC 3339, always UTC.
#[Scalar]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        chrono::DateTime::parse_from_rfc3339(text)
            .map(|time| Self(time.to_utc()))
            .map_err(|_malformed| InputValueError::custom("expected a time in RFC 3339 format"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
    }
}

/// Exact decimal number as a string, e.g. "1299.90".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decimal(pub String);

/// Exact decimal number as a string, e.g. "1299.90".
#[Scalar]
impl ScalarType for Decimal {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        text.parse::<rust_decimal::Decimal>()
            .map(|number| Self(number.to_string()))
            .map_err(|_malformed| InputValueError::custom("expected a decimal number"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// ISO 4217 code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CurrencyCode(pub money::Currency);

/// ISO 4217 code.
#[Scalar]
impl ScalarType for CurrencyCode {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        text.parse()
            .map(Self)
            .map_err(|_unknown| InputValueError::custom("expected an ISO 4217 code"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.code().to_owned())
    }
}

/// An amount of money.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
#[graphql(shareable)]
pub struct Money {
    /// The amount in major units with the currency's decimals, e.g. "1299.90".
    pub amount: Decimal,
    /// The currency of the amount.
    pub currency_code: CurrencyCode,
}

impl From<money::Money> for Money {
    fn from(money: money::Money) -> Self {
        Self {
            amount: Decimal(money.decimal_string()),
            currency_code: CurrencyCode(money.currency),
        }
    }
}

/// The position of a page in its list.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
#[graphql(shareable)]
pub struct PageInfo {
    /// Whether the list has rows after the page.
    pub has_next_page: bool,
    /// Whether the list has rows before the page.
    pub has_previous_page: bool,
    /// Cursor of the first row.
    pub start_cursor: Option<String>,
    /// Cursor of the last row; in an event connection the scanned position, even when no event matched.
    pub end_cursor: Option<String>,
}
