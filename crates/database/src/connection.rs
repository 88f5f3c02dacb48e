//! The executor of stores: a connection that counts its statements.

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use ids::TenantId;
use sqlx::postgres::{PgQueryResult, PgRow, PgStatement, PgTypeInfo};
use sqlx::{Describe, Either, Error, Execute, Executor, PgConnection, Postgres, SqlStr};

use crate::statements::Timer;

/// A borrowed connection inside an open transaction. It counts every statement that it runs.
#[derive(Debug)]
pub struct Connection<'c>(pub(crate) &'c mut PgConnection);

/// The parameter of a store's read functions: both [`crate::TenantTx`] and [`crate::SnapshotGuard`] implement it.
pub trait TenantConnection: Send {
    /// The tenant whose rows are visible.
    fn tenant(&self) -> TenantId;

    /// The executor for one statement.
    fn connection(&mut self) -> Connection<'_>;
}

impl<'c> Executor<'c> for Connection<'c> {
    type Database = Postgres;

    fn fetch_many<'e, 'q, E>(
        self,
        query: E,
    ) -> BoxStream<'e, Result<Either<PgQueryResult, PgRow>, Error>>
    where
        'c: 'e,
        'q: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let timer = Timer::start();
        let rows = self.0.fetch_many(query);
        // The stream owns the timer, so that dropping the stream stops it.
        StreamExt::inspect(rows, move |_| {
            let _running = &timer;
        })
        .boxed()
    }

    fn fetch_optional<'e, 'q, E>(self, query: E) -> BoxFuture<'e, Result<Option<PgRow>, Error>>
    where
        'c: 'e,
        'q: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let timer = Timer::start();
        let answer = self.0.fetch_optional(query);
        Box::pin(async move {
            let row = answer.await;
            drop(timer);
            row
        })
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [PgTypeInfo],
    ) -> BoxFuture<'e, Result<PgStatement, Error>>
    where
        'c: 'e,
    {
        self.0.prepare_with(sql, parameters)
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Postgres>, Error>>
    where
        'c: 'e,
    {
        self.0.describe(sql)
    }
}
