//! An order, its lines and the legal state transitions. Pure: no I/O.

use chrono::{DateTime, Utc};
use ids::{CustomerId, OrderId, OrderLineId, ProductId, VariantId};
use money::Money;
use strum::{EnumString, IntoStaticStr};

/// Overall state of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, async_graphql::Enum, EnumString, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum OrderStatus {
    /// The payment provider has not answered yet; the stock is held.
    Pending,
    /// The shop will fulfil the order.
    Confirmed,
    /// The order ended without fulfilment.
    Cancelled,
    /// The customer has received everything.
    Completed,
}

/// State of the payment of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, async_graphql::Enum, EnumString, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum PaymentStatus {
    /// Nothing has been paid: payment is due on delivery, or the provider has not answered yet.
    Pending,
    /// The provider has authorised the payment; it is not captured yet.
    Authorized,
    /// The shop has received the money.
    Paid,
    /// The provider declined the payment or never answered.
    Failed,
    /// The money was returned to the customer.
    Refunded,
    /// The authorisation was voided; no money was taken.
    Voided,
}

/// State of the shipment of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, async_graphql::Enum, EnumString, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum FulfilmentStatus {
    /// Nothing has been shipped.
    Unfulfilled,
    /// Part of the order has been shipped.
    PartiallyShipped,
    /// The whole order has been shipped.
    Shipped,
    /// The customer has received the goods.
    Delivered,
}

/// Payment method of an order.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    async_graphql::Enum,
    serde::Serialize,
    EnumString,
    IntoStaticStr,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum PaymentMethod {
    /// The carrier collects the money.
    CashOnDelivery,
    /// A payment provider authorises the payment when the order is placed.
    Card,
}

impl PaymentMethod {
    /// Whether the method authorises a payment at a provider.
    pub fn takes_payment(self) -> bool {
        match self {
            Self::Card => true,
            Self::CashOnDelivery => false,
        }
    }
}

/// Shipping address. Personal data: no `Debug`.
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

/// An order line as of the time of placing.
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

/// Why an order is cancelled before fulfilment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelCause {
    /// Staff or the customer requested it.
    Requested,
    /// The provider declined the payment or never answered.
    PaymentFailed,
    /// The hold had expired and the units were no longer available.
    StockLost,
}

impl CancelCause {
    /// The reason that is recorded when stock and payment are released.
    pub fn text(self) -> &'static str {
        match self {
            Self::Requested => "order was cancelled",
            Self::PaymentFailed => "payment failed",
            Self::StockLost => "stock ran out",
        }
    }
}

impl Order {
    /// Cancels the order. Fails once any goods have been shipped.
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

    /// Whether a payment may be authorised at a provider for this order.
    pub fn takes_payment(&self) -> bool {
        self.payment_method.takes_payment()
    }

    /// Confirms a pending order after the provider's late authorisation. Returns false, without a change, when the
    /// order is no longer pending.
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

/// Filter of the list of orders.
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
    /// The order's sort key in the list.
    pub fn key(&self) -> OrderKey {
        OrderKey {
            placed_at: self.placed_at,
            id: self.id,
        }
    }
}
