//! The trace id of a request, as W3C Trace Context.
//!
//! A request keeps one trace id through gateway, router, subgraphs, internal calls and events. Between
//! processes it is propagated in `traceparent` (HTTP header and AMQP header), in the process in a
//! task-local.

use std::fmt;
use std::pin::Pin;

use axum::extract::Request;
use axum::http::HeaderMap;
use axum::middleware::{FromFnLayer, Next};
use axum::response::Response;
use opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState,
};
use tracing::Instrument as _;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// Name of the HTTP and AMQP header.
pub const TRACEPARENT: &str = "traceparent";

tokio::task_local! {
    static CURRENT: TraceContext;
}

/// One position in a trace.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TraceContext {
    /// Id of the trace, the same for everything that belongs to one request; never zero.
    pub trace_id: u128,
    /// Id of the parent span of what happens next; never zero.
    pub span_id: u64,
    /// Whether this trace is recorded.
    pub sampled: bool,
}

impl TraceContext {
    /// A new trace with random ids, sampled.
    pub fn new_root() -> Self {
        Self {
            trace_id: rand::random_range(1..=u128::MAX),
            span_id: rand::random_range(1..=u64::MAX),
            sampled: true,
        }
    }

    /// A child position in the same trace.
    #[must_use]
    pub fn child(&self) -> Self {
        Self {
            span_id: rand::random_range(1..=u64::MAX),
            ..*self
        }
    }

    /// Parses `00-<32 hex>-<16 hex>-<2 hex>`, lower case as the standard requires. Later versions may
    /// have more parts after the flags. `None` for anything else.
    pub fn parse_traceparent(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('-');
        let version = parts.next().filter(|v| is_lower_hex(v, 2) && *v != "ff")?;
        let trace = parts.next().filter(|v| is_lower_hex(v, 32))?;
        let span = parts.next().filter(|v| is_lower_hex(v, 16))?;
        let flags = parts.next().filter(|v| is_lower_hex(v, 2))?;
        if version == "00" && parts.next().is_some() {
            return None;
        }
        let context = Self {
            trace_id: u128::from_str_radix(trace, 16).ok()?,
            span_id: u64::from_str_radix(span, 16).ok()?,
            sampled: u8::from_str_radix(flags, 16).ok()? & 1 == 1,
        };
        (context.trace_id != 0 && context.span_id != 0).then_some(context)
    }

    /// Reads the header `traceparent`.
    pub fn from_headers(headers: &HeaderMap) -> Option<Self> {
        Self::parse_traceparent(headers.get(TRACEPARENT)?.to_str().ok()?)
    }

    /// The text for the header `traceparent`.
    pub fn to_traceparent(&self) -> String {
        let flags = u8::from(self.sampled);
        format!(
            "00-{:032x}-{:016x}-{flags:02x}",
            self.trace_id, self.span_id
        )
    }

    /// The trace id as 32 lower-case hex digits: the value of the log field `trace.id`.
    pub fn trace_id_hex(&self) -> String {
        format!("{:032x}", self.trace_id)
    }

    fn as_remote_parent(&self) -> opentelemetry::Context {
        let flags = if self.sampled {
            TraceFlags::SAMPLED
        } else {
            TraceFlags::default()
        };
        opentelemetry::Context::new().with_remote_span_context(SpanContext::new(
            TraceId::from_bytes(self.trace_id.to_be_bytes()),
            SpanId::from_bytes(self.span_id.to_be_bytes()),
            flags,
            true,
            TraceState::default(),
        ))
    }

    /// Makes `span` a child of this position and returns the position *of the span*: the exported
    /// one when an exporter runs, else a random child.
    #[must_use]
    pub fn enter(&self, span: &tracing::Span) -> Self {
        if span.set_parent(self.as_remote_parent()).is_err() {
            return self.child();
        }
        let exported = span.context();
        let exported = exported.span().span_context().clone();
        if exported.is_valid() {
            Self {
                trace_id: u128::from_be_bytes(exported.trace_id().to_bytes()),
                span_id: u64::from_be_bytes(exported.span_id().to_bytes()),
                sampled: exported.is_sampled(),
            }
        } else {
            self.child()
        }
    }
}

impl fmt::Debug for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_traceparent())
    }
}

fn is_lower_hex(text: &str, length: usize) -> bool {
    text.len() == length
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// The trace of the current task, if it has one.
pub fn current() -> Option<TraceContext> {
    CURRENT.try_with(|context| *context).ok()
}

/// Runs `work` as part of the trace.
pub async fn scope<F: Future>(context: TraceContext, work: F) -> F::Output {
    CURRENT.scope(context, work).await
}

/// Runs `work` as part of the trace and inside `span`. The span carries the trace id as a field, so that
/// log lines of the work have it.
pub async fn scope_in<F: Future>(context: TraceContext, span: tracing::Span, work: F) -> F::Output {
    let inner = context.enter(&span);
    CURRENT.scope(inner, work.instrument(span)).await
}

type Handler = fn(Request, Next) -> Pin<Box<dyn Future<Output = Response> + Send>>;

/// Middleware that continues the trace of the incoming `traceparent` or starts a new one, opens the span
/// of the request with the field `trace.id`, and sets [`current`] for the handler.
pub fn layer() -> FromFnLayer<Handler, (), (Request,)> {
    let handler: Handler = |request, next| Box::pin(trace_request(request, next));
    axum::middleware::from_fn(handler)
}

async fn trace_request(request: Request, next: Next) -> Response {
    let context =
        TraceContext::from_headers(request.headers()).unwrap_or_else(TraceContext::new_root);
    let span = tracing::info_span!(
        "http.request",
        trace.id = %context.trace_id_hex(),
        http.method = %request.method(),
        http.path = request.uri().path(),
    );
    scope_in(context, span, next.run(request)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn traceparent_round_trips() {
        let context = TraceContext::parse_traceparent(SAMPLE).unwrap();

        assert_eq!(context.to_traceparent(), SAMPLE);
        assert_eq!(context.trace_id_hex(), "0af7651916cd43dd8448eb211c80319c");
        assert!(context.sampled);
    }

    #[test]
    fn rejects_what_the_standard_rejects() {
        for text in [
            "",
            "00",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-extra",
            "00-+af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ] {
            assert_eq!(TraceContext::parse_traceparent(text), None, "{text}");
        }
    }

    #[test]
    fn accepts_a_later_version_with_more_parts() {
        let text = "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00-more";

        assert!(!TraceContext::parse_traceparent(text).unwrap().sampled);
    }

    #[test]
    fn child_stays_in_the_trace() {
        let root = TraceContext::new_root();

        let child = root.child();

        assert_eq!(child.trace_id, root.trace_id);
        assert_ne!(child.span_id, root.span_id);
    }

    #[tokio::test]
    async fn current_is_set_inside_the_scope_only() {
        let context = TraceContext::new_root();

        let seen = scope(context, async { current() }).await;

        assert_eq!(seen, Some(context));
        assert_eq!(current(), None);
    }
}
