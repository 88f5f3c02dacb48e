//! Keyset pagination: a page starts after the sort key of the last row of the previous page. It costs the same at
//! any depth and neither skips nor repeats rows when other rows are inserted or deleted.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Direction of a page from its cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// `first` / `after`.
    Forward,
    /// `last` / `before`.
    Backward,
}

/// A request for a page of a list. `K` is the sort key of the list.
#[derive(Debug, Clone)]
pub struct PageRequest<K> {
    /// Direction from the cursor.
    pub direction: Direction,
    /// Page size, at most 100.
    pub limit: u32,
    /// The key of the row just outside the page.
    pub cursor: Option<K>,
}

impl<K> PageRequest<K> {
    /// The first rows after a key.
    pub fn forward(limit: u32, cursor: Option<K>) -> Self {
        Self {
            direction: Direction::Forward,
            limit,
            cursor,
        }
    }

    /// The last rows before a key.
    pub fn backward(limit: u32, cursor: Option<K>) -> Self {
        Self {
            direction: Direction::Backward,
            limit,
            cursor,
        }
    }

    /// Number of rows to read: one more than the page size, to detect whether more rows exist.
    pub fn fetch_limit(&self) -> i64 {
        i64::from(self.limit) + 1
    }
}

/// A page, in the order of the list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Whether rows follow the page.
    pub has_next: bool,
    /// Whether rows precede the page.
    pub has_previous: bool,
}

impl<T> Page<T> {
    /// Builds the page from rows that were read in the direction of the request with its `fetch_limit`.
    pub fn from_fetched<K>(mut rows: Vec<T>, request: &PageRequest<K>) -> Self {
        let limit = usize::try_from(request.limit).unwrap_or(usize::MAX);
        let more_ahead = rows.len() > limit;
        rows.truncate(limit);
        let rows_behind = request.cursor.is_some();
        match request.direction {
            Direction::Forward => Self {
                items: rows,
                has_next: more_ahead,
                has_previous: rows_behind,
            },
            Direction::Backward => {
                rows.reverse();
                Self {
                    items: rows,
                    has_next: rows_behind,
                    has_previous: more_ahead,
                }
            }
        }
    }

    /// Maps the items of the page.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(change).collect(),
            has_next: self.has_next,
            has_previous: self.has_previous,
        }
    }
}

/// The text is not a cursor of this list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cursor does not belong to this list")]
pub struct InvalidCursor;

/// Encodes the opaque cursor of a row. `scope` names field and sort, e.g. `products:PRICE_ASC`; a cursor is
/// valid only in its scope.
pub fn encode_cursor<K: Serialize>(scope: &str, key: &K) -> String {
    serde_json::to_vec(&(scope, key))
        .map(|json| URL_SAFE_NO_PAD.encode(json))
        .unwrap_or_default()
}

/// Decodes a cursor and checks its scope.
pub fn decode_cursor<K: DeserializeOwned>(scope: &str, text: &str) -> Result<K, InvalidCursor> {
    let json = URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_not_base64| InvalidCursor)?;
    let (found, key): (String, K) =
        serde_json::from_slice(&json).map_err(|_not_a_cursor| InvalidCursor)?;
    if found == scope {
        Ok(key)
    } else {
        Err(InvalidCursor)
    }
}
