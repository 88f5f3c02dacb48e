use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use database::TenantTx;
use event_contracts::customers::CustomerOrderRecordedV1;
use event_contracts::queues::QueueOf;
use event_contracts::{Envelope, Event, EventType, Stream};
use event_log::inbox::{Consumer, Handled, Inbox, InboxOptions, NotHandled, Received};
use event_log::{EventLog, Recorded, inbox};
use ids::{CustomerId, EventId, OrderId, TenantId, UuidV7Generator};
use messaging::{Broker, Message, Publisher, dead_letter_queue};
use serde::{Deserialize, Serialize};
use service::TraceContext;
use sqlx::postgres::PgListener;
use tokio::time::timeout;

use crate::world::{STREAM, World, a_tenant, an_event, fresh_name, now};

/// Appends one event per handled message to the stream `orders`, and returns the configured outcome.
struct App {
    log: EventLog,
    calls: AtomicUsize,
    hangs_at: usize,
    answer: Box<dyn Fn(usize) -> Handled + Send + Sync>,
}

/// The event that the consumer handles.
#[derive(Serialize, Deserialize)]
struct Happened {
    tenant: TenantId,
}

impl Event for Happened {
    const TYPE: EventType = EventType {
        name: "test.happened.v1",
        stream: Stream::STOCK,
        payload: "Happened",
    };

    fn subject(&self) -> Option<String> {
        Some("test_1".to_owned())
    }
}

async fn on_happened(app: &App, tx: &mut TenantTx<'_>, received: Received<Happened>) -> Handled {
    let call = app.calls.fetch_add(1, Ordering::SeqCst) + 1;
    assert_eq!(tx.tenant(), received.event.tenant);
    app.log
        .append(tx, [an_event("order.effect.v1").in_stream(STREAM)])
        .await?;
    if app.hangs_at == call {
        std::future::pending::<()>().await;
    }
    (app.answer)(call)
}

struct Running {
    world: World,
    broker: Broker,
    queue: &'static str,
    publisher: Publisher,
    handler: Arc<App>,
}

impl Running {
    async fn start(answer: impl Fn(usize) -> Handled + Send + Sync + 'static) -> Self {
        Self::start_hanging_at(0, answer).await
    }

    async fn start_hanging_at(
        hangs_at: usize,
        answer: impl Fn(usize) -> Handled + Send + Sync + 'static,
    ) -> Self {
        let world = World::start().await;
        let broker = world.broker();
        let queue = fresh_name("test");
        let handler = Arc::new(App {
            log: world.log.clone(),
            calls: AtomicUsize::new(0),
            hangs_at,
            answer: Box::new(answer),
        });
        let consumer = Consumer::new(QueueOf::new(queue, "test", ""), on_happened);
        let options = InboxOptions {
            back_off: vec![Duration::from_millis(20), Duration::from_millis(40)],
            handler_limit: Duration::from_millis(400),
            ..InboxOptions::default()
        };
        let parts = Inbox {
            app: Arc::clone(&handler),
            log: world.log.clone(),
            db: world.db.clone(),
            platform: world.platform.clone(),
            broker: broker.clone(),
            options,
        };
        inbox::run(vec![consumer], parts, &world.tasks);
        assert!(broker.ready(Duration::from_secs(20)).await);
        let publisher = Publisher::new(&broker);
        Self {
            world,
            broker,
            queue,
            publisher,
            handler,
        }
    }

    fn envelope(&self) -> Envelope {
        Envelope {
            specversion: "1.0".to_owned(),
            id: ids::next(&UuidV7Generator),
            source: "/test".to_owned(),
            event_type: Happened::TYPE.name.to_owned(),
            subject: "order_1".to_owned(),
            time: now(),
            datacontenttype: "application/json".to_owned(),
            tenantid: self.world.tenant,
            stream: "test".to_owned(),
            sequence: "1".to_owned(),
            traceparent: Some(TraceContext::new_root().to_traceparent()),
            data: serde_json::json!({ "tenant": self.world.tenant }),
        }
    }

    async fn send(&self, envelope: &Envelope) -> EventId {
        self.send_bytes(serde_json::to_vec(envelope).unwrap()).await;
        envelope.id
    }

    /// Through the default exchange, which routes by the name of the queue: other tests' queues are bound to the same type.
    async fn send_bytes(&self, body: Vec<u8>) {
        let message = Message {
            exchange: String::new(),
            routing_key: self.queue.to_owned(),
            body,
            message_id: ids::next::<EventId>(&UuidV7Generator).to_string(),
            traceparent: None,
            mandatory: true,
        };
        self.publisher.publish(message).await.unwrap();
    }

