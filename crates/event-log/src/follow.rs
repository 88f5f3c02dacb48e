//! Following a stream in the process that owns it: catch-up from a position, then tailing.
//!
//! A follower holds no transaction and no connection between two pages. One query per commit reads
//! the heads of all followed streams, whatever the number of followers, and notifies those whose
//! stream has grown.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use database::{PlatformDb, StoreError, TenantDb};
use event_cursor::Position;
use futures_util::{Stream, stream};
use ids::TenantId;
use internal_api::events::{HeadsRequest, StreamKey};
use service::Tasks;
use tokio::sync::{Mutex, Notify, Semaphore, watch};

use crate::{EventFilter, EventPage, ReadError, feed, read, waker};

/// Events per page.
const PAGE_SIZE: u32 = 100;
/// Limit of concurrent page reads: a commit wakes every follower of the stream, and other work
/// needs database connections too.
const MAX_CONCURRENT_READS: usize = 2;
/// Commits within this time share one query of the heads.
const COALESCE_DELAY: Duration = Duration::from_millis(5);

/// Head of a stream; unknown at first.
type Head = Option<Position>;

/// Registry of the followers of streams in this process. Clones share it.
#[derive(Clone)]
pub struct Followers(Arc<Shared>);

struct Shared {
    streams: Mutex<HashMap<StreamKey, watch::Sender<Head>>>,
    joined: Notify,
    read_permits: Semaphore,
}

impl Followers {
    /// Starts to notify followers in the background. Sends no query while there are no followers.
    pub fn start(platform: &PlatformDb, tasks: &Tasks) -> Self {
        let shared = Arc::new(Shared {
            streams: Mutex::default(),
            joined: Notify::new(),
            read_permits: Semaphore::new(MAX_CONCURRENT_READS),
        });
        let (followed, platform, token) = (Arc::clone(&shared), platform.clone(), tasks.token());
        tasks.spawn("event_log.followers", async move {
            tokio::select! {
                () = token.cancelled() => {}
                () = followed.serve(&platform) => {}
            }
        });
        Self(shared)
    }

    /// Registers a follower of a stream. The receiver yields the stream's head.
    async fn join(&self, tenant: TenantId, stream: &str) -> watch::Receiver<Head> {
        let key = StreamKey {
            tenant,
            stream: stream.to_owned(),
        };
        let mut streams = self.0.streams.lock().await;
        let receiver = streams
            .entry(key)
            .or_insert_with(|| watch::Sender::new(None))
            .subscribe();
        self.0.joined.notify_one();
        receiver
    }
}

impl Shared {
    async fn serve(&self, platform: &PlatformDb) {
        loop {
            self.joined.notified().await;
            let grown = Notify::new();
            tokio::select! {
                () = waker::notify_on_commit(platform, || grown.notify_one()) => {}
                () = self.notify_followers(platform, &grown) => {}
            }
        }
    }

    /// Announces the heads of followed streams until there is no follower left.
    async fn notify_followers(&self, platform: &PlatformDb, grown: &Notify) {
        loop {
            let streams = self.followed().await;
            if streams.is_empty() {
                return;
            }
            if let Err(error) = self.announce_heads(platform, streams).await {
                tracing::warn!(
                    error = %service::log::chain(&error),
                    "heads of followed streams could not be read"
                );
            }
            grown.notified().await;
            tokio::time::sleep(COALESCE_DELAY).await;
        }
    }

    /// The streams that still have followers; the others are removed.
    async fn followed(&self) -> Vec<StreamKey> {
        let mut streams = self.streams.lock().await;
        streams.retain(|_, head| head.receiver_count() > 0);
        streams.keys().cloned().collect()
    }

    async fn announce_heads(
        &self,
        platform: &PlatformDb,
        streams: Vec<StreamKey>,
    ) -> Result<(), StoreError> {
        let heads = feed::heads(platform, &HeadsRequest { streams }).await?;
        let followed = self.streams.lock().await;
        for found in heads.heads {
            let key = StreamKey {
                tenant: found.tenant,
                stream: found.stream,
            };
            let position = Position {
                epoch: heads.epoch,
                seq: found.head,
            };
            if let Some(head) = followed.get(&key) {
                head.send_if_modified(|known| known.replace(position) != Some(position));
            }
        }
        Ok(())
    }
}

/// What to follow.
pub struct Follow {
    /// Tenant that owns the stream.
    pub tenant: TenantId,
    /// Name of the stream, e.g. `orders`.
    pub stream: &'static str,
    /// Events to return.
    pub filter: EventFilter,
    /// Position to start after; `None` starts at the head.
    pub after: Option<Position>,
}

/// Stream of pages that have at least one matching event. It ends only at the first error. Each page
/// is read in its own transaction.
pub async fn follow(
    followers: &Followers,
    db: TenantDb,
    wanted: Follow,
) -> Result<impl Stream<Item = Result<EventPage, ReadError>> + Send + use<>, StoreError> {
    let head = followers.join(wanted.tenant, wanted.stream).await;
    let position = match wanted.after {
        Some(position) => position,
        None => head_of(&db, &wanted).await?,
    };
    let follower = Follower {
        followers: followers.clone(),
        db,
        wanted,
        head,
        position,
        behind: true,
    };
    Ok(stream::try_unfold(follower, async |mut follower| {
        let page = follower.next_page().await?;
        Ok(Some((page, follower)))
    }))
}

async fn head_of(db: &TenantDb, wanted: &Follow) -> Result<Position, StoreError> {
    let snapshot = db.snapshot(wanted.tenant);
    let head = read::head(&mut snapshot.lock().await?, wanted.stream).await;
    snapshot.finish().await?;
    head
}

/// A follower and its position.
struct Follower {
    followers: Followers,
    db: TenantDb,
    wanted: Follow,
    head: watch::Receiver<Head>,
    position: Position,
    /// Whether the stream may have events after `position`.
    behind: bool,
}

impl Follower {
    async fn next_page(&mut self) -> Result<EventPage, ReadError> {
        loop {
            if !self.behind {
                self.wait().await;
            }
            let page = self.read_page().await?;
            self.position = page.end();
            self.behind = page.has_more;
            if !page.events.is_empty() {
                return Ok(page);
            }
        }
    }

    /// Waits until the head is beyond the position, or the log was replaced.
    async fn wait(&mut self) {
        let position = self.position;
        let has_grown = |head: &Head| {
            head.is_some_and(|head| head.epoch != position.epoch || head.seq > position.seq)
        };
        if self.head.wait_for(has_grown).await.is_err() {
            // Heads are no longer announced: the process stops.
            std::future::pending::<()>().await;
        }
    }

    async fn read_page(&self) -> Result<EventPage, ReadError> {
        // The semaphore is never closed.
        let _permit = self.followers.0.read_permits.acquire().await;
        let snapshot = self.db.command_snapshot(self.wanted.tenant);
        let (stream, filter) = (self.wanted.stream, &self.wanted.filter);
        let after = Some(self.position);
        let page = read::read_page(
            &mut snapshot.lock().await?,
            stream,
            after,
            PAGE_SIZE,
            filter,
        )
        .await;
        snapshot.finish().await?;
        page
    }
}
