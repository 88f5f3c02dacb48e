//! Events of orders: the query connection and the subscription, its live tail.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject, Subscription};
use event_contracts::orders;
use event_log::{EventPage, Follow, Position, ReadError, StoredEvent, cursor};
use futures_util::{Stream, TryStreamExt, stream};
use graphql_server::types::{DateTime, PageInfo};
use graphql_server::{ConnectionArguments, ContextExt, Failure, Loader, Rejection};
use ids::{OrderId, TenantId};

use super::objects::Order;
use crate::app::App;
use crate::orders::access::OrderAccess;
use crate::orders::events::STREAM;
use crate::orders::list_order_events::{self as list, list_order_events, retain_visible};
use crate::orders::loaders::OrdersById;

/// Type of an order event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "orders::OrderEventType")]
pub enum OrderEventType {
    /// The order was placed; its stock is held.
    Placed,
    /// The shop will fulfil the order.
    Confirmed,
    /// The payment provider has authorised the payment.
    PaymentAuthorized,
    /// The shop has received the money.
    Paid,
    /// The payment provider declined the payment or never answered.
    PaymentFailed,
    /// Goods have been shipped.
    Shipped,
    /// The customer has received the goods.
    Delivered,
    /// The order ended without fulfilment.
    Cancelled,
    /// The money was returned to the customer.
    Refunded,
}

/// Filter of order events. All given conditions must match.
#[derive(Default, InputObject)]
pub struct OrderEventFilter {
    /// Only events of this order.
    order_id: Option<ID>,
    /// Only events of these types.
    types: Option<Vec<OrderEventType>>,
}

impl From<OrderEventFilter> for list::OrderEventFilter {
    fn from(filter: OrderEventFilter) -> Self {
        Self {
            order: filter.order_id.map(|id| id.to_string()),
            types: filter
                .types
                .map(|types| types.into_iter().map(Into::into).collect()),
        }
    }
}

/// An event with its cursor.
#[derive(Clone)]
pub struct OrderEvent {
    event: Arc<StoredEvent>,
    kind: OrderEventType,
    cursor: String,
}

impl OrderEvent {
    /// Returns `None` for an event type that is not public.
    fn new(event: StoredEvent, cursor: String) -> Option<Self> {
        let kind = orders::OrderEventType::of(&event.event_type)?.into();
        Some(Self {
            event: Arc::new(event),
            kind,
            cursor,
        })
    }

    fn order_id(&self) -> Option<OrderId> {
        self.event.subjects.first()?.parse().ok()
    }
}

/// An event of an order.
#[Object]
impl OrderEvent {
    /// Id of the event. Delivery is at least once: use the id to detect duplicates.
    async fn id(&self) -> ID {
        self.event.id.to_string().into()
    }

    /// Cursor of the event: read or subscribe after it.
    async fn cursor(&self) -> &str {
        &self.cursor
    }

    /// Type of the event.
    #[graphql(name = "type")]
    async fn kind(&self) -> OrderEventType {
        self.kind
    }

    /// When the event occurred.
    async fn occurred_at(&self) -> DateTime {
        DateTime(self.event.occurred_at)
    }

    /// The order in its current state.
    async fn order(&self, ctx: &Context<'_>) -> Result<Order, Failure> {
        let missing = || Failure::internal(OrderMissing(self.event.seq));
        let id = self.order_id().ok_or_else(missing)?;
        let orders = ctx.loader::<Loader<OrderId, OrdersById>>()?;
        orders.load(id).await?.map(Order::new).ok_or_else(missing)
    }
}

/// The event log refers to an order that does not exist.
#[derive(Debug, thiserror::Error)]
#[error("order of event {0} does not exist")]
struct OrderMissing(i64);

/// A page of events.
pub struct OrderEventConnection {
    events: Vec<OrderEvent>,
    page_info: PageInfo,
}

/// A page of events. `pageInfo.endCursor` is the last scanned position, even when no event matched.
#[Object]
impl OrderEventConnection {
    /// The events of the page with their cursors.
    async fn edges(&self) -> Vec<OrderEventEdge> {
        let edge = |event: &OrderEvent| OrderEventEdge {
            cursor: event.cursor.clone(),
            node: event.clone(),
        };
        self.events.iter().map(edge).collect()
    }

    /// The events of the page.
    async fn nodes(&self) -> &[OrderEvent] {
        &self.events
    }

    /// Position of the page among the events.
    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }
}

