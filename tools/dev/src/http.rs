//! A small HTTP client for loopback addresses: readiness, GraphQL, the load generator. No TLS.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::{Method, Request, StatusCode};
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

/// A client with its own connection pool.
#[derive(Clone)]
pub struct Client {
    inner: HyperClient<HttpConnector, Full<Bytes>>,
}

impl Default for Client {
    fn default() -> Self {
        Self::new()
    }
}

/// Status and whole body of an answer.
pub struct Answer {
    pub status: StatusCode,
    pub body: Bytes,
}

impl Client {
    pub fn new() -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self {
            inner: HyperClient::builder(TokioExecutor::new()).build(connector),
        }
    }

    pub async fn get(&self, url: &str) -> Result<Answer> {
        self.send(Method::GET, url, &[], Bytes::new()).await
    }

    pub async fn post(
        &self,
        url: &str,
        headers: &[(String, String)],
        body: Bytes,
    ) -> Result<Answer> {
        self.send(Method::POST, url, headers, body).await
    }

    /// Posts a GraphQL operation and answers its `data`; GraphQL errors are an error.
    pub async fn graphql(
        &self,
        url: &str,
        headers: &[(String, String)],
        operation: &Value,
    ) -> Result<Value> {
        let body = Bytes::from(serde_json::to_vec(operation)?);
        let answer = self.post(url, headers, body).await?;
        let document: Value = serde_json::from_slice(&answer.body)
            .with_context(|| format!("{url} answered {} without JSON", answer.status))?;
        if let Some(errors) = document.get("errors") {
            bail!("{url} answered {errors}");
        }
        document
            .get("data")
            .cloned()
            .with_context(|| format!("{url} answered {} without data", answer.status))
    }

    async fn send(
        &self,
        method: Method,
        url: &str,
        headers: &[(String, String)],
        body: Bytes,
    ) -> Result<Answer> {
        let mut request = Request::builder()
            .method(method)
            .uri(url)
            .header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(body))?;
        let exchange = async {
            let response = Box::pin(self.inner.request(request)).await?;
            let status = response.status();
            let body = response.into_body().collect().await?.to_bytes();
            Ok(Answer { status, body })
        };
        tokio::time::timeout(Duration::from_secs(30), exchange)
            .await
            .with_context(|| format!("{url} did not answer within 30 s"))?
    }
}
