//! The table of subscription fields: the event stream of each field, the subgraph that owns it, and which entries of
//! the stream can match a subscriber.
//!
//! An [`Interest`] only narrows which entries cause a read; the subgraph decides in that read what the caller may
//! see. So an interest may be too wide, never too narrow.

use std::collections::BTreeSet;

use identity::Caller;
use ids::TenantId;
use serde_json::Value;

use crate::upstream::Subgraph;

/// A stream of one tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StreamKey {
    /// Tenant that owns the stream.
    pub tenant: TenantId,
    /// Name of the stream in the event log.
    pub stream: &'static str,
}

/// A field of `Subscription` and the stream behind it.
#[derive(Debug)]
pub struct LiveField {
    /// Name of the field in `Subscription` and of the connection in `Query`.
    pub name: &'static str,
    /// Name of the stream in the event log.
    pub stream: &'static str,
    /// Subgraph that owns the stream.
    pub owner: Subgraph,
    /// Enum values of `filter.types`, each with its event type without version.
    types: &'static [(&'static str, &'static str)],
    subjects: fn(&Value, Option<String>) -> Option<BTreeSet<String>>,
}

static FIELDS: [LiveField; 2] = [
    LiveField {
        name: "orderEvents",
        stream: "orders",
        owner: Subgraph::Orders,
        types: &[
            ("PLACED", "order.placed"),
            ("CONFIRMED", "order.confirmed"),
            ("PAYMENT_AUTHORIZED", "order.payment_authorized"),
            ("PAID", "order.paid"),
            ("PAYMENT_FAILED", "order.payment_failed"),
            ("SHIPPED", "order.shipped"),
            ("DELIVERED", "order.delivered"),
            ("CANCELLED", "order.cancelled"),
            ("REFUNDED", "order.refunded"),
        ],
        subjects: order_subjects,
    },
    LiveField {
        name: "stockEvents",
        stream: "stock",
        owner: Subgraph::Catalog,
        types: &[
            ("ADJUSTED", "stock.adjusted"),
            ("RESERVED", "stock.reserved"),
            ("RELEASED", "stock.released"),
            ("SOLD", "stock.sold"),
            ("LOW_STOCK", "stock.low"),
        ],
        subjects: stock_subjects,
    },
];

impl LiveField {
    /// The row for a subscription field.
    pub fn named(name: &str) -> Option<&'static Self> {
        FIELDS.iter().find(|field| field.name == name)
    }

    /// All rows.
    pub fn all() -> &'static [Self] {
        &FIELDS
    }

    /// Which entries can match a subscriber with these root arguments.
    pub fn interest(&self, arguments: &Value, caller: &Caller) -> Interest {
        let filter = arguments.get("filter").unwrap_or(&Value::Null);
        let customer = caller.customer().map(|id| id.to_string());
        Interest {
            subjects: (self.subjects)(filter, customer),
            types: self.types_of(filter),
        }
    }

    /// `None` (every type) also if the filter names a type that this table does not know yet.
    fn types_of(&self, filter: &Value) -> Option<BTreeSet<&'static str>> {
        let wanted = filter.get("types")?.as_array()?;
        wanted
            .iter()
            .map(|wanted| {
                let wanted = wanted.as_str()?;
                let known = self.types.iter().find(|(name, _)| *name == wanted);
                known.map(|(_, event_type)| *event_type)
            })
            .collect()
    }
}

/// Which entries of a stream can match: any of the subjects and any of the types.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interest {
    /// Subjects (ids as text) of which an entry must carry one; `None`: every entry.
    pub subjects: Option<BTreeSet<String>>,
    /// Event types without version (`order.placed`); `None`: every type.
    pub types: Option<BTreeSet<&'static str>>,
}

impl Interest {
    /// Whether an entry of this type (`order.placed.v1`) can match; its subjects are not checked.
    pub fn matches_type(&self, event_type: &str) -> bool {
        let Some(types) = &self.types else {
            return true;
        };
        let unversioned = event_type
            .rsplit_once('.')
            .map_or(event_type, |(name, _version)| name);
        types.contains(unversioned)
    }

    /// Whether an entry can match.
    pub fn matches(&self, event_type: &str, subjects: &[String]) -> bool {
        let subject = match &self.subjects {
            None => true,
            Some(wanted) => subjects.iter().any(|subject| wanted.contains(subject)),
        };
        subject && self.matches_type(event_type)
    }
}

/// The filtered order; otherwise all orders of the customer, or of the tenant for staff.
fn order_subjects(filter: &Value, customer: Option<String>) -> Option<BTreeSet<String>> {
    match filter.get("orderId").and_then(Value::as_str) {
        Some(order) => Some(BTreeSet::from([order.to_owned()])),
        None => customer.map(|customer| BTreeSet::from([customer])),
    }
}

fn stock_subjects(filter: &Value, _customer: Option<String>) -> Option<BTreeSet<String>> {
    let variants = filter.get("variantIds")?.as_array()?;
    Some(
        variants
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
    )
}
