//! Customers of a tenant and their order history.

use chrono::{DateTime, Utc};
use identity::{Caller, Permission};
use ids::{CustomerId, OrderId};
use money::Money;
use strum::{EnumString, IntoStaticStr};

/// Maximum length of an e-mail address, in characters.
pub const EMAIL_MAX_CHARACTERS: usize = 255;

/// An e-mail address in normal form, as it is stored and compared: trimmed, lower case.
///
/// It has no `Debug`: personal data must not reach logs.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Normalises `text`; `None` when the result is empty, is longer than [`EMAIL_MAX_CHARACTERS`]
    /// or contains control characters. Whether it looks like an address is checked where people
    /// choose one.
    pub fn normalise(text: &str) -> Option<Self> {
        let normal = text.trim().to_lowercase();
        let fits = (1..=EMAIL_MAX_CHARACTERS).contains(&normal.chars().count());
        let is_text = !normal.chars().any(char::is_control);
        (fits && is_text).then_some(Self(normal))
    }

    /// The normal form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a customer has an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum CustomerKind {
    /// Has an account to sign in with.
    Registered,
    /// Ordered without an account; identified only by the e-mail of the order.
    Guest,
}

/// A customer of one tenant.
#[derive(Clone)]
pub struct Customer {
    pub id: CustomerId,
    pub kind: CustomerKind,
    pub email: EmailAddress,
    pub name: Option<String>,
}

impl Customer {
    /// Whether `caller` may see the customer `id`: staff with the permission to read customers, and
    /// the customer itself.
    pub fn is_visible_to(caller: &Caller, id: CustomerId) -> bool {
        caller.customer() == Some(id) || caller.has(Permission::CustomersRead)
    }
}

/// One entry of a customer's order history: the order as of its placement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryEntry {
    pub order: OrderId,
    pub customer: CustomerId,
    pub number: String,
    pub total: Money,
    pub placed_at: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
}
