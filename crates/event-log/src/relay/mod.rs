//! Publishes the log to the broker.
//!
//! One active relay per database, by a session lock; the others wait to take over. It keeps a
//! position per stream and moves it only after the broker's confirm, so a crash at any point means
//! that something is published twice, never that it is lost. A message that the broker refuses or
//! returns is tried again with back-off; other streams go on meanwhile.
//!
//! Next to it a hint per stream that has grown is sent without confirm, before and independently of
//! the events themselves: it only wakes the readers of the log.

mod store;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use database::{PlatformDb, StoreError};
use event_contracts::{Envelope, SPEC_VERSION};
use ids::TenantId;
use messaging::{Hint, Message, PublishError, Publisher};
use service::Tasks;
use service::telemetry::catalogue;
use sqlx::PgConnection;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::waker;
use store::{OutgoingEvent, StreamId};

/// Messages that may wait for their confirm at the same time, over all streams.
const IN_FLIGHT: usize = 100;
const POLL: Duration = Duration::from_secs(1);
const FIRST_BACK_OFF: Duration = Duration::from_millis(200);
const LONGEST_BACK_OFF: Duration = Duration::from_secs(30);
/// While the broker is away there is nothing to try; it is looked for this often.
const BROKER_AWAY: Duration = Duration::from_millis(250);
const PAUSE_AFTER_TROUBLE: Duration = Duration::from_secs(1);

/// How events become messages.
#[derive(Debug, Clone, Copy)]
pub struct RelayOptions {
    /// `source` of the envelopes, e.g. `/orders`.
    pub source: &'static str,
    /// The exchange of an event type.
    pub exchange_of: fn(&str) -> &'static str,
    /// Whether a service has declared a queue for the type: then an unroutable message is a failure.
    pub has_consumer: fn(&str) -> bool,
}

/// Starts the relay of this process in the background. Returns at once. It stops after the round
/// that it is in.
pub fn run(platform: PlatformDb, publisher: Publisher, options: RelayOptions, tasks: &Tasks) {
    let token = tasks.token();
    tasks.spawn("event_log.relay", async move {
        let relay = Relay {
            platform,
            publisher,
            options,
        };
        while !token.is_cancelled() {
            let outcome = relay.be_active(&token).await;
            metrics::gauge!(catalogue::RELAY_ACTIVE).set(0);
            if let Err(error) = outcome {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "relay was interrupted"
                );
            }
            tokio::select! {
                () = token.cancelled() => return,
                () = tokio::time::sleep(PAUSE_AFTER_TROUBLE) => {}
            }
        }
    });
}

struct Relay {
    platform: PlatformDb,
    publisher: Publisher,
    options: RelayOptions,
}

/// Streams that must wait, with the number of failures in a row.
type Troubled = HashMap<StreamId, (u32, Instant)>;

