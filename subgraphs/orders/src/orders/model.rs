//! An order, its lines and the legal steps of its states. Pure.

use chrono::{DateTime, Utc};
use ids::{CustomerId, OrderId, OrderLineId, ProductId, VariantId};
use money::Money;

use crate::text_enum::text_enum;

text_enum! {
    OrderStatus {
        Pending = "PENDING",
        Confirmed = "CONFIRMED",
        Cancelled = "CANCELLED",
        Completed = "COMPLETED",
    }
}

text_enum! {
    PaymentStatus {
        Pending = "PENDING",
        Authorized = "AUTHORIZED",
        Paid = "PAID",
        Failed = "FAILED",
        Refunded = "REFUNDED",
        Voided = "VOIDED",
    }
}

text_enum! {
    FulfilmentStatus {
        Unfulfilled = "UNFULFILLED",
        PartiallyShipped = "PARTIALLY_SHIPPED",
        Shipped = "SHIPPED",
        Delivered = "DELIVERED",
    }
}

text_enum! {
    #[derive(serde::Serialize)]
    PaymentMethod {
        CashOnDelivery = "CASH_ON_DELIVERY",
        Card = "CARD",
    }
}

impl PaymentMethod {
    /// Whether a payment provider holds the money.
    pub fn takes_payment(self) -> bool {
        match self {
            Self::Card => true,
            Self::CashOnDelivery => false,
        }
    }
}

/// Where the goods go. Personal data: no `Debug`.
#[derive(Clone, PartialEq, Eq, serde::Serialize)]
pub struct Address {
    pub name: String,
    pub phone: Option<String>,
    pub line1: String,
    pub line2: Option<String>,
    pub city: String,
    pub region: Option<String>,
    pub postal_code: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country_code: String,
}

/// An order without its lines. Personal data: no `Debug`.
#[derive(Clone)]
pub struct Order {
    pub id: OrderId,
    pub number: i64,
    pub customer: Option<CustomerId>,
    pub email: String,
    pub status: OrderStatus,
    pub payment_status: PaymentStatus,
    pub fulfilment_status: FulfilmentStatus,
    pub payment_method: PaymentMethod,
    pub shipping_address: Address,
    pub subtotal: Money,
    pub total: Money,
    pub placed_at: DateTime<Utc>,
    pub confirmed_at: Option<DateTime<Utc>>,
    pub cancelled_at: Option<DateTime<Utc>>,
}

/// A line as it was when the order was placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderLine {
    pub id: OrderLineId,
    pub order: OrderId,
    pub variant: VariantId,
    pub product: ProductId,
    pub sku: String,
    pub name: String,
    pub quantity: u32,
    pub unit_price: Money,
    pub total: Money,
}

/// Why an order cannot be cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CannotCancel {
    AlreadyCancelled,
    AlreadyShipped,
}

/// What ends an order before it is fulfilled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelCause {
    /// Staff or the customer asked for it.
    Requested,
    /// The provider declined the payment, or never answered.
    PaymentFailed,
    /// The hold had run out and the units were gone.
    StockLost,
}

impl Order {
    /// Takes the order back while nothing has left the house.
    pub fn cancel(&mut self, cause: CancelCause, now: DateTime<Utc>) -> Result<(), CannotCancel> {
        match self.status {
            OrderStatus::Cancelled => return Err(CannotCancel::AlreadyCancelled),
            OrderStatus::Completed => return Err(CannotCancel::AlreadyShipped),
            OrderStatus::Pending | OrderStatus::Confirmed => {}
        }
        if self.fulfilment_status != FulfilmentStatus::Unfulfilled {
            return Err(CannotCancel::AlreadyShipped);
        }
        self.status = OrderStatus::Cancelled;
        self.cancelled_at = Some(now);
        self.payment_status = match (cause, self.payment_method, self.payment_status) {
            (CancelCause::PaymentFailed, PaymentMethod::Card, _) => PaymentStatus::Failed,
            (
                CancelCause::Requested | CancelCause::StockLost,
                PaymentMethod::Card,
                PaymentStatus::Pending | PaymentStatus::Authorized,
            ) => PaymentStatus::Voided,
            (_, _, unchanged) => unchanged,
        };
        Ok(())
    }

    /// Whether a payment provider may hold money for it.
    pub fn takes_payment(&self) -> bool {
        self.payment_method.takes_payment()
    }

    /// The provider answered after all. False: the order has ended meanwhile, nothing changes.
    #[must_use]
    pub fn confirm_payment(&mut self, now: DateTime<Utc>) -> bool {
        if self.status != OrderStatus::Pending {
            return false;
        }
        self.status = OrderStatus::Confirmed;
        self.payment_status = PaymentStatus::Authorized;
        self.confirmed_at = Some(now);
        true
    }
}

/// Which orders a list shows.
#[derive(Debug, Clone, Default)]
pub struct OrderFilter {
    pub statuses: Option<Vec<OrderStatus>>,
    pub number: Option<i64>,
    pub placed_after: Option<DateTime<Utc>>,
    pub placed_before: Option<DateTime<Utc>>,
    pub customer: Option<CustomerId>,
}

/// Sort key of the list of orders, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct OrderKey {
    pub placed_at: DateTime<Utc>,
    pub id: OrderId,
}

impl Order {
    /// Where the order stands in the list.
    pub fn key(&self) -> OrderKey {
        OrderKey {
            placed_at: self.placed_at,
            id: self.id,
        }
    }
}
