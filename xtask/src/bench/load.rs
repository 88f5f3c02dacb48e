//! A closed-loop load generator: so many clients, each sends its next request when it has the answer.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use futures_util::future::join_all;
use hyper::body::Bytes;

use super::report::Cell;
use crate::http;

/// Where requests go.
pub struct Target {
    pub client: http::Client,
    pub url: String,
    pub headers: Vec<(String, String)>,
}

/// What is sent: the n-th body of a run, and how a good answer is told from a bad one.
pub struct Body<'a> {
    pub make: Box<dyn Fn(u64) -> Bytes + Send + Sync + 'a>,
    pub is_good: fn(&[u8]) -> bool,
}

/// Numbers of requests never repeat, also between runs: an idempotency key is used once.
static NEXT: AtomicU64 = AtomicU64::new(0);

pub fn next_number() -> u64 {
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Runs for a while. An answer that is not good ends the measurement: a figure of failures is worth nothing.
pub async fn run(target: &Target, body: &Body<'_>, clients: usize, time: Duration) -> Result<Cell> {
    let started = Instant::now();
    let end = started + time;
    let runs = (0..clients).map(|_| client(target, body, end));
    let mut micros = Vec::new();
    for outcome in join_all(runs).await {
        micros.extend(outcome?);
    }
    Ok(Cell::new(micros, started.elapsed()))
}

async fn client(target: &Target, body: &Body<'_>, end: Instant) -> Result<Vec<u64>> {
    let mut micros = Vec::new();
    while Instant::now() < end {
        let bytes = (body.make)(next_number());
        let sent = Instant::now();
        let answer = target
            .client
            .post(&target.url, &target.headers, bytes)
            .await?;
        if !answer.status.is_success() || !(body.is_good)(&answer.body) {
            bail!(
                "{} answered {}: {}",
                target.url,
                answer.status,
                String::from_utf8_lossy(&answer.body)
                    .chars()
                    .take(500)
                    .collect::<String>()
            );
        }
        micros.push(u64::try_from(sent.elapsed().as_micros()).unwrap_or(u64::MAX));
    }
    Ok(micros)
}

/// Whether a text occurs in an answer.
pub fn contains(answer: &[u8], text: &[u8]) -> bool {
    answer.windows(text.len()).any(|window| window == text)
}
