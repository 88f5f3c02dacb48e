//! Publishes the log to the broker.
//!
//! A session lock makes one relay per database active; the others stand by to take over. The relay
//! keeps a position per stream and advances it only after the publisher confirm, so after a crash at
//! any point an event may be published twice, but none is lost. A message that the broker rejects or
//! returns is retried with back-off; other streams continue meanwhile.
//!
//! The relay also sends a hint, without confirm, for every stream that has grown. Hints are sent
//! before and independently of the events: they only wake the readers of the log.

mod message;
mod store;

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::time::Duration;

use database::{PlatformDb, StoreError};
use messaging::{Hint, Message, PublishError, Publisher};
use service::Tasks;
use service::telemetry::catalogue;
use sqlx::PgConnection;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::waker;
use store::{OutgoingEvent, StreamId};

pub use message::RelayOptions;

/// Limit of unconfirmed messages over all streams.
const MAX_IN_FLIGHT: usize = 100;
const POLL: Duration = Duration::from_secs(1);
const INITIAL_BACK_OFF: Duration = Duration::from_millis(200);
const MAX_BACK_OFF: Duration = Duration::from_secs(30);
/// Interval at which the relay checks an unavailable broker. Until then it publishes nothing.
const BROKER_RETRY_DELAY: Duration = Duration::from_millis(250);
const RETRY_DELAY: Duration = Duration::from_secs(1);

/// Starts the relay of this process in the background. Returns at once. At shutdown the relay
/// finishes its current round.
pub fn run(platform: PlatformDb, publisher: Publisher, options: RelayOptions, tasks: &Tasks) {
    let token = tasks.token();
    tasks.spawn("event_log.relay", async move {
        let relay = Relay {
            platform,
            publisher,
            options,
        };
        while !token.is_cancelled() {
            let outcome = relay.run_active(&token).await;
            metrics::gauge!(catalogue::RELAY_ACTIVE).set(0);
            if let Err(error) = outcome {
                tracing::warn!(
                    error = %service::log::chain(&error),
                    "relay interrupted"
                );
            }
            tokio::select! {
                () = token.cancelled() => return,
                () = tokio::time::sleep(RETRY_DELAY) => {}
            }
        }
    });
}

struct Relay {
    platform: PlatformDb,
    publisher: Publisher,
    options: RelayOptions,
}

/// Streams in back-off, with the number of consecutive failures and the end of the wait.
type Backoffs = HashMap<StreamId, (u32, Instant)>;

impl Relay {
    /// Waits for the lock, then relays until an error or shutdown. All parts that it started end with
    /// it.
    async fn run_active(&self, token: &CancellationToken) -> Result<(), StoreError> {
        let mut guard = tokio::select! {
            () = token.cancelled() => return Ok(()),
            guard = self.wait_for_lock() => guard?,
        };
        metrics::gauge!(catalogue::RELAY_ACTIVE).set(1);
        tracing::info!(source = self.options.source, "relay is active");
        let grown = Notify::new();
        let hinted = Notify::new();
        let wake = || [&grown, &hinted].into_iter().for_each(Notify::notify_one);
        tokio::select! {
            ended = self.publish_until_shutdown(&grown, token) => ended,
            () = waker::notify_on_commit(&self.platform, wake) => Ok(()),
            ended = keep_lock(&mut guard) => ended,
            ended = self.send_hints(&hinted) => ended,
        }
    }

    async fn wait_for_lock(&self) -> Result<PgConnection, StoreError> {
        let mut guard = self.platform.dedicated_connection().await?;
        while !store::try_lock(&mut guard).await? {
            tokio::time::sleep(POLL).await;
        }
        Ok(guard)
    }

    async fn send_hints(&self, grown: &Notify) -> Result<(), StoreError> {
        // Growth before the start of this relay needs no hint: readers poll heads once a second.
        let mut known: HashMap<StreamId, i64> = self.heads().await?.into_iter().collect();
        loop {
            grown.notified().await;
            for (stream, head) in self.heads().await? {
                let before = known.insert(stream.clone(), head);
                if before.is_none_or(|before| before < head) {
                    let hint = Hint {
                        tenant: stream.tenant,
                        stream: stream.name,
                        seq: head,
                    };
                    self.publisher.publish_hint(&hint).await;
                }
            }
        }
    }

