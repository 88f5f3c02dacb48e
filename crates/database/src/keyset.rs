//! What keyset pagination adds to the statement of a list.

use sqlx::postgres::PgRow;
use sqlx::query_builder::Separated;
use sqlx::{FromRow, Postgres, QueryBuilder};

use crate::page::{Direction, Page, PageRequest};
use crate::{StoreError, TenantConnection};

/// Order of a list: columns that are unique together, and an index has them in this order after `tenant_id`.
#[derive(Debug, Clone, Copy)]
pub struct Keyset<'c> {
    columns: &'c [&'static str],
    is_ascending: bool,
}

impl<'c> Keyset<'c> {
    /// The smallest key first.
    pub const fn ascending(columns: &'c [&'static str]) -> Self {
        Self {
            columns,
            is_ascending: true,
        }
    }

    /// The largest key first.
    pub const fn descending(columns: &'c [&'static str]) -> Self {
        Self {
            columns,
            is_ascending: false,
        }
    }

    /// Reads a page. `sql` ends with its `WHERE` clause; `bind` binds the values of a key in the order of the columns.
    pub async fn fetch<T, K>(
        self,
        connection: &mut impl TenantConnection,
        mut sql: QueryBuilder<Postgres>,
        page: &PageRequest<K>,
        bind: impl FnOnce(&mut Separated<'_, Postgres, &'static str>, &K),
    ) -> Result<Page<T>, StoreError>
    where
        T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        self.push(&mut sql, page, bind);
        let rows = sql
            .build_query_as()
            .fetch_all(connection.connection())
            .await?;
        Ok(Page::from_fetched(rows, page))
    }

    fn push<K>(
        self,
        sql: &mut QueryBuilder<Postgres>,
        page: &PageRequest<K>,
        bind: impl FnOnce(&mut Separated<'_, Postgres, &'static str>, &K),
    ) {
        let (comparison, order) = if self.is_ascending == (page.direction == Direction::Forward) {
            (">", "ASC")
        } else {
            ("<", "DESC")
        };
        if let Some(key) = &page.cursor {
            let columns = self.columns.join(", ");
            sql.push(format_args!(" AND ({columns}) {comparison} ("));
            bind(&mut sql.separated(", "), key);
            sql.push(")");
        }
        sql.push(" ORDER BY ");
        let mut columns = sql.separated(", ");
        for column in self.columns {
            columns.push(format_args!("{column} {order}"));
        }
        sql.push(" LIMIT ").push_bind(page.fetch_limit());
    }
}
