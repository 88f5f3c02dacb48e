//! The events of a stream in the schema: a connection of past events, and a subscription that is its live tail.

use std::borrow::Cow;
use std::error::Error;
use std::fmt::Display;
use std::marker::PhantomData;
use std::str::FromStr;

use async_graphql::connection::EmptyFields;
use async_graphql::{Context, Object, OutputType, SimpleObject, TypeName};
use database::TenantDb;
use event_contracts::PublicType;
use event_cursor::{CursorKeys, Position};
use event_log::{EventFilter, EventPage, Follow, Followers, StoredEvent};
use futures_util::future::ready;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use identity::Caller;
use ids::{EventId, TenantId};

use crate::connection::{Edge, TotalCount, page_size};
use crate::types::{DateTime, ID, PageInfo};
use crate::{Connection, ContextExt, Failure, ListNode};

/// Why an event cannot be decoded.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// What events are read with. The data of a schema with events holds it.
#[derive(Clone)]
pub struct EventReader {
    /// Database of the log.
    pub db: TenantDb,
    /// Notifies subscriptions when the log has grown.
    pub followers: Followers,
    /// Signs and verifies cursors.
    pub cursor_keys: CursorKeys,
}

/// An object of the schema that stands for an event of one stream.
pub trait EventNode: OutputType + Sized + 'static {
    /// Name of the stream in the event log.
    const STREAM: &'static str;
    /// The event types that clients see. Events of other types are skipped: another version of the service may write
    /// types that this one does not know.
    type Kind: PublicType + OutputType;
    /// Argument `filter` of the query and of the subscription.
    type Filter: Default;

    /// The events that match the filter and that the caller may see.
    ///
    /// # Errors
    /// The caller may see no event at all.
    fn select(caller: &Caller, filter: Self::Filter) -> Result<Selection<Self::Kind>, Failure>;

    /// The object of an event.
    ///
    /// # Errors
    /// Subjects or payload are not what the type requires.
    fn from_event(fields: EventFields<Self::Kind>, event: &StoredEvent) -> Result<Self, BoxError>;
}

/// Selects events of a stream. All given conditions must match.
pub struct Selection<K> {
    /// What happened.
    pub kinds: Option<Vec<K>>,
    /// The filter's subjects: the event has at least one of them.
    pub about: Option<Vec<String>>,
    /// The caller's subjects: the event has at least one of them too. `None`: the caller sees every event.
    pub visible_to: Option<Vec<String>>,
}

/// The subjects of entities whose ids a client sent. A malformed id has no event.
pub fn subjects<Id: FromStr + Display>(ids: Vec<ID>) -> Vec<String> {
    ids.iter()
        .filter_map(|id| id.parse::<Id>().ok())
        .map(|id| id.to_string())
        .collect()
}

/// Id of the entity that the event is about.
///
/// # Errors
/// The event is about something else.
pub fn subject<Id>(event: &StoredEvent) -> Result<Id, BoxError>
where
    Id: FromStr<Err: Error + Send + Sync + 'static>,
{
    let subject = event.subjects.first().map_or("", String::as_str);
    Ok(subject.parse()?)
}

/// The fields that every event has.
#[derive(SimpleObject)]
#[graphql(name_type)]
pub struct EventFields<K: OutputType> {
    /// Id of the event. Delivery is at least once: use the id to detect duplicates.
    id: ID,
    /// Position of the event in the stream: read or subscribe after it, with any filter.
    cursor: String,
    /// What happened.
    #[graphql(name = "type")]
    pub kind: K,
    /// When it happened.
    occurred_at: DateTime,
}

impl<K: OutputType> TypeName for EventFields<K> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Fields", K::type_name()).into()
    }
}

/// Live events; an error ends them.
pub type EventStream<N> = BoxStream<'static, Result<N, Failure>>;

/// A page of events. `pageInfo.endCursor` is the position scanned, even if no event matched.
pub type EventConnection<N> = Connection<N, EmptyFields>;

/// Resolves the query of a stream: the events after a position, from the oldest event that is kept if absent.
///
/// # Errors
/// Those of [`EventNode::select`], `CURSOR_INVALID`, `CURSOR_EXPIRED`, `BAD_REQUEST` for a size outside 0..=100.
pub async fn page<N: EventNode>(
    ctx: &Context<'_>,
    filter: Option<N::Filter>,
    after: Option<String>,
    first: Option<i32>,
) -> Result<EventConnection<N>, Failure> {
    let reading = Reading::<N>::new(ctx, filter, after)?;
    let limit = page_size("first", first)?;
    let after = reading.after;
    let mut db = ctx.snapshot()?.lock().await?;
    // A read has at least one event; without events it still tells whether the position is valid and where the head is.
    let mut page =
        event_log::read_page(&mut db, N::STREAM, after, limit.max(1), &reading.filter).await?;
    drop(db);
    if limit == 0 {
        page.events.clear();
        page.scanned_to = after.map_or(page.min_seq.saturating_sub(1), |position| position.seq);
        page.has_more = page.scanned_to < page.head;
    }
    let edges = reading.edges(&page)?;
    Ok(Connection {
        page_info: PageInfo {
            has_next_page: page.has_more,
            has_previous_page: after.is_some_and(|position| position.seq >= page.min_seq),
            start_cursor: edges.first().map(|edge| edge.cursor.clone()),
            end_cursor: Some(reading.cursor(page.end())),
        },
        edges,
        extra: EmptyFields,
    })
}

