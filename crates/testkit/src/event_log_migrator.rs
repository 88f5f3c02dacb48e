//! The migrations of a database with only the event log, for tests of what needs no tables of a subgraph.

use std::borrow::Cow;
use std::sync::LazyLock;

use sqlx::migrate::Migrator;

const CREATES_EVENT_LOG: i64 = 20_261_122_110_000;

/// The first migration of orders, for a database of that name.
pub static EVENT_LOG_MIGRATOR: LazyLock<Migrator> = LazyLock::new(|| {
    let all = sqlx::migrate!("../../migrations/orders");
    let own = all
        .iter()
        .filter(|migration| migration.version == CREATES_EVENT_LOG)
        .cloned()
        .collect();
    Migrator {
        migrations: Cow::Owned(own),
        ..Migrator::DEFAULT
    }
});
