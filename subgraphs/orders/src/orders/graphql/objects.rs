//! Orders, their lines and connections as clients see them.

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

/// Field and sort that the cursors of every list of orders belong to.
pub const LIST: &str = "orders:NEWEST";

/// Where an order stands as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "model::OrderStatus")]
pub enum OrderStatus {
    /// The payment provider has not answered yet; stock is held.
    Pending,
    /// The shop will fulfil it.
    Confirmed,
    /// It ended without fulfilment.
    Cancelled,
    /// The customer has everything.
    Completed,
}

/// Where the payment of an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "model::PaymentStatus")]
pub enum PaymentStatus {
    /// Nothing was paid: it is due on delivery, or the provider has not answered yet.
    Pending,
    /// The provider holds the money.
    Authorized,
    /// The shop has the money.
    Paid,
    /// The provider refused, or never answered.
    Failed,
    /// The customer has the money back.
    Refunded,
    /// The authorisation was given back; nothing was taken.
    Voided,
}

/// Where the goods of an order are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "model::FulfilmentStatus")]
pub enum FulfilmentStatus {
    /// Nothing was shipped.
    Unfulfilled,
    /// Some of it was shipped.
    PartiallyShipped,
    /// All of it was shipped.
    Shipped,
    /// The customer has it.
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

/// An order, with its lines when they are at hand.
#[derive(Clone)]
pub struct Order {
    order: Arc<model::Order>,
    lines: Option<Arc<Vec<model::OrderLine>>>,
}

impl Order {
    /// An order whose lines are loaded when they are asked for.
    pub fn new(order: Arc<model::Order>) -> Self {
        Self { order, lines: None }
    }

    /// The same order with its lines.
    #[must_use]
    pub fn and_lines(self, lines: Arc<Vec<model::OrderLine>>) -> Self {
        Self {
            lines: Some(lines),
            ..self
        }
    }
}

/// What a customer has ordered.
#[Object]
impl Order {
    /// The order's id.
    async fn id(&self) -> ID {
        self.order.id.to_string().into()
    }

    /// Short human number, unique in the shop, e.g. "1042".
    async fn number(&self) -> String {
        self.order.number.to_string()
    }

    /// Where the order stands as a whole.
    async fn status(&self) -> OrderStatus {
        self.order.status.into()
    }

    /// Where its payment stands.
    async fn payment_status(&self) -> PaymentStatus {
        self.order.payment_status.into()
    }

    /// Where its goods are.
    async fn fulfilment_status(&self) -> FulfilmentStatus {
        self.order.fulfilment_status.into()
    }

    /// When the customer placed it.
    async fn placed_at(&self) -> DateTime {
        DateTime(self.order.placed_at)
    }

    /// Where messages about it go.
    async fn email(&self) -> &str {
        &self.order.email
    }

    /// Who placed it. A guest's order has its customer record a moment after it was placed.
    async fn customer(&self) -> Option<Customer> {
        self.order.customer.map(Customer)
    }

    /// What was ordered.
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

    /// Where the goods go.
    async fn shipping_address(&self) -> Address {
        (&self.order.shipping_address).into()
    }

    /// The sum of its lines.
    async fn subtotal(&self) -> Money {
        self.order.subtotal.into()
    }

    /// What the customer pays.
    async fn total(&self) -> Money {
        self.order.total.into()
    }
}

/// A line of an order, as it was when the order was placed.
#[derive(SimpleObject)]
pub struct OrderLine {
    /// The line's id.
    id: ID,
    /// Units ordered.
    quantity: i32,
    /// Price of one unit when the order was placed.
    unit_price: Money,
    /// Price of the line when the order was placed.
    total: Money,
    /// As it was when the order was placed.
    sku: String,
    /// As it was when the order was placed.
    name: String,
    /// The variant as it is now; null when the catalog has it no more.
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

/// What is priced, stocked and sold. It belongs to the catalog.
#[derive(SimpleObject)]
#[graphql(unresolvable)]
pub struct ProductVariant {
    /// The variant's id.
    id: ID,
}

/// A customer of the shop; here only the orders. The rest belongs to the customers subgraph.
#[derive(Debug, Clone, Copy)]
pub struct Customer(pub CustomerId);

/// Somebody who buys in the shop.
#[Object]
impl Customer {
    /// The customer's id.
    async fn id(&self) -> ID {
        self.0.to_string().into()
    }

    /// The customer's orders, newest first. Null for who may not see them.
    async fn orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, at most 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Cursor of the order before the page.")] after: Option<String>,
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
            whole: Whole::OfCustomer(self.0),
        }))
    }
}

/// Part of a list of orders.
pub struct OrderConnection {
    pub page: Arc<Page<Arc<model::Order>>>,
    pub whole: Whole,
}

/// The list that a connection is part of.
pub enum Whole {
    /// Those that a filter leaves.
    Filtered(OrderFilter),
    /// All of one customer.
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

/// Part of a list of orders.
#[Object]
impl OrderConnection {
    /// The orders with their cursors.
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

    /// The orders.
    async fn nodes(&self) -> Vec<Order> {
        self.page
            .items
            .iter()
            .map(|order| Order::new(Arc::clone(order)))
            .collect()
    }

    /// Where the page stands in the list.
    async fn page_info(&self) -> PageInfo {
        PageInfo::of(&self.page, &self.cursors())
    }

    /// How many orders the whole list has.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32, Failure> {
        let count = match &self.whole {
            Whole::Filtered(filter) => count_orders(ctx.snapshot()?, filter).await?,
            Whole::OfCustomer(customer) => ctx
                .loader::<Loader<CustomerId, CustomerOrderCounts>>()?
                .load(*customer)
                .await?
                .unwrap_or_default(),
        };
        Ok(i32::try_from(count).unwrap_or(i32::MAX))
    }

    /// Position in `orderEvents` as of this answer: subscribe after it and nothing falls between.
    async fn event_cursor(&self, ctx: &Context<'_>) -> Result<String, Failure> {
        super::events::head_cursor(ctx, STREAM).await
    }
}

/// An order in a list.
#[derive(SimpleObject)]
pub struct OrderEdge {
    /// Its place in the list.
    cursor: String,
    /// The order.
    node: Order,
}
