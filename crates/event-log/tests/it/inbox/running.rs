//! A consumer that runs, with a handler that does what the test says.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use database::TenantTx;
use event_contracts::queues::QueueOf;
use event_contracts::{Envelope, Event, EventType, Stream};
use event_log::inbox::{Consumer, Handled, Inbox, InboxOptions, ParkedMessage, Received};
use event_log::{EventLog, inbox};
use ids::{EventId, TenantId, UuidV7Generator};
use messaging::{Broker, Message, Publisher};
use serde::{Deserialize, Serialize};
use service::TraceContext;

use crate::world::{STREAM, World, an_event, fresh_name, now};

/// Appends one event per handled message to the stream `orders`, and returns the configured outcome.
pub struct App {
    log: EventLog,
    pub calls: AtomicUsize,
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

pub struct Running {
    pub world: World,
    pub broker: Broker,
    pub queue: &'static str,
    publisher: Publisher,
    pub handler: Arc<App>,
}

impl Running {
    pub async fn start(answer: impl Fn(usize) -> Handled + Send + Sync + 'static) -> Self {
        Self::start_hanging_at(0, answer).await
    }

    pub async fn start_hanging_at(
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

    pub fn envelope(&self) -> Envelope {
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

    pub async fn send(&self, envelope: &Envelope) -> EventId {
        self.send_bytes(serde_json::to_vec(envelope).unwrap()).await;
        envelope.id
    }

    /// Through the default exchange, which routes by the name of the queue: other tests' queues are bound to the same type.
    pub async fn send_bytes(&self, body: Vec<u8>) {
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

    /// The one parked message.
    pub async fn parked(&self) -> ParkedMessage {
        let platform = &self.world.platform;
        testkit::eventually("parked message", async || {
            let parked = inbox::list_parked(platform, Some(self.queue), 10).await;
            parked.unwrap().pop()
        })
        .await
    }

    /// Waits until the handler has had this number of effects.
    pub async fn until_effects(&self, n: usize) {
        testkit::eventually("effects", async || {
            (self.effects().await == n).then_some(())
        })
        .await;
    }

    pub async fn effects(&self) -> usize {
        self.world.everything().await.events.len()
    }

    pub async fn calls(&self, n: usize) {
        testkit::eventually("calls of the handler", async || {
            (self.handler.calls.load(Ordering::SeqCst) >= n).then_some(())
        })
        .await;
    }

    pub async fn end(self) {
        self.broker.delete_queue(self.queue).await.unwrap();
        self.world.end().await;
    }
}
