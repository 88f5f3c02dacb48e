//! Stock events for staff: pages of past events, oldest first, and a live tail.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use database::{StoreError, TenantConnection};
use event_contracts::stock::{StockChangedV1, StockEventType, StockLowV1};
use event_log::cursor::{self, CursorError, CursorKeys};
use event_log::{EventFilter, EventPage, Follow, ReadError, StoredEvent};
use futures_util::future::ready;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream};
use ids::{EventId, TenantId, VariantId, WarehouseId};

use super::events::STREAM;
use crate::app::App;

/// One stock event, with the availability right after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockEvent {
    pub id: EventId,
    pub cursor: String,
    pub kind: StockEventType,
    pub occurred_at: DateTime<Utc>,
    pub variant: VariantId,
    pub warehouse: WarehouseId,
    pub delta: i32,
    pub available: i32,
}

/// Filter of events; an absent part matches every event.
#[derive(Debug, Clone, Default)]
pub struct StockEventFilter {
    pub variants: Option<Vec<VariantId>>,
    pub kinds: Option<Vec<StockEventType>>,
}

/// Query for one page of the stream.
#[derive(Debug, Clone)]
pub struct ListStockEvents {
    pub filter: StockEventFilter,
    /// Cursor of the position to read after; if absent, reading starts at the oldest event that is kept.
    pub after: Option<String>,
    pub limit: u32,
}

/// One page of the stream.
#[derive(Debug)]
pub struct StockEventPage {
    pub events: Vec<StockEvent>,
    /// Cursor of the position up to which the stream was scanned.
    pub scanned_to: String,
    pub has_more: bool,
    pub has_previous: bool,
}

/// Why the stream could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ListStockEventsError {
    #[error("cursor does not belong to the stock stream of this tenant")]
    CursorInvalid,
    #[error("cursor points to events that are no longer kept")]
    CursorExpired,
    #[error("stock event {id} cannot be decoded")]
    Unreadable {
        id: EventId,
        #[source]
        source: serde_json::Error,
    },
    #[error("stock event {id} has unknown type {event_type}")]
    UnknownType { id: EventId, event_type: String },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<CursorError> for ListStockEventsError {
    fn from(error: CursorError) -> Self {
        match error {
            CursorError::Invalid => Self::CursorInvalid,
        }
    }
}

impl From<ReadError> for ListStockEventsError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Expired => Self::CursorExpired,
            ReadError::Store(error) => Self::Store(error),
        }
    }
}

/// One page of events, oldest first.
pub async fn list_stock_events(
    keys: &CursorKeys,
    db: &mut impl TenantConnection,
    query: &ListStockEvents,
) -> Result<StockEventPage, ListStockEventsError> {
    let tenant = db.tenant();
    let after = query
        .after
        .as_ref()
        .map(|text| cursor::decode(keys, tenant, STREAM, text))
        .transpose()?;
    let filter = log_filter(&query.filter);
    let mut page = event_log::read_page(db, STREAM, after, query.limit.max(1), &filter).await?;
    if query.limit == 0 {
        page.events.clear();
        page.scanned_to = after.map_or(page.min_seq.saturating_sub(1), |position| position.seq);
        page.has_more = page.scanned_to < page.head;
    }
    Ok(StockEventPage {
        events: stock_events(keys, tenant, &page)?,
        scanned_to: cursor::encode(keys, tenant, STREAM, page.end()),
        has_more: page.has_more,
        has_previous: after.is_some_and(|position| position.seq >= page.min_seq),
    })
}

/// Live tail after a cursor, or from now on if absent. Holds no transaction and no connection while it waits.
pub async fn tail_stock_events(
    app: Arc<App>,
    tenant: TenantId,
    filter: StockEventFilter,
    after: Option<String>,
) -> Result<
    impl Stream<Item = Result<StockEvent, ListStockEventsError>> + Send + use<>,
    ListStockEventsError,
> {
    let wanted = Follow {
        tenant,
        stream: STREAM,
        filter: log_filter(&filter),
        after: after
            .map(|text| cursor::decode(&app.cursor_keys, tenant, STREAM, &text))
            .transpose()?,
    };
    let pages = event_log::follow(&app.followers, app.db.clone(), wanted).await?;
    Ok(pages
        .map_err(ListStockEventsError::from)
        .and_then(move |page| ready(stock_events(&app.cursor_keys, tenant, &page)))
        .map_ok(|events| stream::iter(events).map(Ok))
        .try_flatten())
}

fn log_filter(filter: &StockEventFilter) -> EventFilter {
    EventFilter {
        types: filter.kinds.as_ref().map(|kinds| {
            kinds
                .iter()
                .map(|kind| kind.event_type().to_owned())
                .collect()
        }),
        subject_any: filter
            .variants
            .as_ref()
            .map(|variants| variants.iter().map(ToString::to_string).collect()),
    }
}

fn stock_events(
    keys: &CursorKeys,
    tenant: TenantId,
    page: &EventPage,
) -> Result<Vec<StockEvent>, ListStockEventsError> {
    page.events
        .iter()
        .map(|stored| {
            let cursor = cursor::encode(keys, tenant, STREAM, page.position_of(stored.seq));
            stock_event(stored, cursor)
        })
        .collect()
}

fn stock_event(stored: &StoredEvent, cursor: String) -> Result<StockEvent, ListStockEventsError> {
    use serde::Deserialize as _;

    let id = stored.id;
    let unreadable = |source| ListStockEventsError::Unreadable { id, source };
    let kind = StockEventType::of(&stored.event_type).ok_or_else(|| {
        ListStockEventsError::UnknownType {
            id,
            event_type: stored.event_type.clone(),
        }
    })?;
    let (variant, warehouse, delta, available) = match kind {
        StockEventType::Adjusted
        | StockEventType::Reserved
        | StockEventType::Released
        | StockEventType::Sold => {
            let changed = StockChangedV1::deserialize(&stored.payload).map_err(unreadable)?;
            (
                changed.variant_id,
                changed.warehouse_id,
                changed.delta,
                changed.available,
            )
        }
        StockEventType::LowStock => {
            let low = StockLowV1::deserialize(&stored.payload).map_err(unreadable)?;
            (low.variant_id, low.warehouse_id, 0, low.available)
        }
    };
    let occurred_at = stored.occurred_at;
    Ok(StockEvent {
        id,
        cursor,
        kind,
        occurred_at,
        variant,
        warehouse,
        delta,
        available,
    })
}
