//! The table of subscription fields: the event stream of each field, the subgraph that owns it, and which entries of
//! the stream can match a subscriber.
//!
//! An [`Interest`] only narrows which entries cause a read; the subgraph decides in that read what the caller may
//! see. So an interest may be too wide, never too narrow.

use std::collections::BTreeSet;

use event_contracts::Stream;
use event_contracts::orders::OrderEventType;
use event_contracts::stock::StockEventType;
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
    /// Event type of an enum value of `filter.types`.
    event_type: fn(&str) -> Option<&'static str>,
    subjects: fn(&Value, Option<String>) -> Option<BTreeSet<String>>,
}

static FIELDS: [LiveField; 2] = [
    LiveField {
        name: "orderEvents",
        stream: Stream::ORDERS.name,
        owner: Subgraph::Orders,
        event_type: OrderEventType::event_type_of,
        subjects: order_subjects,
    },
    LiveField {
        name: "stockEvents",
        stream: Stream::STOCK.name,
        owner: Subgraph::Catalog,
        event_type: StockEventType::event_type_of,
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
            .map(|wanted| (self.event_type)(wanted.as_str()?).map(without_version))
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
        types.contains(without_version(event_type))
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

fn without_version(event_type: &str) -> &str {
    event_type
        .rsplit_once('.')
        .map_or(event_type, |(name, _version)| name)
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
