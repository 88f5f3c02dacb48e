//! What a subgraph has written to its event log.

use event_contracts::{Event, Stream};
use ids::TenantId;
use serde_json::Value;

use crate::World;

/// An event of the log.
#[derive(Debug, sqlx::FromRow)]
pub struct StoredEvent {
    /// Name of its type.
    #[sqlx(rename = "type")]
    pub event_type: String,
    /// Ids of what it is about.
    pub subjects: Vec<String>,
    /// Its payload.
    pub payload: Value,
}

impl StoredEvent {
    /// The payload as its contract has it.
    pub fn decode<E: Event>(&self) -> E {
        assert_eq!(self.event_type, E::TYPE.name);
        serde_json::from_value(self.payload.clone()).expect("payload is that of its contract")
    }
}

impl World {
    /// The events of one stream of a tenant, oldest first.
    pub async fn events(&self, tenant: TenantId, stream: Stream) -> Vec<StoredEvent> {
        sqlx::query_as(
            "SELECT type, subjects, payload FROM events WHERE tenant_id = $1 AND stream = $2 ORDER BY seq",
        )
        .bind(tenant.uuid())
        .bind(stream.name)
        .fetch_all(&mut self.database.superuser().await)
        .await
        .expect("events are read")
    }

    /// The same; fails unless the stream has events of exactly these types.
    pub async fn expect_events<const N: usize>(
        &self,
        tenant: TenantId,
        stream: Stream,
        types: [&str; N],
    ) -> [StoredEvent; N] {
        let events = self.events(tenant, stream).await;
        let found: Vec<_> = events
            .iter()
            .map(|event| event.event_type.as_str())
            .collect();
        assert_eq!(found, types, "{stream:?}");
        events
            .try_into()
            .expect("there are as many events as types")
    }
}
