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
        self.runtime
            .spawn(tokio::time::timeout(TIMEOUT, exchange))
            .await??
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::{Tracer as _, TracerProvider as _};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use crate::telemetry::{TelemetryConfig, trace_provider};

    #[tokio::test(flavor = "multi_thread")]
    async fn spans_are_posted_to_the_collector() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let endpoint = format!("http://{}/", listener.local_addr().unwrap());
        let collector = async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 1024];
            let read = stream.read(&mut request).await.unwrap();
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
            stream.write_all(answer).await.unwrap();
            String::from_utf8_lossy(request.get(..read).unwrap()).into_owned()
        };
        let config = TelemetryConfig {
            otlp_endpoint: Some(endpoint),
            ..TelemetryConfig::default()
        };

        let provider = trace_provider("test", &config).unwrap().unwrap();
        provider.tracer("test").in_span("work", |_| {});
        let stopping = tokio::task::spawn_blocking(move || provider.shutdown());
        let (request, stopped) = tokio::join!(collector, stopping);

        stopped.unwrap().unwrap();
        assert!(
            request.starts_with("POST /v1/traces HTTP/1.1\r\n"),
            "{request}"
        );
        assert!(request.contains("application/x-protobuf"), "{request}");
    }
}