/// An event in a list.
#[derive(SimpleObject)]
pub struct OrderEventEdge {
    /// Cursor of the event.
    cursor: String,
    /// The event.
    node: OrderEvent,
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
        #[graphql(
            desc = "Cursor to read after; without it, reading begins at the oldest retained event."
        )]
        after: Option<String>,
        #[graphql(desc = "Page size: at most 100, 20 by default.")] first: Option<i32>,
    ) -> Result<OrderEventConnection, Failure> {
        let access = OrderAccess::require(ctx.caller()?)?;
        let app = ctx.app::<App>()?;
        let tenant = ctx.caller()?.tenant_id();
        let arguments = ConnectionArguments {
            first,
            ..ConnectionArguments::default()
        };
        let limit = arguments.into_request::<()>(STREAM)?.limit;
        let after = after.map(|text| position(app, tenant, &text)).transpose()?;
        let filter = filter.unwrap_or_default().into();
        let mut guard = ctx.snapshot()?.lock().await?;
        let page = list_order_events(&mut guard, access, &filter, after, limit).await;
        drop(guard);
        let page = page.map_err(read_failure)?;
        let end = cursor::encode(&app.cursor_keys, tenant, STREAM, page.end());
        let (has_next_page, min_seq) = (page.has_more, page.min_seq);
        let events = order_events(app, tenant, page);
        let selection = ctx.look_ahead();
        if selection.field("nodes").field("order").exists()
            || selection
                .field("edges")
                .field("node")
                .field("order")
                .exists()
        {
            // Loads all orders in one batch: loaded one by one, they could be split into several batches.
            let ids = events.iter().filter_map(OrderEvent::order_id).collect();
            let orders = ctx.loader::<Loader<OrderId, OrdersById>>()?;
            orders.load_many(ids).await?;
        }
        let page_info = PageInfo {
            has_next_page,
            has_previous_page: after.is_some_and(|position| position.seq >= min_seq),
            start_cursor: events.first().map(|event| event.cursor.clone()),
            end_cursor: Some(end),
        };
        Ok(OrderEventConnection { events, page_info })
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
        #[graphql(
            desc = "Cursor to begin after; without it, the subscription begins at the current head."
        )]
        after: Option<String>,
    ) -> Result<impl Stream<Item = Result<OrderEvent, Failure>>, Failure> {
        let caller = ctx.caller()?;
        let access = OrderAccess::require(caller)?;
        let app = Arc::clone(ctx.app::<App>()?);
        let tenant = caller.tenant_id();
        let filter: list::OrderEventFilter = filter.unwrap_or_default().into();
        let wanted = Follow {
            tenant,
            stream: STREAM,
            filter: filter.in_log(access),
            after: after
                .map(|text| position(&app, tenant, &text))
                .transpose()?,
        };
        let pages = event_log::follow(&app.followers, app.db.clone(), wanted).await?;
        Ok(pages
            .map_err(read_failure)
            .map_ok(move |mut page| {
                retain_visible(&mut page, access);
                stream::iter(order_events(&app, tenant, page).into_iter().map(Ok))
            })
            .try_flatten())
    }
}

/// The events of a page with their cursors.
fn order_events(app: &App, tenant: TenantId, page: EventPage) -> Vec<OrderEvent> {
    let epoch = page.epoch;
    let with_cursor = |event: StoredEvent| {
        let position = Position {
            epoch,
            seq: event.seq,
        };
        let text = cursor::encode(&app.cursor_keys, tenant, STREAM, position);
        OrderEvent::new(event, text)
    };
    page.events.into_iter().filter_map(with_cursor).collect()
}

/// Cursor of the head of a stream, as of the request's read snapshot.
pub async fn head_cursor(ctx: &Context<'_>, stream: &str) -> Result<String, Failure> {
    let head = event_log::head(&mut ctx.snapshot()?.lock().await?, stream).await?;
    let app = ctx.app::<App>()?;
    Ok(cursor::encode(
        &app.cursor_keys,
        ctx.caller()?.tenant_id(),
        stream,
        head,
    ))
}

fn position(app: &App, tenant: TenantId, text: &str) -> Result<Position, Failure> {
    cursor::decode(&app.cursor_keys, tenant, STREAM, text)
        .map_err(|_invalid| Rejection::CursorInvalid.into())
}

fn read_failure(error: ReadError) -> Failure {
    match error {
        ReadError::Expired => Rejection::CursorExpired.into(),
        ReadError::Store(error) => error.into(),
    }
}