/// Resolves the subscription of a stream: the events after a position, from now on if absent. Holds no transaction and no
/// connection while it waits.
///
/// # Errors
/// As [`page`]; errors of the stream end it.
pub async fn tail<N: EventNode>(
    ctx: &Context<'_>,
    filter: Option<N::Filter>,
    after: Option<String>,
) -> Result<EventStream<N>, Failure> {
    let reading = Reading::<N>::new(ctx, filter, after)?;
    let reader = &reading.reader;
    let wanted = Follow {
        tenant: reading.tenant,
        stream: N::STREAM,
        filter: reading.filter.clone(),
        after: reading.after,
    };
    let pages = event_log::follow(&reader.followers, reader.db.clone(), wanted).await?;
    Ok(pages
        .map_err(Failure::from)
        .and_then(move |page| ready(reading.edges(&page)))
        .map_ok(|edges| stream::iter(edges).map(|edge| Ok(edge.node)))
        .try_flatten()
        .boxed())
}

/// One client's reading of a stream.
struct Reading<N> {
    reader: EventReader,
    tenant: TenantId,
    filter: EventFilter,
    visible_to: Option<Vec<String>>,
    after: Option<Position>,
    node: PhantomData<fn() -> N>,
}

impl<N: EventNode> Reading<N> {
    fn new(
        ctx: &Context<'_>,
        filter: Option<N::Filter>,
        after: Option<String>,
    ) -> Result<Self, Failure> {
        let caller = ctx.caller()?;
        let selection = N::select(caller, filter.unwrap_or_default())?;
        let reader = ctx.provided::<EventReader>()?.clone();
        let tenant = caller.tenant_id();
        let after = after
            .map(|text| event_cursor::decode(&reader.cursor_keys, tenant, N::STREAM, &text))
            .transpose()?;
        let types = selection.kinds.unwrap_or_else(|| N::Kind::ALL.to_vec());
        let types = types.iter().map(|one| one.event_type().to_owned());
        Ok(Self {
            reader,
            tenant,
            filter: EventFilter {
                types: Some(types.collect()),
                // The log matches one list of subjects; `edges` checks the other.
                subject_any: selection.about.or_else(|| selection.visible_to.clone()),
            },
            visible_to: selection.visible_to,
            after,
            node: PhantomData,
        })
    }

    fn cursor(&self, position: Position) -> String {
        event_cursor::encode(&self.reader.cursor_keys, self.tenant, N::STREAM, position)
    }

    fn edges(&self, page: &EventPage) -> Result<Vec<Edge<N>>, Failure> {
        let edge = |event: &StoredEvent| {
            let kind = N::Kind::of(&event.event_type)?;
            let cursor = self.cursor(page.position_of(event.seq));
            let fields = EventFields {
                id: event.id.to_string().into(),
                cursor: cursor.clone(),
                kind,
                occurred_at: DateTime(event.occurred_at),
            };
            let unreadable = |source| {
                Failure::internal(UnreadableEvent {
                    id: event.id,
                    source,
                })
            };
            let node = N::from_event(fields, event).map_err(unreadable);
            Some(node.map(|node| Edge { cursor, node }))
        };
        let visible = page.events.iter().filter(|event| self.shows(event));
        visible.filter_map(edge).collect()
    }

    fn shows(&self, event: &StoredEvent) -> bool {
        self.visible_to.as_ref().is_none_or(|subjects| {
            subjects
                .iter()
                .any(|subject| event.subjects.contains(subject))
        })
    }
}

/// Should not happen: payloads never change after they are written.
#[derive(Debug, thiserror::Error)]
#[error("event {id} cannot be decoded")]
struct UnreadableEvent {
    id: EventId,
    #[source]
    source: BoxError,
}

/// The fields `totalCount` and `eventCursor` of a list whose changes are the events of a stream.
pub struct FollowedList {
    total: TotalCount,
    stream: &'static str,
}

impl<N: ListNode> Connection<N> {
    /// The same page with the cursor from which a client follows the changes of the list.
    pub fn followed_by(self, stream: &'static str) -> Connection<N, FollowedList> {
        let total = self.extra;
        Connection {
            edges: self.edges,
            page_info: self.page_info,
            extra: FollowedList { total, stream },
        }
    }
}

/// The fields of a list whose changes are followed as events.
#[Object]
impl FollowedList {
    #[graphql(flatten)]
    async fn total(&self) -> &TotalCount {
        &self.total
    }

    /// Cursor of the newest event as of this response. A subscription after it misses no change since this list was read.
    async fn event_cursor(&self, ctx: &Context<'_>) -> Result<String, Failure> {
        let head = event_log::head(&mut ctx.snapshot()?.lock().await?, self.stream).await?;
        let keys = &ctx.provided::<EventReader>()?.cursor_keys;
        let tenant = ctx.caller()?.tenant_id();
        Ok(event_cursor::encode(keys, tenant, self.stream, head))
    }
}
