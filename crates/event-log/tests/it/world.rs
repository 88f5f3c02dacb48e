//! A database with only the event log, and the helpers of the tests.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use database::{PlatformDb, TenantDb};
use event_contracts::{Envelope, EventType, Stream, exchange};
use event_cursor::Position;
use event_log::{EventFilter, EventLog, EventPage, Recorded};
use ids::{EventId, IdGenerator as _, TenantId, UuidV7Generator};
use messaging::{Broker, BrokerConfig, Verdict};
use service::{Clock as _, SystemClock, Tasks, TraceContext};
use testkit::{EVENT_LOG_MIGRATOR, TestDatabase};

pub const STREAM: &str = "orders";

pub struct World {
    pub database: TestDatabase,
    pub db: TenantDb,
    pub platform: PlatformDb,
    pub log: EventLog,
    pub tenant: TenantId,
    pub tasks: Tasks,
}

impl World {
    pub async fn start() -> Self {
        let database = TestDatabase::create("orders", &EVENT_LOG_MIGRATOR).await;
        let (platform, tasks) = (database.platform(), Tasks::new());
        Self {
            db: database.tenants(),
            log: EventLog::start(&platform, Arc::new(UuidV7Generator), &tasks),
            platform,
            tenant: a_tenant(),
            tasks,
            database,
        }
    }

    /// Appends events of one type in one transaction, and wakes nothing.
    pub async fn append(&self, event_type: &'static str, n: usize) -> Vec<i64> {
        let events: Vec<AnEvent> = (0..n).map(|_| an_event(event_type)).collect();
        self.append_events(self.tenant, STREAM, &events).await
    }

    pub async fn append_events(
        &self,
        tenant: TenantId,
        stream: &'static str,
        events: &[AnEvent],
    ) -> Vec<i64> {
        let mut tx = self.db.write(tenant).await.unwrap();
        let events = events.iter().map(|event| event.in_stream(stream));
        let seqs = self.log.append(&mut tx, events).await.unwrap();
        tx.commit().await.unwrap();
        seqs
    }

    pub async fn page(
        &self,
        after: Option<Position>,
        limit: u32,
        filter: &EventFilter,
    ) -> Result<EventPage, event_log::ReadError> {
        let snapshot = self.db.snapshot(self.tenant);
        let page = event_log::read_page(
            &mut snapshot.lock().await.unwrap(),
            STREAM,
            after,
            limit,
            filter,
        )
        .await;
        snapshot.finish().await.unwrap();
        page
    }

    pub async fn everything(&self) -> EventPage {
        self.page(None, 1_000, &EventFilter::default())
            .await
            .unwrap()
    }

    pub async fn head(&self) -> Position {
        let snapshot = self.db.snapshot(self.tenant);
        let head = event_log::head(&mut snapshot.lock().await.unwrap(), STREAM)
            .await
            .unwrap();
        snapshot.finish().await.unwrap();
        head
    }

    pub async fn position_before(&self, since: DateTime<Utc>) -> Position {
        let snapshot = self.db.snapshot(self.tenant);
        let position =
            event_log::position_before(&mut snapshot.lock().await.unwrap(), STREAM, since)
                .await
                .unwrap();
        snapshot.finish().await.unwrap();
        position
    }

    pub fn broker(&self) -> Broker {
        Broker::connect(&BrokerConfig::new(testkit::amqp_url()), "test", &self.tasks)
    }

    pub async fn end(self) {
        assert!(self.tasks.shutdown(Duration::from_secs(10)).await);
        self.db.close().await;
        self.platform.close().await;
    }
}

pub fn a_tenant() -> TenantId {
    TenantId::from_uuid(UuidV7Generator.next_uuid())
}

/// An event of any type: tests that share a broker need types of their own.
#[derive(Clone)]
pub struct AnEvent {
    pub id: EventId,
    pub event_type: &'static str,
    pub subjects: Vec<String>,
    pub payload: serde_json::Value,
    pub occurred_at: DateTime<Utc>,
    pub trace: Option<TraceContext>,
}

impl AnEvent {
    pub fn in_stream(&self, stream: &'static str) -> Recorded {
        let mut subjects = self.subjects.iter().cloned();
        Recorded {
            id: Some(self.id),
            event_type: a_type(self.event_type, stream),
            subject: subjects.next(),
            also_about: subjects.collect(),
            payload: Ok(self.payload.clone()),
            occurred_at: self.occurred_at,
            trace: self.trace,
        }
    }
}

/// An event type of a stream that the relay may not know.
pub fn a_type(name: &'static str, stream: &'static str) -> EventType {
    EventType {
        name,
        stream: Stream {
            name: stream,
            service: "orders",
            exchange: exchange::ORDERS,
        },
        payload: "AnEvent",
    }
}

pub fn an_event(event_type: &'static str) -> AnEvent {
    let id: EventId = ids::next(&UuidV7Generator);
    AnEvent {
        id,
        event_type,
        subjects: vec![
            format!("order_{}", id.uuid().simple()),
            "customer_1".to_owned(),
        ],
        payload: serde_json::json!({ "id": id.to_string(), "note": "ціна 1 \"ok\"" }),
        occurred_at: now(),
        trace: None,
    }
}

pub fn now() -> DateTime<Utc> {
    SystemClock.now()
}

/// A name that no other test uses and that lives as long as the process.
pub fn fresh_name(stem: &str) -> &'static str {
    let id = UuidV7Generator.next_uuid().simple().to_string();
    Box::leak(format!("{stem}.{id}").into_boxed_str())
}

/// Envelopes received from a queue, in order.
#[derive(Clone, Default)]
pub struct Received(Arc<Mutex<Vec<Envelope>>>);

impl Received {
    pub fn from(broker: &Broker, queue: &str) -> Self {
        let received = Self::default();
        let seen = received.clone();
        broker.consume(queue, 64, move |deliveries| {
            let envelopes = deliveries
                .iter()
                .map(|d| serde_json::from_slice(&d.body).unwrap());
            seen.0.lock().unwrap().extend(envelopes);
            let verdicts = vec![Verdict::Ack; deliveries.len()];
            async move { verdicts }
        });
        received
    }

    pub fn all(&self) -> Vec<Envelope> {
        self.0.lock().unwrap().clone()
    }

    pub fn seqs(&self) -> Vec<i64> {
        self.all().iter().map(|e| e.seq().unwrap()).collect()
    }

    pub async fn wait_for(&self, n: usize) {
        testkit::eventually("messages", async || (self.all().len() >= n).then_some(())).await;
    }
}
