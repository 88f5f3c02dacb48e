//! A small HTTP client: plain HTTP/1.1, without redirects and proxies.

use std::error::Error;
use std::time::Duration;

use axum::body::{Body, Bytes};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

type Failure = Box<dyn Error + Send + Sync>;

pub struct HttpClient(Client<HttpConnector, Body>);

pub struct RequestBuilder {
    client: Client<HttpConnector, Body>,
    request: http::Request<Body>,
    limit: Option<Duration>,
}

pub struct Response(http::Response<Incoming>);

impl HttpClient {
    pub fn new() -> Self {
        Self(Client::builder(TokioExecutor::new()).build_http())
    }

    pub fn get(&self, url: impl AsRef<str>) -> RequestBuilder {
        self.request(Method::GET, url)
    }

    pub fn post(&self, url: impl AsRef<str>) -> RequestBuilder {
        self.request(Method::POST, url)
    }

    pub fn request(&self, method: Method, url: impl AsRef<str>) -> RequestBuilder {
        let mut request = http::Request::new(Body::empty());
        *request.method_mut() = method;
        *request.uri_mut() = url.as_ref().parse().unwrap();
        RequestBuilder {
            client: self.0.clone(),
            request,
            limit: None,
        }
    }
}

impl RequestBuilder {
    /// Adds a header.
    pub fn header<N, V>(mut self, name: N, value: V) -> Self
    where
        N: TryInto<HeaderName>,
        V: TryInto<HeaderValue>,
    {
        let (Ok(name), Ok(value)) = (name.try_into(), value.try_into()) else {
            panic!("a header is not valid")
        };
        self.request.headers_mut().append(name, value);
        self
    }

    pub fn body(mut self, body: impl Into<Body>) -> Self {
        *self.request.body_mut() = body.into();
        self
    }

    /// Disconnects after this time.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Sends the request and waits for the head of the answer. As every client, it accepts something.
    pub async fn send(mut self) -> Result<Response, Failure> {
        let headers = self.request.headers_mut().entry(header::ACCEPT);
        headers.or_insert(HeaderValue::from_static("*/*"));
        let sent = self.client.request(self.request);
        let limit = self.limit.unwrap_or(Duration::from_secs(30));
        Ok(Response(tokio::time::timeout(limit, sent).await??))
    }
}

impl Response {
    pub fn status(&self) -> StatusCode {
        self.0.status()
    }

    pub fn headers(&self) -> &HeaderMap {
        self.0.headers()
    }

    pub async fn text(self) -> Result<String, Failure> {
        let whole = self.0.into_body().collect().await?.to_bytes();
        Ok(String::from_utf8(whole.to_vec())?)
    }

    /// The next part of the body; `None` at its end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Failure> {
        while let Some(frame) = self.0.frame().await {
            if let Ok(data) = frame?.into_data() {
                return Ok(Some(data));
            }
        }
        Ok(None)
    }
}
