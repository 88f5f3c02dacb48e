//! What a case returns, so that it cannot pass for a wrong reason.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::GraphqlAnswer;

/// Answers to one request, about one tenant's object.
pub struct Evidence {
    /// To its own tenant: the request is granted, so the others are not refused for another reason.
    pub own: Answer,
    /// To everybody who must not reach it.
    pub foreign: Vec<Answer>,
    /// To a foreign caller about an object that does not exist, or before it existed.
    pub missing: Answer,
}

impl Evidence {
    /// Why this does not prove isolation.
    pub(super) fn fault(&self) -> Option<String> {
        let Self {
            own,
            foreign,
            missing,
        } = self;
        if !own.granted {
            return Some(format!("its own tenant is refused: {}", own.body));
        }
        if own == missing {
            let body = &own.body;
            return Some(format!("its own tenant gets what is missing: {body}"));
        }
        if foreign.is_empty() {
            return Some("nobody else has asked".to_owned());
        }
        let disclosed = foreign.iter().find(|answer| *answer != missing)?;
        Some(format!(
            "another caller gets {}, but for what is missing {}",
            disclosed.body, missing.body
        ))
    }
}

/// An answer as evidence. Select no ids that differ between a foreign and a missing object.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    granted: bool,
    body: Value,
}

impl From<GraphqlAnswer> for Answer {
    /// Granted without errors and user errors.
    fn from(GraphqlAnswer(body): GraphqlAnswer) -> Self {
        let refused = |payload: &Value| {
            payload["userErrors"]
                .as_array()
                .is_some_and(|e| !e.is_empty())
        };
        let fields = body["data"].as_object();
        let refusals = fields.is_some_and(|fields| fields.values().any(refused));
        Self {
            granted: body.get("errors").is_none() && !refusals,
            body,
        }
    }
}

impl From<(StatusCode, Value)> for Answer {
    /// The answer to an internal call.
    fn from((status, body): (StatusCode, Value)) -> Self {
        Self {
            granted: status.is_success(),
            body: json!({ "status": status.as_u16(), "body": body }),
        }
    }
}

impl From<Value> for Answer {
    /// The part of a granted answer that matters.
    fn from(body: Value) -> Self {
        Self {
            granted: true,
            body,
        }
    }
}
