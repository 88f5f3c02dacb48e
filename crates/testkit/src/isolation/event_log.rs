//! The cases of the internal calls that every event log answers.

use axum::http::StatusCode;
use identity::ServiceName;
use ids::TenantId;
use internal_api::events::{FEED, HEADS};
use serde_json::{Value, json};
use uuid::Uuid;

use super::evidence::{Answer, Evidence};
use crate::InternalClient;

/// A stream in which one tenant has events and the other has none.
pub struct EventLogIsolation<'a> {
    /// Calls the subgraph.
    pub internal: &'a InternalClient,
    /// The stream.
    pub stream: &'a str,
    /// The tenant with events.
    pub own: TenantId,
    /// The tenant without.
    pub foreign: TenantId,
}

impl EventLogIsolation<'_> {
    /// The case of `POST /internal/feed`.
    pub async fn feed(&self) -> Evidence {
        let own = self.entries(self.own).await;
        let nobody = TenantId::from_uuid(Uuid::max());
        self.internal
            .assert_bound_to_tenant(
                ServiceName::Gateway,
                FEED,
                &self.feed_request(self.own),
                self.foreign,
            )
            .await;
        Evidence {
            own,
            foreign: vec![self.entries(self.foreign).await],
            missing: self.entries(nobody).await,
        }
    }

    /// The case of `POST /internal/heads`, which the gateway calls for many tenants at once: the answer about one
    /// tenant does not depend on another's events.
    pub async fn heads(&self) -> Evidence {
        let nobody = TenantId::from_uuid(Uuid::max());
        let request = self.heads_request(self.own);
        let (refused, _) = self
            .internal
            .call(ServiceName::Orders, None, HEADS, &request)
            .await;
        assert_eq!(refused, StatusCode::FORBIDDEN);
        Evidence {
            own: self.head(self.own).await,
            foreign: vec![self.head(self.foreign).await],
            missing: self.head(nobody).await,
        }
    }

    fn feed_request(&self, tenant: TenantId) -> Value {
        json!({ "tenant": tenant, "stream": self.stream, "after": 0, "limit": 10 })
    }

    fn heads_request(&self, tenant: TenantId) -> Value {
        json!({ "streams": [{ "tenant": tenant, "stream": self.stream }] })
    }

    async fn entries(&self, tenant: TenantId) -> Answer {
        let request = self.feed_request(tenant);
        self.internal
            .call(ServiceName::Gateway, Some(tenant), FEED, &request)
            .await
            .into()
    }

    async fn head(&self, tenant: TenantId) -> Answer {
        let request = self.heads_request(tenant);
        let answer = self
            .internal
            .expect_answer(ServiceName::Gateway, None, HEADS, &request)
            .await;
        answer["heads"][0]["head"].clone().into()
    }
}
