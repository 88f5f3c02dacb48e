//! The HTTP client that sends traces to the OTLP collector.

use std::fmt;
use std::time::Duration;

use axum::body::{Body, Bytes};
use http::{Request, Response};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use opentelemetry_http::{HttpClient, HttpError};
use tokio::runtime::Handle;

/// Bounds one export.
pub(super) const TIMEOUT: Duration = Duration::from_secs(5);
/// A collector's answer is a short status.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// Sends on the runtime it was made on: the exporter calls it from a thread of its own, which has
/// none.
pub(super) struct Client {
    http: legacy::Client<HttpConnector, Body>,
    runtime: Handle,
}

impl Client {
    /// Must run inside a Tokio runtime.
    pub(super) fn new() -> Self {
        Self {
            http: legacy::Client::builder(TokioExecutor::new()).build_http(),
            runtime: Handle::current(),
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Client")
    }
}

#[async_trait::async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let http = self.http.clone();
        let exchange = async move {
            let response = http.request(request.map(Body::from)).await?;
            let (parts, body) = response.into_parts();
            let body = axum::body::to_bytes(Body::new(body), MAX_ANSWER_BYTES).await?;
            Ok(Response::from_parts(parts, body))
        };
        // The timer too must be made on the runtime.
        let bounded = async move { tokio::time::timeout(TIMEOUT, exchange).await };
        self.runtime.spawn(bounded).await??
    }
}

#[cfg(test)]
mod tests {
    use std::future::IntoFuture as _;

    use axum::Router;
    use axum::extract::{Request, State};
    use axum::routing::post;
    use opentelemetry::trace::{Tracer as _, TracerProvider as _};
    use tokio::net::TcpListener;
    use tokio::sync::mpsc;

    use super::TIMEOUT;
    use crate::telemetry::{TelemetryConfig, trace_provider};

    #[tokio::test(flavor = "multi_thread")]
    async fn spans_are_posted_to_the_collector() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let endpoint = format!("http://{}/", listener.local_addr().unwrap());
        let (received, mut requests) = mpsc::unbounded_channel();
        let collector = Router::new()
            .route("/v1/traces", post(receive))
            .with_state(received);
        let config = TelemetryConfig {
            otlp_endpoint: Some(endpoint),
            ..TelemetryConfig::default()
        };

        let provider = trace_provider("test", &config).unwrap().unwrap();
        provider.tracer("test").in_span("work", |_| {});
        let stopping = tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(TIMEOUT));
        tokio::select! {
            served = axum::serve(listener, collector).into_future() => panic!("{served:?}"),
            stopped = stopping => stopped.unwrap().unwrap(),
        }

        assert_eq!(
            requests.try_recv().unwrap(),
            Some("application/x-protobuf".to_owned())
        );
    }

    /// Passes on the content type of an export that has a body.
    async fn receive(
        State(received): State<mpsc::UnboundedSender<Option<String>>>,
        request: Request,
    ) {
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        assert!(!body.is_empty());
        let content_type = parts.headers.get("content-type");
        let content_type = content_type.map(|value| value.to_str().unwrap().to_owned());
        received.send(content_type).unwrap();
    }
}
