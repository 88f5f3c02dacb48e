//! GraphQL types of orders, their lines and connections.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use database::page::{Page, encode_cursor};
use graphql_server::types::{DateTime, Money, PageInfo};
use graphql_server::{ConnectionArguments, ContextExt, Failure, Loader};
use ids::{CustomerId, OrderId};

use crate::orders::access::OrderAccess;
use crate::orders::events::STREAM;
use crate::orders::list_orders::count_orders;
use crate::orders::loaders::{
    CustomerOrderCounts, CustomerOrders, CustomerPage, OrderLinesOfOrders,
};
use crate::orders::model::{self, OrderFilter, OrderKey};

/// Field and sort that the cursors of every list of orders are bound to.
pub const LIST: &str = "orders:NEWEST";

/// Overall state of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "model::OrderStatus")]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "model::PaymentStatus")]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "model::FulfilmentStatus")]
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
        self.order.status.into()
    }

    /// State of the payment.
    async fn payment_status(&self) -> PaymentStatus {
        self.order.payment_status.into()
    }

    /// State of the shipment.
    async fn fulfilment_status(&self) -> FulfilmentStatus {
        self.order.fulfilment_status.into()
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
            None => {
                ctx.loader::<Loader<OrderId, OrderLinesOfOrders>>()?
                    .load(self.order.id)
                    .await?
            }
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
        if !OrderAccess::of(ctx.caller()?).covers_customer(self.0) {
            return Ok(None);
        }
        let arguments = ConnectionArguments {
            first,
            after,
            last: None,
            before: None,
        };
        let request = arguments.into_request::<OrderKey>(LIST)?;
        let key = CustomerPage {
            customer: self.0,
            limit: request.limit,
            after: request.cursor,
        };
        let page = ctx
            .loader::<Loader<CustomerPage, CustomerOrders>>()?
            .load(key)
            .await?;
        Ok(page.map(|page| OrderConnection {
            page,
            scope: ConnectionScope::OfCustomer(self.0),
        }))
    }
}

/// A page of a list of orders.
pub struct OrderConnection {
    pub page: Arc<Page<Arc<model::Order>>>,
    pub scope: ConnectionScope,
}

/// The list that a connection is a page of. `totalCount` counts it.
pub enum ConnectionScope {
    /// The orders that match a filter.
    Filtered(OrderFilter),
    /// All orders of one customer.
    OfCustomer(CustomerId),
}

impl OrderConnection {
    fn cursors(&self) -> Vec<String> {
        self.page
            .items
            .iter()
            .map(|order| encode_cursor(LIST, &order.key()))
            .collect()
    }
}

/// A page of a list of orders.
#[Object]
impl OrderConnection {
    /// The orders of the page with their cursors.
    async fn edges(&self) -> Vec<OrderEdge> {
        self.page
            .items
            .iter()
            .zip(self.cursors())
            .map(|(order, cursor)| OrderEdge {
                cursor,
                node: Order::new(Arc::clone(order)),
            })
            .collect()
    }

    /// The orders of the page.
    async fn nodes(&self) -> Vec<Order> {
        self.page
            .items
            .iter()
            .map(|order| Order::new(Arc::clone(order)))
            .collect()
    }

    /// Position of the page in the list.
    async fn page_info(&self) -> PageInfo {
        PageInfo::of(&self.page, &self.cursors())
    }

    /// Number of orders in the whole list.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32, Failure> {
        let count = match &self.scope {
            ConnectionScope::Filtered(filter) => count_orders(ctx.snapshot()?, filter).await?,
            ConnectionScope::OfCustomer(customer) => ctx
                .loader::<Loader<CustomerId, CustomerOrderCounts>>()?
                .load(*customer)
                .await?
                .unwrap_or_default(),
        };
        Ok(i32::try_from(count).unwrap_or(i32::MAX))
    }

    /// Cursor of the head of `orderEvents` as of this response. A subscription after it misses no event since this list
    /// was read.
    async fn event_cursor(&self, ctx: &Context<'_>) -> Result<String, Failure> {
        super::events::head_cursor(ctx, STREAM).await
    }
}

/// An order in a list.
#[derive(SimpleObject)]
pub struct OrderEdge {
    /// Cursor of the order in the list.
    cursor: String,
    /// The order.
    node: Order,
}
