//! GraphQL types of orders, their lines and connections.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};
use database::page::Page;
use graphql_server::events::FollowedList;
use graphql_server::types::{DateTime, Money};
use graphql_server::{Connection, ConnectionArguments, ContextExt, Failure, ListNode};
use ids::CustomerId;
use serde::Serialize;

use crate::orders::access::OrderAccess;
use crate::orders::events::STREAM;
use crate::orders::loaders::{
    CustomerOrderCounts, CustomerOrders, CustomerPage, OrderLinesOfOrders,
};
use crate::orders::model::{self, FulfilmentStatus, OrderStatus, PaymentStatus};

/// Field and sort that the cursors of every list of orders are bound to.
pub const LIST: &str = "orders:NEWEST";

/// A postal address.
#[derive(SimpleObject)]
#[graphql(shareable)]
pub struct Address {
    /// Name of the recipient.
    name: String,
    /// Telephone number for the carrier.
    phone: Option<String>,
    /// Street and house.
    line1: String,
    /// Flat, floor or parcel station.
    line2: Option<String>,
    /// Town.
    city: String,
    /// State or region.
    region: Option<String>,
    /// Postal code.
    postal_code: Option<String>,
    /// ISO 3166-1 alpha-2.
    country_code: String,
}

impl From<&model::Address> for Address {
    fn from(address: &model::Address) -> Self {
        let address = address.clone();
        Self {
            name: address.name,
            phone: address.phone,
            line1: address.line1,
            line2: address.line2,
            city: address.city,
            region: address.region,
            postal_code: address.postal_code,
            country_code: address.country_code,
        }
    }
}

/// An order, with its lines if they are already loaded.
#[derive(Clone)]
pub struct Order {
    order: Arc<model::Order>,
    lines: Option<Arc<Vec<model::OrderLine>>>,
}

impl Order {
    /// An order whose lines are loaded on demand.
    pub fn new(order: Arc<model::Order>) -> Self {
        Self { order, lines: None }
    }

    /// The same order with its lines.
    #[must_use]
    pub fn with_lines(self, lines: Arc<Vec<model::OrderLine>>) -> Self {
        Self {
            lines: Some(lines),
            ..self
        }
    }
}

/// An order of a customer.
#[Object]
impl Order {
    /// Id of the order.
    async fn id(&self) -> ID {
        self.order.id.to_string().into()
    }

    /// Short human-readable number, unique in the shop, e.g. "1042".
    async fn number(&self) -> String {
        self.order.number.to_string()
    }

    /// Overall state of the order.
    async fn status(&self) -> OrderStatus {
        self.order.status
    }

    /// State of the payment.
    async fn payment_status(&self) -> PaymentStatus {
        self.order.payment_status
    }

    /// State of the shipment.
    async fn fulfilment_status(&self) -> FulfilmentStatus {
        self.order.fulfilment_status
    }

    /// When the order was placed.
    async fn placed_at(&self) -> DateTime {
        DateTime(self.order.placed_at)
    }

    /// Email address for messages about the order.
    async fn email(&self) -> &str {
        &self.order.email
    }

    /// The customer who placed the order. A guest's order gets its customer record shortly after it was placed.
    async fn customer(&self) -> Option<Customer> {
        self.order.customer.map(Customer)
    }

    /// The lines of the order.
    async fn lines(&self, ctx: &Context<'_>) -> Result<Vec<OrderLine>, Failure> {
        let lines = match &self.lines {
            Some(lines) => Some(Arc::clone(lines)),
            None => ctx.load::<OrderLinesOfOrders>(self.order.id).await?,
        };
        Ok(lines
            .iter()
            .flat_map(|lines| lines.iter())
            .map(OrderLine::from)
            .collect())
    }

    /// Shipping address.
    async fn shipping_address(&self) -> Address {
        (&self.order.shipping_address).into()
    }

    /// Sum of the lines.
    async fn subtotal(&self) -> Money {
        self.order.subtotal.into()
    }

    /// Amount that the customer pays.
    async fn total(&self) -> Money {
        self.order.total.into()
    }
}

/// A line of an order, as of the time of placing.
#[derive(SimpleObject)]
pub struct OrderLine {
    /// Id of the line.
    id: ID,
    /// Units ordered.
    quantity: i32,
    /// Price of one unit at the time of placing.
    unit_price: Money,
    /// Price of the line at the time of placing.
    total: Money,
    /// SKU at the time of placing.
    sku: String,
    /// Name at the time of placing.
    name: String,
    /// The variant in its current state; null when it no longer exists in the catalog.
    variant: Option<ProductVariant>,
}

impl From<&model::OrderLine> for OrderLine {
    fn from(line: &model::OrderLine) -> Self {
        Self {
            id: line.id.to_string().into(),
            quantity: i32::try_from(line.quantity).unwrap_or(i32::MAX),
            unit_price: line.unit_price.into(),
            total: line.total.into(),
            sku: line.sku.clone(),
            name: line.name.clone(),
            variant: Some(ProductVariant {
                id: line.variant.to_string().into(),
            }),
        }
    }
}

/// The unit that is priced, stocked and sold. Owned by the catalog.
#[derive(SimpleObject)]
#[graphql(unresolvable)]
pub struct ProductVariant {
    /// Id of the variant.
    id: ID,
}

/// A customer of the shop. This subgraph adds the orders; the customers subgraph owns the entity.
#[derive(Debug, Clone, Copy)]
pub struct Customer(pub CustomerId);

/// A customer of the shop.
#[Object]
impl Customer {
    /// Id of the customer.
    async fn id(&self) -> ID {
        self.0.to_string().into()
    }

    /// The customer's orders, newest first. Null when the caller may not see them.
    async fn orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Page size: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Cursor of the order that precedes the page.")] after: Option<String>,
    ) -> Result<Option<OrderConnection>, Failure> {
        let customer = self.0;
        if !OrderAccess::of(ctx.caller()?).covers_customer(customer) {
            return Ok(None);
        }
        let request = ConnectionArguments::forward(first, after).page(LIST)?;
        let key = CustomerPage {
            customer,
            limit: request.limit,
            after: request.cursor,
        };
        let page = ctx.load::<CustomerOrders>(key).await?;
        let counts = ctx.loader::<CustomerOrderCounts>()?.clone();
        let count = async move { counts.load(customer).await.map(Option::unwrap_or_default) };
        Ok(page.map(|page| order_connection(Arc::unwrap_or_clone(page), count)))
    }
}

/// A page of a list of orders.
pub type OrderConnection = Connection<Order, FollowedList>;

/// A page of a list of orders, newest first, and what counts the whole list.
pub fn order_connection<E: Into<Failure>>(
    page: Page<Arc<model::Order>>,
    count: impl Future<Output = Result<i64, E>> + Send + 'static,
) -> OrderConnection {
    Connection::new(LIST, page, count).followed_by(STREAM)
}

impl ListNode for Order {
    type Row = Arc<model::Order>;

    fn key(order: &Self::Row) -> impl Serialize {
        order.key()
    }

    fn from_row(order: Self::Row) -> Self {
        Self::new(order)
    }
}