    async fn heads(&self) -> Result<Vec<(StreamId, i64)>, StoreError> {
        let mut tx = self.platform.transaction().await?;
        let heads = store::list_heads(&mut tx).await?;
        tx.commit().await?;
        Ok(heads)
    }

    async fn publish_until_shutdown(
        &self,
        grown: &Notify,
        token: &CancellationToken,
    ) -> Result<(), StoreError> {
        let mut backoffs = Backoffs::new();
        loop {
            let next = if self.publisher.is_connected() {
                self.publish_round(&mut backoffs).await?
            } else {
                Next::After(BROKER_RETRY_DELAY)
            };
            match next {
                Next::AtOnce => {}
                Next::After(delay) => tokio::select! {
                    () = token.cancelled() => {}
                    () = tokio::time::sleep(delay) => {}
                },
                Next::WhenWoken => tokio::select! {
                    () = token.cancelled() => {}
                    () = grown.notified() => {}
                },
            }
            if token.is_cancelled() {
                return Ok(());
            }
        }
    }

    /// Publishes up to [`MAX_IN_FLIGHT`] events of as many lagging streams as possible, and advances
    /// their positions.
    async fn publish_round(&self, backoffs: &mut Backoffs) -> Result<Next, StoreError> {
        let now = Instant::now();
        let mut tx = self.platform.transaction().await?;
        let lagging = store::list_lagging(&mut tx).await?;
        record_lag(&lagging);
        backoffs.retain(|stream, _| lagging.iter().any(|l| l.stream == *stream));
        let mut ready: Vec<_> = lagging
            .into_iter()
            .filter(|l| {
                backoffs
                    .get(&l.stream)
                    .is_none_or(|(_, until)| *until <= now)
            })
            .collect();
        let waiting = backoffs
            .values()
            .map(|(_, until)| until.duration_since(now))
            .min();
        if ready.is_empty() {
            tx.commit().await?;
            // New events wake the relay, the poll at the latest: soon enough for any back-off.
            return Ok(waiting.map_or(Next::WhenWoken, |wait| Next::After(wait.min(POLL))));
        }
        ready.truncate(MAX_IN_FLIGHT);
        let share = (MAX_IN_FLIGHT / ready.len()).max(1);
        let events = store::load_outgoing(&mut tx, &ready, share).await?;
        tx.commit().await?;
        report_gaps(&ready, &events, backoffs);
        let published = self.publish(&events, backoffs).await;
        if !published.positions.is_empty() {
            let mut tx = self.platform.transaction().await?;
            store::upsert_positions(&mut tx, &published.positions).await?;
            tx.commit().await?;
        }
        // `AtOnce` even when nothing is left: the next round detects that and waits.
        Ok(if published.broker_failed {
            Next::After(BROKER_RETRY_DELAY)
        } else {
            Next::AtOnce
        })
    }

    async fn publish(&self, events: &[OutgoingEvent], backoffs: &mut Backoffs) -> Published {
        let (sent, messages) = self.messages_of(events, backoffs);
        if messages.is_empty() {
            return Published::default();
        }
        let outcomes = self.publisher.publish_all(&messages).await;
        let mut published = Published {
            positions: HashMap::new(),
            // One unresponsive queue affects its streams only; when no message is confirmed, the
            // broker is unavailable.
            broker_failed: outcomes.iter().all(|outcome| {
                matches!(
                    outcome,
                    Err(PublishError::Unavailable(_) | PublishError::Unconfirmed)
                )
            }),
        };
        let mut failed: HashSet<&StreamId> = HashSet::new();
        for (event, outcome) in sent.into_iter().zip(outcomes) {
            if failed.contains(&event.stream) {
                continue;
            }
            match outcome {
                Ok(()) => {
                    metrics::counter!(catalogue::RELAY_PUBLISHED_TOTAL).increment(1);
                    published.positions.insert(event.stream.clone(), event.seq);
                }
                Err(error) => {
                    failed.insert(&event.stream);
                    let backoffs = (!published.broker_failed).then_some(&mut *backoffs);
                    report_failure(event, error.label(), &error, backoffs);
                }
            }
        }
        for stream in published.positions.keys() {
            if !failed.contains(stream) {
                backoffs.remove(stream);
            }
        }
        published
    }

