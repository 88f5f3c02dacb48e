//! A client that calls a service's internal routes as other services do.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use identity::ServiceName;
use ids::TenantId;
use serde_json::Value;

use crate::{Identities, send};

/// A client of one service's internal routes.
pub struct InternalClient {
    routes: Router,
    identities: Arc<Identities>,
    callee: ServiceName,
}

impl InternalClient {
    /// A client of these routes of `callee`; `identities` sign its tokens.
    pub fn new(routes: Router, identities: Arc<Identities>, callee: ServiceName) -> Self {
        Self {
            routes,
            identities,
            callee,
        }
    }

    /// Calls as service `from`, with a token for this tenant or for none.
    pub async fn call(
        &self,
        from: ServiceName,
        tenant: impl Into<Option<TenantId>>,
        path: &str,
        body: &Value,
    ) -> (StatusCode, Value) {
        let token = self.token(from, tenant);
        self.post(path, Some(&token), body).await
    }

    /// The answer to a call that must succeed.
    pub async fn expect_answer(
        &self,
        from: ServiceName,
        tenant: impl Into<Option<TenantId>>,
        path: &str,
        body: &Value,
    ) -> Value {
        let (status, answer) = self.call(from, tenant, path, body).await;
        assert_eq!(status, StatusCode::OK, "{path}: {answer}");
        answer
    }

    /// The token of service `from` for this tenant or for none.
    pub fn token(&self, from: ServiceName, tenant: impl Into<Option<TenantId>>) -> Arc<str> {
        let tokens = self.identities.service_tokens(from);
        let token = tokens.mint(self.callee, tenant.into());
        token.expect("call is signed")
    }

    /// Calls with any service token, or none.
    pub async fn post(&self, path: &str, token: Option<&str>, body: &Value) -> (StatusCode, Value) {
        let mut request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request.body(Body::from(body.to_string()));
        send(&self.routes, request.expect("request is well-formed")).await
    }

    /// Fails unless this call, which names a tenant in its body, is refused with a token for another tenant or for none.
    pub async fn assert_bound_to_tenant(
        &self,
        from: ServiceName,
        path: &str,
        body: &Value,
        other: TenantId,
    ) {
        for tenant in [Some(other), None] {
            let (status, answer) = self.call(from, tenant, path, body).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{path}: {answer}");
            assert_eq!(answer["code"], "FORBIDDEN", "{path}");
        }
    }
}
