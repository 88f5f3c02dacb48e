//! Events of orders: the query `orderEvents` and the subscription, its live tail.

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, SimpleObject, Subscription};
use event_contracts::orders::OrderEventType;
use event_log::StoredEvent;
use graphql_server::events::{
    self, BoxError, EventConnection, EventFields, EventNode, EventStream, Selection, subjects,
};
use graphql_server::{ContextExt, Failure};
use identity::Caller;
use ids::OrderId;

use super::objects::Order;
use crate::orders::access::OrderAccess;
use crate::orders::events::STREAM;
use crate::orders::loaders::OrdersById;

/// Filter of order events. All given conditions must match.
#[derive(Default, InputObject)]
pub struct OrderEventFilter {
    /// Only events of this order.
    order_id: Option<ID>,
    /// Only events of these types.
    types: Option<Vec<OrderEventType>>,
}

/// An event of an order.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct OrderEvent {
    #[graphql(flatten)]
    fields: EventFields<OrderEventType>,
    #[graphql(skip)]
    order_id: OrderId,
}

#[ComplexObject]
impl OrderEvent {
    /// The order in its current state.
    async fn order(&self, ctx: &Context<'_>) -> Result<Order, Failure> {
        let order = ctx.load_existing::<OrdersById>(self.order_id).await?;
        Ok(Order::new(order))
    }
}

impl EventNode for OrderEvent {
    const STREAM: &'static str = STREAM;
    type Kind = OrderEventType;
    type Filter = OrderEventFilter;

    fn select(caller: &Caller, filter: Self::Filter) -> Result<Selection<Self::Kind>, Failure> {
        let access = OrderAccess::require(caller)?;
        Ok(Selection {
            kinds: filter.types,
            about: filter.order_id.map(|id| subjects::<OrderId>(vec![id])),
            visible_to: access.event_subjects(),
        })
    }

    fn from_event(fields: EventFields<Self::Kind>, event: &StoredEvent) -> Result<Self, BoxError> {
        let order_id = events::subject(event)?;
        Ok(Self { fields, order_id })
    }
}

/// Queries of order events.
#[derive(Default)]
pub struct OrderEventQueries;

#[Object]
impl OrderEventQueries {
    /// Events of orders, oldest first. Staff see the shop's events, a customer those of their own orders.
    async fn order_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Filter of the events.")] filter: Option<OrderEventFilter>,
        #[graphql(desc = "Cursor to read after. Default: the oldest event.")] after: Option<String>,
        #[graphql(desc = "Page size: at most 100, 20 by default.")] first: Option<i32>,
    ) -> Result<EventConnection<OrderEvent>, Failure> {
        let page = events::page::<OrderEvent>(ctx, filter, after, first).await?;
        page.preload::<OrdersById>(ctx, "order", |event| event.order_id)
            .await?;
        Ok(page)
    }
}

/// Subscriptions of order events.
#[derive(Default)]
pub struct OrderEventSubscriptions;

#[Subscription]
impl OrderEventSubscriptions {
    /// Live tail of the query of the same name. Staff see the shop's events, a customer those of their own orders.
    async fn order_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Filter of the events.")] filter: Option<OrderEventFilter>,
        #[graphql(desc = "Cursor to begin after. Default: the head.")] after: Option<String>,
    ) -> Result<EventStream<OrderEvent>, Failure> {
        events::tail(ctx, filter, after).await
    }
}
