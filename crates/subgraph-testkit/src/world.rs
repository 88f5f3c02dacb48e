//! What outlives the processes of a subgraph.

use std::sync::Arc;

use event_cursor::CursorKeys;
use identity::TenantContext;
use ids::{IdGenerator, UuidV7Generator};
use subgraph::{SocketsConfig, Subgraph};
use testkit::{ExactClock, Facts, Identities, TestDatabase, a_tenant};

/// Database, keys, time and tenants of the processes that a test starts. Clones share them.
#[derive(Clone)]
pub struct World {
    /// One tenant.
    pub kava: TenantContext,
    /// Another tenant.
    pub knyhy: TenantContext,
    /// The database of all processes.
    pub database: Arc<TestDatabase>,
    /// The time of all processes.
    pub clock: Arc<ExactClock>,
    /// What generates their ids.
    pub ids: Arc<dyn IdGenerator>,
    /// Keys of all services.
    pub identities: Arc<Identities>,
    /// What signs cursors.
    pub cursor_keys: CursorKeys,
    /// Limits of WebSockets.
    pub sockets: SocketsConfig,
}

impl World {
    /// A world with an empty database.
    pub async fn new<S: Subgraph>() -> Self {
        Self::on(TestDatabase::create(S::NAME.as_str(), S::migrations()).await)
    }

    /// A world that an older version left behind, at the time of its dump.
    pub async fn upgraded<S: Subgraph>(dump: &'static str, facts: &Facts) -> Self {
        let database = TestDatabase::restore(S::NAME.as_str(), dump, S::migrations()).await;
        let cursor_keys = CursorKeys::parse(facts.text("/cursorKeys"));
        Self {
            kava: facts.tenant("kava"),
            knyhy: facts.tenant("knyhy"),
            clock: Arc::new(facts.clock()),
            cursor_keys: cursor_keys.expect("the facts have cursor keys"),
            ..Self::on(database)
        }
    }

    fn on(database: TestDatabase) -> Self {
        Self {
            kava: a_tenant("kava", 1),
            knyhy: a_tenant("knyhy", 2),
            database: Arc::new(database),
            clock: Arc::new(ExactClock::at("2026-11-22T12:00:00Z")),
            ids: Arc::new(UuidV7Generator),
            identities: Arc::new(Identities::new()),
            cursor_keys: CursorKeys::random(),
            sockets: SocketsConfig::default(),
        }
    }
}
