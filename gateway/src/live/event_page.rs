//! Turns the router's answer to a page query back into events, one `next` payload each.
//!
//! The JSON of an event is not parsed: it is cut out of the answer and put under the client's response key. Errors of
//! the answer are assigned to the events that they belong to, with their paths rewritten to the client's selection.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::answer::{ErrorCode, Refusal};

/// A page of a stream as one group of subscribers sees it.
#[derive(Debug)]
pub struct Page {
    /// Events in the order of the log.
    pub events: Vec<Arc<PageEvent>>,
    /// Position up to which entries were scanned, including those that did not match or are not visible.
    pub scanned_to: i64,
    /// Whether the subgraph has more events for this filter.
    pub has_more: bool,
    /// A linked object is missing for a reason that may be temporary.
    pub incomplete: bool,
}

/// One event, ready for every subscriber of the group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageEvent {
    /// Position in the stream.
    pub seq: i64,
    /// The position as a signed cursor for clients.
    pub cursor: String,
    /// `{"data":{…},"extensions":{"cursor":…}}`, with `errors` if there are any, and with `"replayed":true` in the
    /// extensions of events that precede the catch-up.
    pub payload: Bytes,
}

/// Why there is no page.
#[derive(Debug)]
pub enum PageFailure {
    /// Router, subgraph or network are unavailable: retry.
    Unavailable,
    /// The subgraph refuses the whole query: no permission, expired cursor and so on.
    Refused(Refusal),
    /// An event of the page cannot be resolved and fails the whole page. Contains the `errors`, with paths as the
    /// client sees them.
    Failed(Value),
}

/// Reads an answer. Events up to `replayed_to` are marked as replayed. `position_of` verifies a cursor and returns
/// its position.
pub fn read_page(
    answer: &[u8],
    response_key: &str,
    replayed_to: i64,
    position_of: impl Fn(&str) -> Option<i64>,
) -> Result<Page, PageFailure> {
    let answer: Answer<'_> = serde_json::from_slice(answer).map_err(|error| {
        tracing::error!(
            error = %service::log::chain(&error),
            "answer to an event query could not be parsed"
        );
        PageFailure::Unavailable
    })?;
    let errors = answer.errors.unwrap_or_default();
    let connection = answer
        .data
        .and_then(|mut data| data.pop_first())
        .and_then(|(_, found)| found);
    let Some(connection) = connection else {
        return Err(failure(&errors, response_key));
    };

    let mut events = Vec::with_capacity(connection.edges.len());
    for (index, edge) in connection.edges.iter().enumerate() {
        // A null edge or node is an event that this caller may not see.
        let Some(Edge {
            cursor,
            node: Some(node),
        }) = edge
        else {
            continue;
        };
        let Some(seq) = position_of(cursor) else {
            return Err(unreadable_cursor());
        };
        let errors: Vec<Value> = errors
            .iter()
            .filter(|error| error.belongs_to(index))
            .map(|error| error.for_client(response_key))
            .collect();
        let extensions = extensions(cursor, seq <= replayed_to);
        let payload = event_payload(response_key, node.get(), &errors, &extensions);
        events.push(Arc::new(PageEvent {
            seq,
            cursor: cursor.to_string(),
            payload,
        }));
    }
    let last = events.last().map(|event| event.seq);
    let scanned = match connection.page_info.end_cursor.as_deref() {
        Some(cursor) => Some(position_of(cursor).ok_or_else(unreadable_cursor)?),
        None => None,
    };
    let scanned_to = scanned.max(last).ok_or_else(unreadable_cursor)?;
    let has_more = connection.page_info.has_next_page;
    Ok(Page {
        events,
        scanned_to,
        has_more,
        incomplete: errors.iter().any(AnswerError::is_temporary),
    })
}

/// The payload of an event that could not be resolved: the client gets the errors and continues after it.
pub fn failed_payload(errors: &Value, cursor: &str, replayed: bool) -> Bytes {
    let extensions = extensions(cursor, replayed);
    format!("{{\"data\":null,\"errors\":{errors},\"extensions\":{extensions}}}").into()
}

fn extensions(cursor: &str, replayed: bool) -> String {
    let cursor = Value::from(cursor);
    let mark = if replayed { ",\"replayed\":true" } else { "" };
    format!("{{\"cursor\":{cursor}{mark}}}")
}

