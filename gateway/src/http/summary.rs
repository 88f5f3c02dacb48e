//! Writes one log line per request, and counts it.

use std::time::Instant;

use http::StatusCode;
use service::telemetry::catalogue;
use tracing::Span;

use crate::answer::Codes;
use crate::principal::Principal;
use crate::schema::ValidOperation;

/// Longest operation name in a log line, in bytes.
const NAME_LIMIT: usize = 80;

/// Filled by the steps. The line is written when the answer is complete, or when the client disconnected before.
pub struct Summary {
    span: Span,
    started: Instant,
    tenant: String,
    principal: &'static str,
    operation: String,
    kind: &'static str,
    written: bool,
}

/// How a request ended.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// Status of the answer.
    pub status: StatusCode,
    /// Codes of its errors.
    pub codes: Codes,
    /// Its length in bytes.
    pub bytes: usize,
}

impl Summary {
    /// Starts the duration of the request.
    pub fn begin() -> Self {
        Self {
            span: Span::current(),
            started: Instant::now(),
            tenant: String::new(),
            principal: "",
            operation: String::new(),
            kind: "",
            written: false,
        }
    }

    /// Records the caller.
    pub fn principal(&mut self, principal: &Principal) {
        self.tenant.clone_from(&principal.tenant.slug);
        self.principal = principal.caller.subject.kind();
    }

    /// Records that the caller is authenticated by a ticket.
    pub fn ticket(&mut self) {
        self.principal = "ticket";
    }

    /// Records the operation.
    pub fn operation(&mut self, operation: &ValidOperation) {
        let name = operation.name().unwrap_or_default();
        name.get(..name.len().min(NAME_LIMIT))
            .unwrap_or_default()
            .clone_into(&mut self.operation);
        self.kind = operation.kind.as_str();
    }

    /// Writes the line.
    pub fn finish(mut self, outcome: Outcome) {
        self.write(Some(outcome));
    }

    fn write(&mut self, outcome: Option<Outcome>) {
        self.written = true;
        let milliseconds = self.started.elapsed().as_secs_f64() * 1000.0;
        let class = match outcome.map(|outcome| outcome.status.as_u16()) {
            Some(200..300) => "2xx",
            Some(300..500) => "4xx",
            Some(_) => "5xx",
            None => "abandoned",
        };
        metrics::counter!(catalogue::HTTP_REQUESTS_TOTAL, "status" => class).increment(1);
        metrics::histogram!(catalogue::HTTP_REQUEST_MS).record(milliseconds);
        let _entered = self.span.enter();
        let Some(outcome) = outcome else {
            tracing::info!(
                graphql.operation = self.operation,
                graphql.kind = self.kind,
                tenant.slug = self.tenant,
                principal.kind = self.principal,
                duration_ms = milliseconds,
                "client left before the answer"
            );
            return;
        };
        tracing::info!(
            graphql.operation = self.operation,
            graphql.kind = self.kind,
            tenant.slug = self.tenant,
            principal.kind = self.principal,
            http.status = outcome.status.as_u16(),
            error.codes = %outcome.codes,
            answer_bytes = outcome.bytes,
            answer_complete = true,
            duration_ms = milliseconds,
            "request answered"
        );
    }
}

impl Drop for Summary {
    fn drop(&mut self) {
        if !self.written {
            self.write(None);
        }
    }
}