    /// The messages of the events of known streams.
    fn messages_of<'e>(
        &self,
        events: &'e [OutgoingEvent],
        backoffs: &mut Backoffs,
    ) -> (Vec<&'e OutgoingEvent>, Vec<Message>) {
        let mut stopped: HashSet<&StreamId> = HashSet::new();
        let mut messages = (Vec::new(), Vec::new());
        for event in events {
            if stopped.contains(&event.stream) {
                continue;
            }
            match message::of(event, &self.options) {
                Ok(message) => messages.extend([(event, message)]),
                Err(error) => {
                    stopped.insert(&event.stream);
                    report_failure(event, "unknown_stream", &error, Some(backoffs));
                }
            }
        }
        messages
    }
}

/// Counts and logs that an event was not published, and delays its stream. Without `backoffs` the broker failed as a whole:
/// that is logged elsewhere, and no stream is to blame.
fn report_failure(
    event: &OutgoingEvent,
    label: &'static str,
    error: &(dyn Error + 'static),
    backoffs: Option<&mut Backoffs>,
) {
    metrics::counter!(catalogue::RELAY_FAILED_TOTAL, "reason" => label).increment(1);
    if let Some(backoffs) = backoffs {
        let failures = back_off(backoffs, &event.stream);
        tracing::warn!(
            tenant.id = %event.stream.tenant,
            stream = event.stream.name,
            seq = event.seq,
            event.name = event.event_type,
            failures,
            error = %service::log::chain(error),
            "event was not published and will be retried"
        );
    }
}

enum Next {
    AtOnce,
    After(Duration),
    WhenWoken,
}

#[derive(Default)]
struct Published {
    /// Per stream the seq up to which all events are confirmed.
    positions: HashMap<StreamId, i64>,
    broker_failed: bool,
}

/// Logs gaps. A gap should be impossible: seqs are assigned and rolled back with their transaction.
/// If there is one, an operator must investigate; the stream continues after it.
fn report_gaps(streams: &[store::Lagging], events: &[OutgoingEvent], backoffs: &mut Backoffs) {
    let mut first: HashMap<&StreamId, i64> = HashMap::new();
    for event in events {
        first.entry(&event.stream).or_insert(event.seq);
    }
    for lagging in streams {
        let found = first.get(&lagging.stream).copied();
        if found == Some(lagging.published + 1) {
            continue;
        }
        tracing::error!(
            tenant.id = %lagging.stream.tenant,
            stream = lagging.stream.name,
            after = lagging.published,
            found,
            "event log has a gap"
        );
        if found.is_none() {
            back_off(backoffs, &lagging.stream);
        }
    }
}

/// Doubles the back-off of a stream, with jitter. Returns the number of consecutive failures.
fn back_off(backoffs: &mut Backoffs, stream: &StreamId) -> u32 {
    let (failures, until) = backoffs
        .entry(stream.clone())
        .or_insert((0, Instant::now()));
    let delay = INITIAL_BACK_OFF
        .saturating_mul(1 << (*failures).min(10))
        .min(MAX_BACK_OFF);
    *failures += 1;
    *until = Instant::now() + delay.mul_f64(rand::random_range(0.5..=1.0));
    *failures
}

fn record_lag(lagging: &[store::Lagging]) {
    let events: i64 = lagging.iter().map(|l| l.head - l.published).sum();
    let events = u32::try_from(events).unwrap_or(u32::MAX);
    metrics::gauge!(catalogue::RELAY_LAG_EVENTS).set(events);
}

/// Returns an error when the connection that holds the lock is lost.
async fn keep_lock(guard: &mut PgConnection) -> Result<(), StoreError> {
    loop {
        tokio::time::sleep(POLL).await;
        store::ping(guard).await?;
    }
}
