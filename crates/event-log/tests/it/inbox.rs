use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use database::TenantTx;
use event_contracts::Envelope;
use event_log::inbox;
use event_log::inbox::{Consumer, EventHandler, Inbox, InboxOptions, Outcome};
use ids::{EventId, UuidV7Generator};
use messaging::{Broker, Message, Publisher, dead_letter_queue};
use service::TraceContext;

use crate::world::{World, a_tenant, an_event, fresh_name, now};

/// Appends one event per handled message to the stream `orders`, and returns the configured outcome.
struct Handler {
    calls: AtomicUsize,
    hangs_at: usize,
    answer: Box<dyn Fn(usize) -> Outcome + Send + Sync>,
}

#[async_trait]
impl EventHandler for Handler {
    async fn handle(&self, tx: &mut TenantTx<'_>, envelope: &Envelope) -> Outcome {
        let call = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        assert_eq!(tx.tenant(), envelope.tenantid);
        event_log::append(tx, "orders", &[an_event("order.effect.v1")])
            .await
            .unwrap();
        if self.hangs_at == call {
            std::future::pending::<()>().await;
        }
        (self.answer)(call)
    }
}

struct Running {
    world: World,
    broker: Broker,
    queue: &'static str,
    publisher: Publisher,
    handler: Arc<Handler>,
}

impl Running {
    async fn start(answer: impl Fn(usize) -> Outcome + Send + Sync + 'static) -> Self {
        Self::start_hanging_at(0, answer).await
    }

    async fn start_hanging_at(
        hangs_at: usize,
        answer: impl Fn(usize) -> Outcome + Send + Sync + 'static,
    ) -> Self {
        let world = World::start().await;
        let broker = world.broker();
        let queue = fresh_name("test");
        let handler = Arc::new(Handler {
            calls: AtomicUsize::new(0),
            hangs_at,
            answer: Box::new(answer),
        });
        let consumer = Consumer {
            name: "test.consumer",
            queue,
            event_types: Box::leak(Box::new([queue])),
            handler: Arc::clone(&handler) as Arc<dyn EventHandler>,
        };
        let options = InboxOptions {
            back_off: vec![Duration::from_millis(20), Duration::from_millis(40)],
            handler_limit: Duration::from_millis(400),
            ..InboxOptions::default()
        };
        let parts = Inbox {
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
            event_type: self.queue.to_owned(),
            subject: "order_1".to_owned(),
            time: now(),
            datacontenttype: "application/json".to_owned(),
            tenantid: self.world.tenant,
            stream: "test".to_owned(),
            sequence: "1".to_owned(),
            traceparent: Some(TraceContext::new_root().to_traceparent()),
            data: serde_json::json!({}),
        }
    }

    async fn send(&self, envelope: &Envelope) -> EventId {
        self.send_bytes(serde_json::to_vec(envelope).unwrap()).await;
        envelope.id
    }

    async fn send_bytes(&self, body: Vec<u8>) {
        let message = Message {
            exchange: event_contracts::exchange_of(self.queue).to_owned(),
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
    let running = Running::start(|_| Outcome::Done).await;
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
        1 => Outcome::Retry { after: None },
        2 => Outcome::Retry {
            after: Some(Duration::from_millis(10)),
        },
        _ => Outcome::Done,
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
            Outcome::Retry { after: None }
        } else {
            Outcome::Done
        }
    })
    .await;
    let platform = running.world.platform.clone();
    let event = running.send(&running.envelope()).await;

    let parked = testkit::eventually("parked message", async || {
        inbox::list_parked(&platform, Some("test.consumer"), 10)
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
    let running = Running::start(|_| Outcome::Reject("no such order".to_owned())).await;
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
        Outcome::Done
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
    let running = Running::start(|_| Outcome::Done).await;
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
    let running = Running::start(|_| Outcome::Done).await;

    for _ in 0..20 {
        let mut envelope = running.envelope();
        envelope.tenantid = a_tenant();
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
    let running = Running::start(|_| Outcome::Done).await;
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
    let running = Running::start_hanging_at(1, |_| Outcome::Done).await;

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
    let running = Running::start(|_| Outcome::Done).await;
    let mut connection = running.world.database.superuser().await;
    let envelope = running.envelope();
    sqlx::query(
        "INSERT INTO inbox
             (tenant_id, consumer, event_id, event_type, envelope, attempts, next_at)
         VALUES ($1, 'test.consumer', $2, $3, $4, 1, now() + interval '300 milliseconds')",
    )
    .bind(running.world.tenant.uuid())
    .bind(envelope.id.uuid())
    .bind(&envelope.event_type)
    .bind(sqlx::types::Json(&envelope))
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
