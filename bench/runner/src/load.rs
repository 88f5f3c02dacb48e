//! A closed-loop load generator: so many clients, each sends its next request when it has the answer.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use dev_tools::http;
use futures_util::future::join_all;
use hyper::body::Bytes;

use super::report::Cell;

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

/// Runs for a while. A few failures are counted and shown; a run of failures is no figure.
pub async fn run(target: &Target, body: &Body<'_>, clients: usize, time: Duration) -> Result<Cell> {
    let started = Instant::now();
    let end = started + time;
    let runs = (0..clients).map(|_| client(target, body, end));
    let mut all = Answers::default();
    for outcome in join_all(runs).await {
        let answers = outcome?;
        all.micros.extend(answers.micros);
        all.failed += answers.failed;
        all.last_failure = answers.last_failure.or(all.last_failure);
    }
    if all.failed > all.micros.len() {
        bail!(
            "{} fails: {}",
            target.url,
            all.last_failure.unwrap_or_default()
        );
    }
    Ok(Cell::new(all.micros, all.failed, started.elapsed()))
}

#[derive(Default)]
struct Answers {
    /// Of the good ones.
    micros: Vec<u64>,
    failed: usize,
    last_failure: Option<String>,
}

async fn client(target: &Target, body: &Body<'_>, end: Instant) -> Result<Answers> {
    let mut answers = Answers::default();
    while Instant::now() < end {
        let bytes = (body.make)(next_number());
        let sent = Instant::now();
        let answer = target
            .client
            .post(&target.url, &target.headers, bytes)
            .await?;
        if answer.status.is_success() && (body.is_good)(&answer.body) {
            let micros = u64::try_from(sent.elapsed().as_micros()).unwrap_or(u64::MAX);
            answers.micros.push(micros);
        } else {
            let text: String = String::from_utf8_lossy(&answer.body)
                .chars()
                .take(500)
                .collect();
            answers.failed += 1;
            answers.last_failure = Some(format!("{} {text}", answer.status));
        }
    }
    Ok(answers)
}

/// Whether a text occurs in an answer.
pub fn contains(answer: &[u8], text: &[u8]) -> bool {
    answer.windows(text.len()).any(|window| window == text)
}
