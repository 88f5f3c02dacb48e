//! Streams of the event log, and the exchanges to which their events are published.

use serde::Serialize;

/// Names of the topic exchanges.
pub mod exchange {
    /// Order events.
    pub const ORDERS: &str = "orders";
    /// Product and stock events.
    pub const PRODUCTS: &str = "products";
    /// Customer, session and tenant events.
    pub const CUSTOMERS: &str = "customers";
    /// Notification requests.
    pub const NOTIFICATIONS: &str = "notifications";
    /// Analytics events.
    pub const ANALYTICS: &str = "analytics";
    /// Internal: hints `{tenant, stream, seq}`, which may be lost.
    pub const HINTS: &str = "hints";

    /// Every exchange that the platform declares.
    pub const ALL: [&str; 6] = [ORDERS, PRODUCTS, CUSTOMERS, NOTIFICATIONS, ANALYTICS, HINTS];
}

/// The events of one group of aggregates. Each tenant has a stream of its own under this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Stream {
    /// Name in the event log, in cursors and in hints.
    pub name: &'static str,
    /// The service whose event log contains the stream.
    pub service: &'static str,
    /// Exchange of its events. There is no default: an event of an unknown stream is not published.
    pub exchange: &'static str,
}

impl Stream {
    /// What happened to orders.
    pub const ORDERS: Self = Self {
        name: "orders",
        service: "orders",
        exchange: exchange::ORDERS,
    };
    /// Changes of stock.
    pub const STOCK: Self = Self {
        name: "stock",
        service: "catalog",
        exchange: exchange::PRODUCTS,
    };
    /// What happened to customers.
    pub const CUSTOMERS: Self = Self {
        name: "customers",
        service: "customers",
        exchange: exchange::CUSTOMERS,
    };
    /// Every event that ends or changes access to the tenant, and nothing else.
    pub const ACCOUNTS: Self = Self {
        name: "accounts",
        service: "customers",
        exchange: exchange::CUSTOMERS,
    };

    /// Every stream.
    pub const ALL: [Self; 4] = [Self::ORDERS, Self::STOCK, Self::CUSTOMERS, Self::ACCOUNTS];

    /// The stream with this name; `None` for a name that this version does not know.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stream| stream.name == name)
    }
}
