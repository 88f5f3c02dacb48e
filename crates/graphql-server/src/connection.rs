//! Relay connections: the arguments of a list and its `PageInfo`.

use database::page::{Page, PageRequest, decode_cursor};
use serde::de::DeserializeOwned;

use crate::types::PageInfo;
use crate::{Failure, Rejection};

/// Default number of rows per page.
pub const DEFAULT_PAGE_SIZE: i32 = 20;
/// Maximum number of rows per page.
pub const MAX_PAGE_SIZE: i32 = 100;

/// `first`, `after`, `last`, `before` of a list field, as the client sent them.
#[derive(Debug, Clone, Default)]
pub struct ConnectionArguments {
    /// Number of rows from the start or after `after`.
    pub first: Option<i32>,
    /// Cursor of the row before the page.
    pub after: Option<String>,
    /// Number of rows from the end or before `before`.
    pub last: Option<i32>,
    /// Cursor of the row after the page.
    pub before: Option<String>,
}

impl ConnectionArguments {
    /// Converts the arguments into a page request. `scope` names field and sort; cursors of another list are
    /// rejected.
    ///
    /// # Errors
    /// `BAD_REQUEST` for a size outside 0..=100 or for arguments of both directions, `CURSOR_INVALID`.
    pub fn into_request<K: DeserializeOwned>(self, scope: &str) -> Result<PageRequest<K>, Failure> {
        let forward = self.first.is_some() || self.after.is_some();
        let backward = self.last.is_some() || self.before.is_some();
        if forward && backward {
            return Err(Rejection::bad_input(
                "give `first` and `after`, or `last` and `before`, not a mix of them",
            )
            .into());
        }
        if backward {
            let cursor = self
                .before
                .map(|text| decode_cursor(scope, &text))
                .transpose()?;
            return Ok(PageRequest::backward(page_size("last", self.last)?, cursor));
        }
        let cursor = self
            .after
            .map(|text| decode_cursor(scope, &text))
            .transpose()?;
        Ok(PageRequest::forward(
            page_size("first", self.first)?,
            cursor,
        ))
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

impl PageInfo {
    /// Creates the info of a page whose rows have these cursors.
    pub fn of<T>(page: &Page<T>, cursors: &[String]) -> Self {
        Self {
            has_next_page: page.has_next,
            has_previous_page: page.has_previous,
            start_cursor: cursors.first().cloned(),
            end_cursor: cursors.last().cloned(),
        }
    }
}
