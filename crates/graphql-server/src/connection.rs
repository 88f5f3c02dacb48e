//! Relay connections: the arguments of a list, and its page with edges, `pageInfo` and `totalCount`.

use std::borrow::Cow;

use async_graphql::{Context, Object, ObjectType, OutputType, SimpleObject, TypeName};
use database::page::{Page, PageRequest, decode_cursor, encode_cursor};
use futures_util::future::{BoxFuture, FutureExt, Shared};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::types::PageInfo;
use crate::{BatchLoad, ContextExt, Failure, Rejection};

/// Default number of rows per page.
const DEFAULT_PAGE_SIZE: i32 = 20;
/// Maximum number of rows per page.
pub const MAX_PAGE_SIZE: i32 = 100;

/// `first`, `after`, `last`, `before` of a list field, as the client sent them.
#[derive(Debug, Clone, Default)]
pub struct ConnectionArguments {
    first: Option<i32>,
    after: Option<String>,
    last: Option<i32>,
    before: Option<String>,
}

impl ConnectionArguments {
    /// Arguments of a field, in the order of the schema.
    pub fn new(
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Self {
        Self {
            first,
            after,
            last,
            before,
        }
    }

    /// Arguments of a field that pages forward only.
    pub fn forward(first: Option<i32>, after: Option<String>) -> Self {
        Self::new(first, after, None, None)
    }

    /// Converts the arguments into a page request. `list` names field and sort, e.g. `products:NAME`; cursors of another
    /// list are rejected.
    ///
    /// # Errors
    /// `BAD_REQUEST` for a size outside 0..=100 or for arguments of both directions, `CURSOR_INVALID`.
    pub fn page<K: DeserializeOwned>(self, list: &str) -> Result<PageRequest<K>, Failure> {
        let forward = self.first.is_some() || self.after.is_some();
        let backward = self.last.is_some() || self.before.is_some();
        if forward && backward {
            return Err(Rejection::bad_input(
                "give `first` and `after`, or `last` and `before`, not a mix of them",
            )
            .into());
        }
        let key =
            |cursor: Option<String>| cursor.map(|text| decode_cursor(list, &text)).transpose();
        if backward {
            let key = key(self.before)?;
            return Ok(PageRequest::backward(page_size("last", self.last)?, key));
        }
        let key = key(self.after)?;
        Ok(PageRequest::forward(page_size("first", self.first)?, key))
    }
}

/// Validates a page size and applies the default.
pub(crate) fn page_size(argument: &str, wanted: Option<i32>) -> Result<u32, Failure> {
    let wanted = wanted.unwrap_or(DEFAULT_PAGE_SIZE);
    u32::try_from(wanted)
        .ok()
        .filter(|_| wanted <= MAX_PAGE_SIZE)
        .ok_or_else(|| {
            Rejection::bad_input(format!("`{argument}` must be from 0 to {MAX_PAGE_SIZE}")).into()
        })
}

/// An object of the schema that lists consist of.
pub trait ListNode: OutputType {
    /// The row that the store reads.
    type Row;

    /// Sort key of a row, which its cursor contains.
    fn key(row: &Self::Row) -> impl Serialize;

    /// The object of a row.
    fn from_row(row: Self::Row) -> Self;
}

/// A page of a list: `OrderConnection` for nodes of the type `Order`. `Extra` has the fields that not every
/// connection has.
pub struct Connection<N: OutputType, Extra = TotalCount> {
    pub(crate) edges: Vec<Edge<N>>,
    pub(crate) page_info: PageInfo,
    pub(crate) extra: Extra,
}

impl<N: ListNode> Connection<N> {
    /// A page of `list`, the name that its cursors are bound to. `count` counts the rows of all pages; it runs only if
    /// the client selects `totalCount`.
    pub fn new<E: Into<Failure>>(
        list: &str,
        page: Page<N::Row>,
        count: impl Future<Output = Result<i64, E>> + Send + 'static,
    ) -> Self {
        let edge = |row: N::Row| {
            let cursor = encode_cursor(list, &N::key(&row));
            let node = N::from_row(row);
            Edge { cursor, node }
        };
        let edges: Vec<_> = page.items.into_iter().map(edge).collect();
        Self {
            page_info: PageInfo {
                has_next_page: page.has_next,
                has_previous_page: page.has_previous,
                start_cursor: edges.first().map(|edge| edge.cursor.clone()),
                end_cursor: edges.last().map(|edge| edge.cursor.clone()),
            },
            edges,
            extra: TotalCount(async move { count.await.map_err(E::into) }.boxed().shared()),
        }
    }
}

impl<N: OutputType, Extra: ObjectType> Connection<N, Extra> {
    /// Loads in one batch what a field of the nodes needs, if the client selects the field. On pages of more than 30 nodes,
    /// loads behind a field that each node loads for itself are split: the scheduler resumes such nodes one after the other.
    ///
    /// # Errors
    /// The schema's data has no such loader, or the loader failed.
    pub async fn preload<B: BatchLoad>(
        &self,
        ctx: &Context<'_>,
        field: &str,
        key: impl Fn(&N) -> B::Key,
    ) -> Result<(), Failure> {
        let selection = ctx.look_ahead();
        let of_edges = selection.field("edges").field("node").field(field);
        if selection.field("nodes").field(field).exists() || of_edges.exists() {
            let keys = self.edges.iter().map(|edge| key(&edge.node));
            ctx.loader::<B>()?.load_many(keys.collect()).await?;
        }
        Ok(())
    }
}

impl<N: OutputType, Extra: ObjectType> TypeName for Connection<N, Extra> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", N::type_name()).into()
    }
}

/// A page of a list.
#[Object(name_type)]
impl<N: OutputType, Extra: ObjectType> Connection<N, Extra> {
    /// The nodes of the page with their cursors.
    async fn edges(&self) -> &[Edge<N>] {
        &self.edges
    }

    /// The nodes of the page.
    async fn nodes(&self) -> Vec<&N> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }

    /// Position of the page in the list.
    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }

    #[graphql(flatten)]
    async fn extra(&self) -> &Extra {
        &self.extra
    }
}

/// A node of a list with its cursor.
#[derive(SimpleObject)]
#[graphql(name_type)]
pub struct Edge<N: OutputType> {
    /// Position of the node in the list; valid for this list in this sort order.
    pub(crate) cursor: String,
    /// The node.
    pub(crate) node: N,
}

impl<N: OutputType> TypeName for Edge<N> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Edge", N::type_name()).into()
    }
}

/// The field `totalCount` of a connection.
pub struct TotalCount(Shared<BoxFuture<'static, Result<i64, Failure>>>);

/// The field `totalCount` of a connection.
#[Object]
impl TotalCount {
    /// Number of nodes in the whole list, on all pages. Counted only if selected.
    async fn total_count(&self) -> Result<i32, Failure> {
        let count = self.0.clone().await?;
        Ok(i32::try_from(count).unwrap_or(i32::MAX))
    }
}
