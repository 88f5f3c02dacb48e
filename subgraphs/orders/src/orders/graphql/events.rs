//! What happened to orders: the query connection and its live tail.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject, Subscription};
use database::{StoreError, TenantConnection};
use event_log::{Position, ReadError, StoredEvent, cursor};
use futures_util::{Stream, stream};
use graphql_server::{
    ConnectionArguments, ContextExt, Failure, Rejection,
    types::{DateTime, PageInfo},
};
use ids::{OrderId, TenantId};

use super::objects::Order;
use crate::{
    app::App,
    orders::{
        access::OrderAccess,
        events::{self, STREAM},
        list_order_events::{self as list, list_order_events},
        store,
    },
};

/// The native tail looks for news this often; the gateway's is woken instead.
const POLL: Duration = Duration::from_secs(1);
/// Events that the native tail reads at once.
const TAIL_PAGE: u32 = 100;

/// What happened to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "events::OrderEventType")]
pub enum OrderEventType {
    /// The customer has an order: its stock is held.
    Placed,
    /// The shop will fulfil it.
    Confirmed,
    /// The payment provider holds the money.
    PaymentAuthorized,
    /// The shop has the money.
    Paid,
    /// The payment provider refused, or never answered.
    PaymentFailed,
    /// Goods have left.
    Shipped,
    /// The customer has the goods.
    Delivered,
    /// The order ended without fulfilment.
    Cancelled,
    /// The customer has the money back.
    Refunded,
}

/// Which events are shown; conditions are joined by "and".
#[derive(Default, InputObject)]
pub struct OrderEventFilter {
    /// Those of one order.
    order_id: Option<ID>,
    /// Those of these types.
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

/// An event, with its order when that is asked for.
#[derive(Clone)]
pub struct OrderEvent {
    event: Arc<StoredEvent>,
    kind: events::OrderEventType,
    cursor: String,
    order: Option<Order>,
}

impl OrderEvent {
    /// None: the event is not about what clients know of orders.
    fn new(event: StoredEvent, cursor: String) -> Option<Self> {
        let kind = events::OrderEventType::parse(&event.event_type)?;
        Some(Self {
            event: Arc::new(event),
            kind,
            cursor,
            order: None,
        })
    }

    fn order_id(&self) -> Option<OrderId> {
        self.event.subjects.first()?.parse().ok()
    }
}

/// Something that happened to an order.
#[Object]
impl OrderEvent {
    /// The event's id. Delivery is at least once: this tells repetitions.
    async fn id(&self) -> ID {
        self.event.id.to_string().into()
    }

    /// Position of the event: read or subscribe after it.
    async fn cursor(&self) -> &str {
        &self.cursor
    }

    /// What happened.
    #[graphql(name = "type")]
    async fn kind(&self) -> OrderEventType {
        self.kind.into()
    }

    /// When it happened.
    async fn occurred_at(&self) -> DateTime {
        DateTime(self.event.occurred_at)
    }

    /// The order as it is now.
    async fn order(&self) -> Result<Order, Failure> {
        self.order
            .clone()
            .ok_or_else(|| Failure::internal(OrderMissing(self.event.seq)))
    }
}

/// The log tells of an order that is not there.
#[derive(Debug, thiserror::Error)]
#[error("order of event {0} does not exist")]
struct OrderMissing(i64);

/// Part of the events.
pub struct OrderEventConnection {
    events: Vec<OrderEvent>,
    page_info: PageInfo,
}

/// Part of the events. `pageInfo.endCursor` is the position scanned, also when nothing matched.
#[Object]
impl OrderEventConnection {
    /// The events with their cursors.
    async fn edges(&self) -> Vec<OrderEventEdge> {
        let edge = |event: &OrderEvent| OrderEventEdge {
            cursor: event.cursor.clone(),
            node: event.clone(),
        };
        self.events.iter().map(edge).collect()
    }

    /// The events.
    async fn nodes(&self) -> &[OrderEvent] {
        &self.events
    }

    /// Where the page stands among the events.
    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }
}

/// An event in a list.
#[derive(SimpleObject)]
pub struct OrderEventEdge {
    /// Its position.
    cursor: String,
    /// The event.
    node: OrderEvent,
}

/// Root fields.
#[derive(Default)]
pub struct OrderEventQueries;

#[Object]
impl OrderEventQueries {
    /// Staff see the shop's events, a customer those of their own orders; oldest first.
    async fn order_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which events.")] filter: Option<OrderEventFilter>,
        #[graphql(desc = "Position to read after; from the oldest kept event without it.")]
        after: Option<String>,
        #[graphql(desc = "How many, at most 100; 20 by default.")] first: Option<i32>,
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
        let page = page.map_err(read_failure)?;