impl Relay {
    /// Waits for the lock, then works until something breaks or the process stops. Everything it
    /// started ends with it.
    async fn be_active(&self, token: &CancellationToken) -> Result<(), StoreError> {
        let mut guard = tokio::select! {
            () = token.cancelled() => return Ok(()),
            guard = self.wait_for_lock() => guard?,
        };
        metrics::gauge!(catalogue::RELAY_ACTIVE).set(1);
        tracing::info!(source = self.options.source, "relay is active");
        let grown = Notify::new();
        let hinted = Notify::new();
        let ring = || [&grown, &hinted].into_iter().for_each(Notify::notify_one);
        tokio::select! {
            ended = self.publish_for_ever(&grown, token) => ended,
            () = waker::ring_at_commits(&self.platform, ring) => Ok(()),
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

    async fn send_hints(&self, bell: &Notify) -> Result<(), StoreError> {
        // What was there before this relay is no news: readers ask for heads once a second.
        let mut known: HashMap<StreamId, i64> = self.heads().await?.into_iter().collect();
        loop {
            bell.notified().await;
            for (stream, head) in self.heads().await? {
                let before = known.insert(stream.clone(), head);
                if before.is_none_or(|before| before < head) {
                    let hint = Hint {
                        tenant: TenantId::from_uuid(stream.tenant),
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

    async fn publish_for_ever(
        &self,
        bell: &Notify,
        token: &CancellationToken,
    ) -> Result<(), StoreError> {
        let mut troubled = Troubled::new();
        loop {
            let again = if self.publisher.is_connected() {
                self.publish_round(&mut troubled).await?
            } else {
                Next::After(BROKER_AWAY)
            };
            match again {
                Next::AtOnce => {}
                Next::After(pause) => tokio::select! {
                    () = token.cancelled() => {}
                    () = tokio::time::sleep(pause) => {}
                },
                Next::WhenWoken => tokio::select! {
                    () = token.cancelled() => {}
                    () = bell.notified() => {}
                },
            }
            if token.is_cancelled() {
                return Ok(());
            }
        }
    }

    /// Publishes up to [`IN_FLIGHT`] events of as many streams as wait, and moves positions.
    async fn publish_round(&self, troubled: &mut Troubled) -> Result<Next, StoreError> {
        let now = Instant::now();
        let mut tx = self.platform.transaction().await?;
        let lagging = store::list_lagging(&mut tx).await?;
        note_lag(&lagging);
        troubled.retain(|stream, _| lagging.iter().any(|l| l.stream == *stream));
        let mut workable: Vec<_> = lagging
            .into_iter()
            .filter(|l| {
                troubled
                    .get(&l.stream)
                    .is_none_or(|(_, until)| *until <= now)
            })
            .collect();
        let waiting = troubled
            .values()
            .map(|(_, until)| until.duration_since(now))
            .min();
        if workable.is_empty() {
            tx.commit().await?;
            // Woken by new events, and by the poll at the latest: short enough for any back-off.
            return Ok(waiting.map_or(Next::WhenWoken, |wait| Next::After(wait.min(POLL))));
        }
        workable.truncate(IN_FLIGHT);
        let share = (IN_FLIGHT / workable.len()).max(1);
        let events = store::load_outgoing(&mut tx, &workable, share).await?;
        tx.commit().await?;
        note_holes(&workable, &events, troubled);
        let published = self.publish(&events, troubled).await;
        if !published.positions.is_empty() {
            let mut tx = self.platform.transaction().await?;
            store::upsert_positions(&mut tx, &published.positions).await?;
            tx.commit().await?;
        }
        // At once also when nothing is left: the next round finds that out and waits.
        Ok(if published.broker_failed {
            Next::After(BROKER_AWAY)
        } else {
            Next::AtOnce
        })
    }

    async fn publish(&self, events: &[OutgoingEvent], troubled: &mut Troubled) -> Published {
        if events.is_empty() {
            return Published::default();
        }
        let messages: Vec<Message> = events.iter().map(|event| self.message_of(event)).collect();
        let outcomes = self.publisher.publish_all(&messages).await;
        let mut published = Published {
            positions: HashMap::new(),
            // One silent queue is the trouble of its streams; silence all over is the broker's.
            broker_failed: outcomes.iter().all(|outcome| {
                matches!(
                    outcome,
                    Err(PublishError::Unavailable(_) | PublishError::Unconfirmed)
                )
            }),
        };
        let mut stopped: HashSet<&StreamId> = HashSet::new();
        for (event, outcome) in events.iter().zip(outcomes) {
            if stopped.contains(&event.stream) {
                continue;
            }
            match outcome {
                Ok(()) => {
                    metrics::counter!(catalogue::RELAY_PUBLISHED_TOTAL).increment(1);
                    published.positions.insert(event.stream.clone(), event.seq);
                }
                Err(error) => {
                    stopped.insert(&event.stream);
                    metrics::counter!(catalogue::RELAY_FAILED_TOTAL, "reason" => error.label())
                        .increment(1);
                    if !published.broker_failed {
                        let failures = back_off(troubled, &event.stream);
                        tracing::warn!(
                            tenant.id = %TenantId::from_uuid(event.stream.tenant),
                            stream = event.stream.name,
                            seq = event.seq,
                            event.name = event.event_type,
                            failures,
                            error = &error as &dyn std::error::Error,
                            "event was not published and will be tried again"
                        );
                    }
                }
            }
        }
        for stream in published.positions.keys() {
            if !stopped.contains(stream) {
                troubled.remove(stream);
            }
        }
        published
    }

    fn message_of(&self, event: &OutgoingEvent) -> Message {
        let envelope = Envelope {
            specversion: SPEC_VERSION.to_owned(),
            id: event.id,
            source: self.options.source.to_owned(),
            event_type: event.event_type.clone(),
            subject: event.subjects.first().cloned().unwrap_or_default(),
            time: event.occurred_at,
            datacontenttype: "application/json".to_owned(),
            tenantid: TenantId::from_uuid(event.stream.tenant),
            stream: event.stream.name.clone(),
            sequence: event.seq.to_string(),
            traceparent: event.trace.clone(),
            data: event.payload.clone(),
        };
        Message {
            exchange: (self.options.exchange_of)(&event.event_type).to_owned(),
            routing_key: event.event_type.clone(),
            // Text and JSON values always serialize; an empty body would be seen as unreadable.
            body: serde_json::to_vec(&envelope).unwrap_or_default(),
            message_id: event.id.to_string(),
            traceparent: event.trace.clone(),
            mandatory: (self.options.has_consumer)(&event.event_type),
        }
    }
}

enum Next {
    AtOnce,
    After(Duration),
    WhenWoken,
}

#[derive(Default)]
struct Published {
    /// Per stream the last event up to which all are confirmed.
    positions: HashMap<StreamId, i64>,
    broker_failed: bool,
}

/// A hole cannot be: numbers are given and taken back with their transaction. If there is one all the
/// same, somebody must look; the stream goes on behind it.
fn note_holes(streams: &[store::Lagging], events: &[OutgoingEvent], troubled: &mut Troubled) {
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
            tenant.id = %TenantId::from_uuid(lagging.stream.tenant),
            stream = lagging.stream.name,
            after = lagging.published,
            found,
            "event log has a hole"
        );
        if found.is_none() {
            back_off(troubled, &lagging.stream);
        }
    }
}

/// Doubles the wait of a stream, with jitter. Returns the number of failures in a row.
fn back_off(troubled: &mut Troubled, stream: &StreamId) -> u32 {
    let (failures, until) = troubled
        .entry(stream.clone())
        .or_insert((0, Instant::now()));
    let longest = FIRST_BACK_OFF
        .saturating_mul(1 << (*failures).min(10))
        .min(LONGEST_BACK_OFF);
    *failures += 1;
    *until = Instant::now() + longest.mul_f64(rand::random_range(0.5..=1.0));
    *failures
}

fn note_lag(lagging: &[store::Lagging]) {
    let events: i64 = lagging.iter().map(|l| l.head - l.published).sum();
    let events = u32::try_from(events).unwrap_or(u32::MAX);
    metrics::gauge!(catalogue::RELAY_LAG_EVENTS).set(events);
}

/// Ends with an error when the connection that holds the lock is gone.
async fn keep_lock(guard: &mut PgConnection) -> Result<(), StoreError> {
    loop {
        tokio::time::sleep(POLL).await;
        store::ping(guard).await?;
    }
}
