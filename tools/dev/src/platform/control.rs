//! A small HTTP server through which tests crash, stop and start processes of the platform they run against.
//!
//! `GET /processes` answers a list of `{name, running, pid, url, residentBytes}`; `POST /processes/<name>/kill|stop|start`
//! answers 204 when it is done (`start`: when the process is ready again), 404 for an unknown name, 500 with a text otherwise.
//!
//! `POST /commands/<subgraph>` runs the subgraph's executable with the arguments that the body lists (JSON) and answers
//! `{exitCode, stdout, stderr}` when it has ended.

use std::convert::Infallible;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use super::operator::Operator;
use crate::supervisor::Supervisor;

/// Serves on a free loopback port until the command ends; answers the address.
pub async fn serve(supervisor: Arc<Supervisor>, operator: Operator) -> Result<String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = format!("http://{}", listener.local_addr()?);
    let operator = Arc::new(operator);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let supervisor = Arc::clone(&supervisor);
            let operator = Arc::clone(&operator);
            tokio::spawn(async move {
                let service = service_fn(|request| answer(&supervisor, &operator, request));
                // A test that hangs up early is no concern of ours.
                drop(
                    http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .await,
                );
            });
        }
    });
    Ok(address)
}

async fn answer(
    supervisor: &Supervisor,
    operator: &Operator,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let path: Vec<&str> = head.uri.path().trim_matches('/').split('/').collect();
    let (status, body) = match (&head.method, path.as_slice()) {
        (&Method::GET, ["processes"]) => {
            let list = serde_json::to_string(&supervisor.statuses()).unwrap_or_default();
            (StatusCode::OK, list)
        }
        (&Method::POST, ["processes", name, action]) => act(supervisor, name, action).await,
        (&Method::POST, ["commands", subgraph]) => match command(operator, subgraph, body).await {
            Ok(outcome) => (StatusCode::OK, outcome),
            Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}")),
        },
        _ => (StatusCode::NOT_FOUND, String::new()),
    };
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response.headers_mut().insert(
        "content-type",
        hyper::header::HeaderValue::from_static("application/json"),
    );
    Ok(response)
}

async fn act(supervisor: &Supervisor, name: &str, action: &str) -> (StatusCode, String) {
    if !supervisor
        .statuses()
        .iter()
        .any(|status| status.name == name)
    {
        return (
            StatusCode::NOT_FOUND,
            format!("no process is called {name}"),
        );
    }
    let outcome = match action {
        "kill" => supervisor.kill(name).await,
        "stop" => supervisor.stop(name).await,
        "start" => supervisor.start_again(name).await,
        _ => return (StatusCode::NOT_FOUND, format!("unknown action {action}")),
    };
    match outcome {
        Ok(()) => (StatusCode::NO_CONTENT, String::new()),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}")),
    }
}

async fn command(operator: &Operator, subgraph: &str, body: Incoming) -> Result<String> {
    let body = body.collect().await?.to_bytes();
    let arguments: Vec<String> =
        serde_json::from_slice(&body).context("the body is a list of arguments")?;
    let output = operator.run(subgraph, &arguments).await?;
    let outcome = serde_json::json!({
        "exitCode": output.status.code(),
        "stdout": String::from_utf8_lossy(&output.stdout),
        "stderr": String::from_utf8_lossy(&output.stderr),
    });
    Ok(outcome.to_string())
}
