//! A database with only the event log and the table of keys, and a command to run once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_graphql::Enum;
use database::TenantTx;
use event_log::EventLog;
use graphql_server::{CommandError, Refusal};
use idempotency::{Command, Done, Idempotency, Outcome, Request};
use identity::Caller;
use ids::UuidV7Generator;
use service::{Deadline, Tasks};
use testkit::{EVENT_LOG_MIGRATOR, ExactClock, TestDatabase, a_tenant, anonymous};
use tokio::sync::Notify;

const TABLE: &str = include_str!("../../src/table.sql");

pub struct World {
    pub database: TestDatabase,
    pub clock: Arc<ExactClock>,
}

impl World {
    pub async fn new() -> Self {
        let database = TestDatabase::create("orders", &EVENT_LOG_MIGRATOR).await;
        sqlx::raw_sql(TABLE)
            .execute(&mut database.owner().await)
            .await
            .unwrap();
        Self {
            database,
            clock: Arc::new(ExactClock::at("2026-11-22T12:00:00Z")),
        }
    }

    /// The commands of a new process.
    pub fn process(&self) -> Idempotency {
        let log = EventLog::start(
            &self.database.platform(),
            Arc::new(UuidV7Generator),
            &Tasks::new(),
        );
        Idempotency::new(
            self.database.tenants(),
            log,
            Arc::<ExactClock>::clone(&self.clock),
        )
    }

    /// Number of keys that are stored.
    pub async fn keys(&self) -> i64 {
        sqlx::query_scalar("SELECT COUNT(*) FROM idempotency_keys")
            .fetch_one(&mut self.database.superuser().await)
            .await
            .unwrap()
    }
}

pub fn caller() -> Caller {
    anonymous(&a_tenant("kava", 1))
}

pub fn request(key: &str, input: &str) -> Request {
    Request::new(&caller(), "count", key.to_owned(), &input).unwrap()
}

pub fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(5))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, thiserror::Error)]
pub enum CountRefusal {
    #[error("closed")]
    Closed,
    #[error("conflict")]
    Conflict,
}

impl Refusal for CountRefusal {}

/// Counts how often it was run.
#[derive(Default)]
pub struct Count {
    pub runs: AtomicU32,
    pub closed: bool,
    /// Stops the command in its transaction until it is notified.
    pub stop: Option<Stop>,
}

#[derive(Default)]
pub struct Stop {
    pub reached: Notify,
    pub resume: Notify,
}

impl Command for Count {
    type Reply = u32;
    type Refusal = CountRefusal;
    const CONFLICT: CountRefusal = CountRefusal::Conflict;

    async fn run(&self, _tx: &mut TenantTx<'_>) -> Result<Done<u32>, CommandError<CountRefusal>> {
        if let Some(stop) = &self.stop {
            stop.reached.notify_one();
            stop.resume.notified().await;
        }
        if self.closed {
            return Err(CountRefusal::Closed.into());
        }
        Ok(Done {
            reply: self.runs.fetch_add(1, Ordering::Relaxed) + 1,
            events: Vec::new(),
        })
    }
}

/// The reply, or the code of the refusal or failure.
pub fn shown(result: Result<Outcome<u32>, CommandError<CountRefusal>>) -> Result<u32, String> {
    match result {
        Ok(outcome) => Ok(outcome.reply),
        Err(CommandError::Refused(refusal)) => Err(refusal.to_string()),
        Err(CommandError::Failed(failure)) => Err(failure.code().to_owned()),
    }
}