        let text = |position| cursor::encode(&app.cursor_keys, tenant, STREAM, position);
        let (end, has_next_page) = (text(page.end()), page.has_more);
        let mut events: Vec<OrderEvent> = page
            .events
            .into_iter()
            .filter_map(|event| {
                let cursor = text(Position {
                    epoch: page.epoch,
                    seq: event.seq,
                });
                OrderEvent::new(event, cursor)
            })
            .collect();
        let asked = ctx.look_ahead();
        if asked.field("nodes").field("order").exists()
            || asked.field("edges").field("node").field("order").exists()
        {
            attach_orders(&mut guard, &mut events).await?;
        }
        drop(guard);
        let page_info = PageInfo {
            has_next_page,
            has_previous_page: after.is_some_and(|position| position.seq >= page.min_seq),
            start_cursor: events.first().map(|event| event.cursor.clone()),
            end_cursor: Some(end),
        };
        Ok(OrderEventConnection { events, page_info })
    }
}

/// Root fields.
#[derive(Default)]
pub struct OrderEventSubscriptions;

#[Subscription]
impl OrderEventSubscriptions {
    /// The live tail of the query of the same name: staff see the shop's events, a customer those of their own
    /// orders.
    async fn order_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which events.")] filter: Option<OrderEventFilter>,
        #[graphql(desc = "Position to begin after; with what happens from now on without it.")]
        after: Option<String>,
    ) -> Result<impl Stream<Item = Result<OrderEvent, Failure>>, Failure> {
        let caller = ctx.caller()?;
        let access = OrderAccess::require(caller)?;
        let app = Arc::clone(ctx.app::<App>()?);
        let tenant = caller.tenant_id();
        let position = if let Some(text) = after {
            position(&app, tenant, &text)?
        } else {
            let snapshot = app.db.snapshot(tenant);
            let head = event_log::head(&mut snapshot.lock().await?, STREAM).await?;
            snapshot.finish().await?;
            head
        };
        let filter = filter.unwrap_or_default().into();
        let tail = Tail {
            app,
            tenant,
            access,
            filter,
            position,
            ready: VecDeque::new(),
        };
        Ok(stream::try_unfold(tail, async |mut tail| {
            let event = tail.next().await?;
            Ok(Some((event, tail)))
        }))
    }
}

/// A subscriber's place in the log.
struct Tail {
    app: Arc<App>,
    tenant: TenantId,
    access: OrderAccess,
    filter: list::OrderEventFilter,
    position: Position,
    ready: VecDeque<OrderEvent>,
}

impl Tail {
    async fn next(&mut self) -> Result<OrderEvent, Failure> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Ok(event);
            }
            if !self.read().await? {
                tokio::time::sleep(POLL).await;
            }
        }
    }

    /// Reads on, with the orders as they are now. False: nothing is behind the place.
    async fn read(&mut self) -> Result<bool, Failure> {
        let snapshot = self.app.db.snapshot(self.tenant);
        let mut guard = snapshot.lock().await?;
        let after = Some(self.position);
        let page = list_order_events(&mut guard, self.access, &self.filter, after, TAIL_PAGE).await;
        let page = page.map_err(read_failure)?;
        let moved = page.scanned_to > self.position.seq;
        self.position = page.end();
        for event in page.events {
            let position = Position {
                epoch: page.epoch,
                seq: event.seq,
            };
            let text = cursor::encode(&self.app.cursor_keys, self.tenant, STREAM, position);
            self.ready.extend(OrderEvent::new(event, text));
        }
        attach_orders(&mut guard, self.ready.make_contiguous()).await?;
        attach_lines(&mut guard, self.ready.make_contiguous()).await?;
        drop(guard);
        snapshot.finish().await?;
        Ok(moved)
    }
}

/// Gives events their orders, with one statement.
async fn attach_orders(
    connection: &mut impl TenantConnection,
    events: &mut [OrderEvent],
) -> Result<(), StoreError> {
    let orders = store::load_orders_by_ids(connection, &order_ids(events)).await?;
    let orders: HashMap<_, _> = orders
        .into_iter()
        .map(|(id, order)| (id, Order::new(Arc::new(order))))
        .collect();
    for event in events {
        event.order = event.order_id().and_then(|id| orders.get(&id).cloned());
    }
    Ok(())
}

/// Gives the orders of events their lines: the tail outlives the loaders of its request.
async fn attach_lines(
    connection: &mut impl TenantConnection,
    events: &mut [OrderEvent],
) -> Result<(), StoreError> {
    let lines = store::load_lines_by_orders(connection, &order_ids(events)).await?;
    let lines: HashMap<_, _> = lines
        .into_iter()
        .map(|(order, lines)| (order, Arc::new(lines)))
        .collect();
    for event in events {
        let found = event
            .order_id()
            .and_then(|id| lines.get(&id))
            .map(Arc::clone);
        event.order = event
            .order
            .take()
            .map(|order| order.and_lines(found.unwrap_or_default()));
    }
    Ok(())
}

fn order_ids(events: &[OrderEvent]) -> Vec<OrderId> {
    let ids: HashSet<OrderId> = events.iter().filter_map(OrderEvent::order_id).collect();
    ids.into_iter().collect()
}

/// The newest position, as of the request's snapshot.
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
