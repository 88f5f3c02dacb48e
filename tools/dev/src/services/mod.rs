//! The private PostgreSQL, Redis and RabbitMQ of an instance.

pub mod postgres;
pub mod rabbitmq;
pub mod redis;

use anyhow::Result;
use tokio::try_join;

use crate::instance::{Instance, Secrets};
use crate::progress::step;
use crate::supervisor::Supervisor;
use postgres::Durability;

/// Addresses of the running services, each `host:port`.
#[derive(Clone)]
pub struct ServiceAddresses {
    pub postgres: String,
    pub redis: String,
    pub rabbitmq: String,
    /// RabbitMQ's own pages.
    pub rabbitmq_management: String,
}

impl ServiceAddresses {
    /// What tests read to find the services.
    pub fn test_variables(&self, secrets: &Secrets) -> [(&'static str, String); 3] {
        [
            (
                "TEST_POSTGRES_URL",
                format!(
                    "postgres://{}:{}@{}/postgres",
                    postgres::ADMIN,
                    secrets.get("postgres"),
                    self.postgres
                ),
            ),
            ("TEST_REDIS_URL", format!("redis://{}", self.redis)),
            (
                "TEST_AMQP_URL",
                format!(
                    "amqp://{}:{}@{}/%2f",
                    rabbitmq::USER,
                    secrets.get("rabbitmq"),
                    self.rabbitmq
                ),
            ),
        ]
    }
}

/// Starts all three.
pub async fn start(
    instance: &mut Instance,
    supervisor: &Supervisor,
    durability: Durability,
) -> Result<ServiceAddresses> {
    let postgres_port = instance.port(5433)?;
    let redis_port = instance.port(6379)?;
    let rabbitmq = rabbitmq::Rabbitmq::prepare(instance)?;
    let addresses = ServiceAddresses {
        postgres: format!("127.0.0.1:{postgres_port}"),
        redis: format!("127.0.0.1:{redis_port}"),
        rabbitmq: format!("127.0.0.1:{}", rabbitmq.port),
        rabbitmq_management: format!("127.0.0.1:{}", rabbitmq.management_port),
    };
    let postgres = async {
        let cluster = postgres::Cluster::prepare(instance, postgres_port).await?;
        supervisor.start(cluster.launch(durability)).await
    };
    let redis = async {
        supervisor
            .start(redis::launch(&instance.folder, redis_port)?)
            .await
    };
    let broker = async {
        supervisor.start(rabbitmq.launch_epmd()).await?;
        supervisor.start(rabbitmq.launch()).await
    };
    let title = format!(
        "PostgreSQL :{postgres_port}, Redis :{redis_port}, RabbitMQ :{}",
        rabbitmq.port
    );
    step(&title, async {
        try_join!(postgres, redis, broker).map(drop)
    })
    .await?;
    Ok(addresses)
}
