//! A GraphQL client that calls a subgraph's routes as the router does.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use identity::{Caller, IDENTITY_HEADER, InternalTokens};
use serde_json::{Value, json};

use crate::{GraphqlServer, send};

/// A client of one subgraph.
pub struct GraphqlClient {
    routes: Router,
    tokens: InternalTokens,
}

impl GraphqlClient {
    /// A client of these routes; `tokens` sign its callers.
    pub fn new(routes: Router, tokens: InternalTokens) -> Self {
        Self { routes, tokens }
    }

    /// Runs an operation as the caller.
    pub async fn execute(&self, caller: &Caller, query: &str, variables: Value) -> GraphqlAnswer {
        let token = self.token(caller);
        let (status, body) = self.post(Some(&token), query, variables).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        GraphqlAnswer(body)
    }

    /// Resolves entities as the router does. `selection` is on the entity, e.g. `... on Order { number }`.
    pub async fn entities(
        &self,
        caller: &Caller,
        representations: Value,
        selection: &str,
    ) -> GraphqlAnswer {
        let query = format!(
            "query($r: [_Any!]!) {{ _entities(representations: $r) {{ __typename {selection} }} }}"
        );
        self.execute(caller, &query, json!({ "r": representations }))
            .await
    }

    /// The caller's internal token.
    pub fn token(&self, caller: &Caller) -> Arc<str> {
        self.tokens.mint(caller).expect("caller is signed")
    }

    /// Serves the same routes on a port, for sockets.
    pub async fn serve(&self) -> GraphqlServer {
        GraphqlServer::start(self.routes.clone()).await
    }

    /// Fails unless an operation with this internal token, or without one, is refused.
    pub async fn assert_unauthenticated(&self, token: Option<&str>, query: &str) {
        let (status, body) = self.post(token, query, json!({})).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{query}");
        assert_eq!(body["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
        assert_eq!(body.get("data"), None, "{query}");
    }

    /// Posts an operation with any internal token, or none.
    pub async fn post(
        &self,
        token: Option<&str>,
        query: &str,
        variables: Value,
    ) -> (StatusCode, Value) {
        let mut request =
            Request::post("/graphql").header(header::CONTENT_TYPE, "application/json");
        if let Some(token) = token {
            request = request.header(IDENTITY_HEADER, token);
        }
        let body = json!({ "query": query, "variables": variables }).to_string();
        let request = request.body(Body::from(body));
        send(&self.routes, request.expect("request is well-formed")).await
    }
}

/// The answer to an operation.
#[derive(Debug, Clone, PartialEq)]
pub struct GraphqlAnswer(pub Value);

impl GraphqlAnswer {
    /// The data; errors fail the test.
    #[track_caller]
    pub fn data(&self) -> &Value {
        assert!(self.0.get("errors").is_none(), "{:#}", self.0);
        &self.0["data"]
    }

    /// The value at a path of the data, e.g. `/order/number`; errors fail the test.
    #[track_caller]
    pub fn at(&self, pointer: &str) -> &Value {
        self.data()
            .pointer(pointer)
            .unwrap_or_else(|| panic!("nothing at {pointer}: {:#}", self.0))
    }

    /// `extensions.code` of the first error.
    #[track_caller]
    pub fn error_code(&self) -> &str {
        self.0
            .pointer("/errors/0/extensions/code")
            .and_then(Value::as_str)
            .unwrap_or_else(|| panic!("no error code: {:#}", self.0))
    }

    /// Codes of the `userErrors` of the only mutation.
    #[track_caller]
    pub fn user_error_codes(&self) -> Vec<&str> {
        self.data()
            .as_object()
            .and_then(|fields| fields.values().next())
            .and_then(|payload| payload["userErrors"].as_array())
            .unwrap_or_else(|| panic!("no payload with userErrors: {:#}", self.0))
            .iter()
            .filter_map(|error| error["code"].as_str())
            .collect()
    }
}