fn event_payload(response_key: &str, node: &str, errors: &[Value], extensions: &str) -> Bytes {
    let mut payload =
        String::with_capacity(node.len() + response_key.len() + extensions.len() + 64);
    payload.push_str("{\"data\":{\"");
    payload.push_str(response_key);
    payload.push_str("\":");
    payload.push_str(node);
    payload.push('}');
    if !errors.is_empty() {
        payload.push_str(",\"errors\":");
        payload.push_str(&Value::from(errors).to_string());
    }
    payload.push_str(",\"extensions\":");
    payload.push_str(extensions);
    payload.push('}');
    payload.into()
}

fn unreadable_cursor() -> PageFailure {
    tracing::error!("a subgraph answered with a cursor that this gateway cannot decode");
    PageFailure::Unavailable
}

fn failure(errors: &[AnswerError<'_>], response_key: &str) -> PageFailure {
    let refusal = errors.iter().find(|error| error.concerns_whole_query());
    let for_client = |errors: &[AnswerError<'_>]| {
        errors
            .iter()
            .map(|error| error.for_client(response_key))
            .collect::<Value>()
    };
    match refusal.and_then(AnswerError::code) {
        Some(
            code @ (ErrorCode::BadRequest
            | ErrorCode::GraphqlParseFailed
            | ErrorCode::GraphqlValidationFailed
            | ErrorCode::TenantNotFound
            | ErrorCode::Unauthenticated
            | ErrorCode::Forbidden
            | ErrorCode::QueryTooComplex
            | ErrorCode::CursorInvalid
            | ErrorCode::CursorExpired),
        ) => PageFailure::Refused(Refusal::of_answer(code, &for_client(errors))),
        Some(ErrorCode::ServiceUnavailable | ErrorCode::RateLimited) => PageFailure::Unavailable,
        Some(ErrorCode::InternalServerError) | None => {
            let transient =
                |error: &AnswerError<'_>| error.code() == Some(ErrorCode::ServiceUnavailable);
            if errors.is_empty() || errors.iter().any(transient) {
                PageFailure::Unavailable
            } else {
                PageFailure::Failed(for_client(errors))
            }
        }
    }
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow, default)]
    data: Option<BTreeMap<Cow<'a, str>, Option<Connection<'a>>>>,
    #[serde(borrow, default)]
    errors: Option<Vec<AnswerError<'a>>>,
}

#[derive(Deserialize)]
struct Connection<'a> {
    #[serde(borrow)]
    edges: Vec<Option<Edge<'a>>>,
    #[serde(rename = "pageInfo")]
    page_info: PageInfo,
}

#[derive(Deserialize)]
struct Edge<'a> {
    #[serde(borrow)]
    cursor: Cow<'a, str>,
    #[serde(borrow)]
    node: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    end_cursor: Option<String>,
    has_next_page: bool,
}

#[derive(Deserialize)]
struct AnswerError<'a> {
    #[serde(borrow)]
    message: Cow<'a, str>,
    #[serde(default)]
    path: Option<Vec<Value>>,
    #[serde(default)]
    extensions: Option<Value>,
}

/// Length of `field`, `edges`, index, `node`: the part of a path that the client did not write.
const WRAPPER_DEPTH: usize = 4;

impl AnswerError<'_> {
    fn code(&self) -> Option<ErrorCode> {
        ErrorCode::parse(self.extensions.as_ref()?.get("code")?.as_str()?)
    }

    /// An error without a path or at the root field does not belong to one event.
    fn concerns_whole_query(&self) -> bool {
        self.path.as_ref().is_none_or(|path| path.len() < 2)
    }

    /// An error without an index (the router writes `@` for "every item") belongs to each event.
    fn belongs_to(&self, index: usize) -> bool {
        let index_in_path = self.path.as_ref().and_then(|path| path.get(2)?.as_u64());
        index_in_path.is_none_or(|named| usize::try_from(named) == Ok(index))
    }

    /// A failure that the next attempt may not see, unlike a missing permission or a mistake of the caller.
    fn is_temporary(&self) -> bool {
        matches!(
            self.code(),
            None | Some(ErrorCode::ServiceUnavailable | ErrorCode::InternalServerError)
        )
    }

    /// Locations are omitted: they refer to the rewritten document.
    fn for_client(&self, response_key: &str) -> Value {
        let mut error = json!({ "message": self.message });
        if let Some(path) = &self.path {
            let own = path.iter().skip(WRAPPER_DEPTH).cloned();
            error["path"] = std::iter::once(Value::from(response_key))
                .chain(own)
                .collect();
        }
        if let Some(extensions) = &self.extensions {
            error["extensions"] = extensions.clone();
        }
        error
    }
}
