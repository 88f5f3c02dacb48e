//! A broker connection, and names that no other test uses.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use event_contracts::exchange;
use ids::{IdGenerator as _, UuidV7Generator};
use messaging::{Broker, BrokerConfig, Delivery, Message, Topology, Verdict};
use service::Tasks;

pub struct World {
    pub tasks: Tasks,
    pub broker: Broker,
    pub queue: String,
    pub key: String,
}

impl World {
    /// Declares a queue that is bound to its own routing key on the exchange `orders`.
    pub async fn start() -> Self {
        Self::start_at(&testkit::amqp_url()).await
    }

    pub async fn start_at(url: &str) -> Self {
        let tasks = Tasks::new();
        let broker = Broker::connect(&BrokerConfig::new(url), "test", &tasks);
        let id = UuidV7Generator.next_uuid().simple().to_string();
        let world = Self {
            tasks,
            broker,
            queue: format!("test.{id}"),
            key: format!("test.{id}.v1"),
        };
        world.broker.declare_topology(&world.topology());
        assert!(world.broker.ready(Duration::from_secs(20)).await);
        world
    }

    pub fn topology(&self) -> Topology {
        Topology::platform().with_queue(&self.queue, [(exchange::ORDERS, &self.key)])
    }

    pub fn message(&self, id: usize) -> Message {
        Message {
            exchange: exchange::ORDERS.to_owned(),
            routing_key: self.key.clone(),
            body: format!("body {id}").into_bytes(),
            message_id: format!("message {id}"),
            traceparent: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned()),
            mandatory: true,
        }
    }

    /// Collects all messages of a queue from now on.
    pub fn collect(&self, queue: &str) -> Received {
        let received = Received::default();
        let seen = received.clone();
        self.broker.consume(queue, 16, move |deliveries| {
            let verdicts = vec![Verdict::Ack; deliveries.len()];
            seen.0.lock().unwrap().extend(deliveries);
            async move { verdicts }
        });
        received
    }

    pub async fn end(self) {
        self.broker.delete_queue(&self.queue).await.unwrap();
        assert!(self.tasks.shutdown(Duration::from_secs(10)).await);
    }
}

#[derive(Clone, Default)]
pub struct Received(Arc<Mutex<Vec<Delivery>>>);

impl Received {
    pub fn ids(&self) -> Vec<String> {
        self.0
            .lock()
            .unwrap()
            .iter()
            .map(|d| d.message_id.clone().unwrap())
            .collect()
    }

    pub async fn wait_for(&self, n: usize) -> Vec<Delivery> {
        testkit::eventually("deliveries", async || {
            let received = self.0.lock().unwrap();
            (received.len() >= n).then(|| received.clone())
        })
        .await
    }
}
