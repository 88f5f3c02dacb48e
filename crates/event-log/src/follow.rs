//! Following a stream in the process that owns it: pages as they come.
//!
//! Nothing is held between two pages: no transaction, no connection. However many follow, one look
//! after each commit at the heads of their streams tells who has something to read.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use database::{PlatformDb, StoreError, TenantDb};
use futures_util::{Stream, stream};
use ids::TenantId;
use internal_api::events::{HeadsRequest, StreamKey};
use service::Tasks;
use tokio::sync::{Mutex, Notify, Semaphore, watch};

use crate::{EventFilter, EventPage, Position, ReadError, feed, read, waker};

/// Events that are read at once.
const PAGE: u32 = 100;
/// Pages that are read at the same time: a commit wakes everybody who follows the stream, and others want
/// connections too.
const READS: usize = 2;
/// Commits within this time are looked at together.
const PAUSE: Duration = Duration::from_millis(5);

/// Newest place of a stream; unknown at first.
type Head = Option<Position>;

/// Those who follow streams in this process. Clones share them.
#[derive(Clone)]
pub struct Followers(Arc<Shared>);

struct Shared {
    streams: Mutex<HashMap<StreamKey, watch::Sender<Head>>>,
    arrived: Notify,
    reads: Semaphore,
}

impl Followers {
    /// Starts to look after followers. As long as there are none, it asks nothing of the database.
    pub fn start(platform: &PlatformDb, tasks: &Tasks) -> Self {
        let shared = Arc::new(Shared {
            streams: Mutex::default(),
            arrived: Notify::new(),
            reads: Semaphore::new(READS),
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

    /// Joins those who follow a stream.
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
        self.0.arrived.notify_one();
        receiver
    }
}

impl Shared {
    async fn serve(&self, platform: &PlatformDb) {
        loop {
            self.arrived.notified().await;
            let bell = Notify::new();
            tokio::select! {
                () = waker::ring_at_commits(platform, || bell.notify_one()) => {}
                () = self.tell(platform, &bell) => {}
            }
        }
    }

    /// Tells followers the heads of their streams, until nobody follows any more.
    async fn tell(&self, platform: &PlatformDb, bell: &Notify) {
        loop {
            let streams = self.followed().await;
            if streams.is_empty() {
                return;
            }
            if let Err(error) = self.tell_heads(platform, streams).await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "followers of the log must wait"
                );
            }
            bell.notified().await;
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// The streams that somebody still follows; the others are forgotten.
    async fn followed(&self) -> Vec<StreamKey> {
        let mut streams = self.streams.lock().await;
        streams.retain(|_, head| head.receiver_count() > 0);
        streams.keys().cloned().collect()
    }

    async fn tell_heads(
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

/// What somebody wants to follow.
pub struct Follow {
    /// Whose stream.
    pub tenant: TenantId,
    /// Its name, e.g. `orders`.
    pub stream: &'static str,
    /// Which events.
    pub filter: EventFilter,
    /// The place to begin after; what happens from now on without it.
    pub after: Option<Position>,
}

/// The pages of a stream with at least one event that matches, as they come, for ever. Each is read
/// in a transaction of its own. It ends at the first failure.
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

/// One who follows, and their place.
struct Follower {
    followers: Followers,
    db: TenantDb,
    wanted: Follow,
    head: watch::Receiver<Head>,
    position: Position,
    /// Whether there is more to read, as far as is known.
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

    /// Waits until the stream has grown beyond the place, or the log was replaced.
    async fn wait(&mut self) {
        let place = self.position;
        let news = |head: &Head| {
            head.is_some_and(|head| head.epoch != place.epoch || head.seq > place.seq)
        };
        if self.head.wait_for(news).await.is_err() {
            // Nobody tells heads any more: the process stops.
            std::future::pending::<()>().await;
        }
    }

    async fn read_page(&self) -> Result<EventPage, ReadError> {
        // Never closed.
        let _turn = self.followers.0.reads.acquire().await;
        let snapshot = self.db.patient_snapshot(self.wanted.tenant);
        let (stream, filter) = (self.wanted.stream, &self.wanted.filter);
        let after = Some(self.position);
        let page = read::read_page(&mut snapshot.lock().await?, stream, after, PAGE, filter).await;
        snapshot.finish().await?;
        page
    }
}