    async fn effects(&self) -> usize {
        self.world.everything().await.events.len()
    }

    async fn calls(&self, n: usize) {
        testkit::eventually("calls of the handler", async || {
            (self.handler.calls.load(Ordering::SeqCst) >= n).then_some(())
        })
        .await;
    }

    async fn end(self) {
        self.broker.delete_queue(self.queue).await.unwrap();
        self.world.end().await;
    }
}

#[tokio::test]
async fn the_same_message_three_times_has_one_effect() {
    let running = Running::start(|_| Ok(Vec::new())).await;
    let (envelope, last) = (running.envelope(), running.envelope());

    for _ in 0..3 {
        running.send(&envelope).await;
    }
    running.calls(1).await;
    running.send(&envelope).await;
    running.send(&last).await;
    running.calls(2).await;
    tokio::time::sleep(Duration::from_millis(700)).await;

    assert_eq!(running.handler.calls.load(Ordering::SeqCst), 2);
    assert_eq!(running.effects().await, 2);
    running.end().await;
}

#[tokio::test]
async fn a_failing_handler_is_retried_and_leaves_no_effect() {
    let running = Running::start(|call| match call {
        1 => Err(NotHandled::Retry { after: None }),
        2 => Err(NotHandled::Retry {
            after: Some(Duration::from_millis(10)),
        }),
        _ => Ok(Vec::new()),
    })
    .await;

    running.send(&running.envelope()).await;
    running.calls(3).await;

    testkit::eventually("effect", async || {
        (running.effects().await == 1).then_some(())
    })
    .await;
    running.end().await;
}

#[tokio::test]
async fn a_message_that_always_fails_is_parked_and_can_be_replayed() {
    let running = Running::start(|call| {
        if call <= 3 {
            Err(NotHandled::Retry { after: None })
        } else {
            Ok(Vec::new())
        }
    })
    .await;
    let platform = running.world.platform.clone();
    let event = running.send(&running.envelope()).await;

    let parked = testkit::eventually("parked message", async || {
        inbox::list_parked(&platform, Some(running.queue), 10)
            .await
            .unwrap()
            .pop()
    })
    .await;
    assert_eq!((parked.event, parked.attempts), (event, 3));
    assert_eq!(parked.tenant, running.world.tenant);
    assert_eq!(running.effects().await, 0);

    assert_eq!(
        inbox::replay(&platform, event, Some("test.other"))
            .await
            .unwrap(),
        0
    );
    assert_eq!(inbox::replay(&platform, event, None).await.unwrap(), 1);
    running.calls(4).await;
    testkit::eventually("effect", async || {
        (running.effects().await == 1).then_some(())
    })
    .await;
    assert!(
        inbox::list_parked(&platform, None, 10)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(inbox::replay(&platform, event, None).await.unwrap(), 0);
    running.end().await;
}

#[tokio::test]
async fn a_rejected_message_is_parked_at_once_with_its_reason() {
    let running = Running::start(|_| Err(NotHandled::Reject("no such order".to_owned()))).await;
    let platform = running.world.platform.clone();

    running.send(&running.envelope()).await;

    let parked = testkit::eventually("parked message", async || {
        inbox::list_parked(&platform, None, 10).await.unwrap().pop()
    })
    .await;
    assert_eq!(
        (parked.attempts, parked.reason.as_str()),
        (1, "no such order")
    );
    assert_eq!(running.effects().await, 0);
    running.end().await;
}

#[tokio::test]
async fn a_panicking_handler_is_retried() {
    let running = Running::start(|call| {
        assert!(call > 1, "on purpose");
        Ok(Vec::new())
    })
    .await;

    running.send(&running.envelope()).await;
    running.calls(2).await;

    testkit::eventually("effect", async || {
        (running.effects().await == 1).then_some(())
    })
    .await;
    running.end().await;
}

#[tokio::test]
async fn unreadable_messages_go_to_the_dead_letter_queue_and_others_are_handled() {
    let running = Running::start(|_| Ok(Vec::new())).await;
    let dead = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&dead);
    running
        .broker
        .consume(dead_letter_queue(running.queue), 8, move |deliveries| {
            counted.fetch_add(deliveries.len(), Ordering::SeqCst);
            async move { vec![messaging::Verdict::Ack; deliveries.len()] }
        });
    let mut unstorable = running.envelope();
    unstorable.data = serde_json::json!({ "text": "\u{0}" });

    running.send_bytes(b"not json".to_vec()).await;
    running.send(&unstorable).await;
    running.send(&running.envelope()).await;
    running.calls(1).await;

    testkit::eventually("dead letters", async || {
        (dead.load(Ordering::SeqCst) == 2).then_some(())
    })
    .await;
    assert_eq!(running.handler.calls.load(Ordering::SeqCst), 1);
    running.end().await;
}

