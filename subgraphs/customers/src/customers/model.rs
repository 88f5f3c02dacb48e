//! Shoppers of a tenant and what they ordered.

use chrono::{DateTime, Utc};
use identity::{Caller, Permission};
use ids::{CustomerId, OrderId};
use money::Money;

/// Longest e-mail address that is kept, in characters.
pub const EMAIL_MAX_CHARACTERS: usize = 255;

/// An e-mail address in the one form in which it is stored and compared: trimmed, lower case.
///
/// It has no `Debug`: addresses of people do not belong into logs.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Brings `text` into the stored form; `None` when nothing is left, it is longer than
    /// [`EMAIL_MAX_CHARACTERS`] or is not one line of text. Whether it looks like an address is the
    /// business of whoever lets people choose one.
    pub fn normalise(text: &str) -> Option<Self> {
        let normal = text.trim().to_lowercase();
        let fits = (1..=EMAIL_MAX_CHARACTERS).contains(&normal.chars().count());
        let is_text = !normal.chars().any(char::is_control);
        (fits && is_text).then_some(Self(normal))
    }

    /// The stored form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a customer signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CustomerKind {
    /// Has an account.
    Registered,
    /// Ordered without one; known by the e-mail of the order only.
    Guest,
}

impl CustomerKind {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Guest => "guest",
        }
    }

    /// Reads the stored form.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "registered" => Some(Self::Registered),
            "guest" => Some(Self::Guest),
            _ => None,
        }
    }
}

/// A shopper of one tenant.
#[derive(Clone)]
pub struct Customer {
    pub id: CustomerId,
    pub kind: CustomerKind,
    pub email: EmailAddress,
    pub name: Option<String>,
}

impl Customer {
    /// Whether `caller` may see the customer `id`: staff that may read customers, and the customer
    /// itself.
    pub fn is_visible_to(caller: &Caller, id: CustomerId) -> bool {
        caller.customer() == Some(id) || caller.has(Permission::CustomersRead)
    }
}

/// One line of a customer's history: an order as it was when it was placed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryEntry {
    pub order: OrderId,
    pub customer: CustomerId,
    pub number: String,
    pub total: Money,
    pub placed_at: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
}