#[tokio::test]
async fn messages_of_many_tenants_are_handled_for_their_own_tenant() {
    let running = Running::start(|_| Ok(Vec::new())).await;

    for _ in 0..20 {
        let mut envelope = running.envelope();
        envelope.tenantid = a_tenant();
        envelope.data = serde_json::json!({ "tenant": envelope.tenantid });
        running.send(&envelope).await;
    }

    running.calls(20).await;
    assert_eq!(
        running.effects().await,
        0,
        "none of them was of this tenant"
    );
    running.end().await;
}

#[tokio::test]
async fn handled_messages_are_deleted_after_their_retention() {
    let running = Running::start(|_| Ok(Vec::new())).await;
    let platform = running.world.platform.clone();
    for _ in 0..3 {
        running.send(&running.envelope()).await;
    }
    testkit::eventually("effects", async || {
        (running.effects().await == 3).then_some(())
    })
    .await;

    assert_eq!(
        inbox::trim(&platform, now() - TimeDelta::hours(1), 2)
            .await
            .unwrap(),
        0
    );
    let deleted = inbox::trim(&platform, now() + TimeDelta::hours(1), 2)
        .await
        .unwrap();

    assert_eq!(deleted, 3);
    running.end().await;
}

#[tokio::test]
async fn a_handler_that_hangs_times_out_and_is_retried() {
    let running = Running::start_hanging_at(1, |_| Ok(Vec::new())).await;

    running.send(&running.envelope()).await;
    running.calls(2).await;

    testkit::eventually("effect", async || {
        (running.effects().await == 1).then_some(())
    })
    .await;
    running.end().await;
}

/// The process dies while the handler runs: the message is claimed again after its lease expires.
#[tokio::test]
async fn a_message_of_a_killed_worker_is_handled_after_its_lease() {
    let running = Running::start(|_| Ok(Vec::new())).await;
    let mut connection = running.world.database.superuser().await;
    let envelope = running.envelope();
    sqlx::query(
        "INSERT INTO inbox
             (tenant_id, consumer, event_id, event_type, envelope, attempts, next_at)
         VALUES ($1, $5, $2, $3, $4, 1, now() + interval '300 milliseconds')",
    )
    .bind(running.world.tenant.uuid())
    .bind(envelope.id.uuid())
    .bind(&envelope.event_type)
    .bind(sqlx::types::Json(&envelope))
    .bind(running.queue)
    .execute(&mut connection)
    .await
    .unwrap();

    running.send(&envelope).await;
    running.calls(1).await;

    testkit::eventually("effect", async || {
        (running.effects().await == 1).then_some(())
    })
    .await;
    running.end().await;
}

#[tokio::test]
async fn an_event_of_another_type_is_parked() {
    let running = Running::start(|_| Ok(Vec::new())).await;
    let mut other = running.envelope();
    "test.renamed.v1".clone_into(&mut other.event_type);

    running.send(&other).await;

    let parked = testkit::eventually("parked message", async || {
        inbox::list_parked(&running.world.platform, None, 10)
            .await
            .unwrap()
            .pop()
    })
    .await;
    assert_eq!(parked.reason, "consumer does not handle test.renamed.v1");
    assert_eq!(running.handler.calls.load(Ordering::SeqCst), 0);
    running.end().await;
}

/// A3: readers of the log need not wait for their poll. Without the notification this test waits in vain.
#[tokio::test]
async fn events_of_a_handler_wake_the_readers_of_the_log() {
    let recorded = || {
        let event = CustomerOrderRecordedV1 {
            customer_id: ids::next::<CustomerId>(&UuidV7Generator),
            order_id: ids::next::<OrderId>(&UuidV7Generator),
        };
        Recorded::at(now(), event)
    };
    let running = Running::start(move |_| Ok(vec![recorded()])).await;
    let url = running.world.database.config().platform_url;
    let mut listener = PgListener::connect(url.expose()).await.unwrap();
    listener.listen("event_log").await.unwrap();

    running.send(&running.envelope()).await;

    let notified = timeout(Duration::from_secs(20), listener.recv()).await;
    notified.expect("readers are notified").unwrap();
    let streams: Vec<String> =
        sqlx::query_scalar("SELECT stream FROM events WHERE type = 'customer.order_recorded.v1'")
            .fetch_all(&mut running.world.database.superuser().await)
            .await
            .unwrap();
    assert_eq!(streams, ["customers"], "after the commit");
    running.end().await;
}
