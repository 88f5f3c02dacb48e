//! One process of a subgraph.

use std::ops::Deref;
use std::sync::Arc;

use async_graphql::Variables;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use database::statements;
use event_contracts::queues::QueueOf;
use event_contracts::{Envelope, Event, SPEC_VERSION};
use event_log::inbox::NotHandled;
use identity::Caller;
use ids::TenantId;
use serde_json::Value;
use service::{Deadline, Readiness, Tasks, deadlines};
use subgraph::{Core, CoreConfig, Subgraph, Work};
use testkit::{
    EventLogIsolation, ExactClock, GraphqlAnswer, GraphqlClient, GraphqlServer, GraphqlSocket,
    InternalClient, IsolationTable, owner,
};

use crate::World;

/// A process that has the roles `serve` and `work`, and whatever its [`World`] has.
pub struct Process<S: Subgraph> {
    /// What it runs in.
    pub world: World,
    /// Its adapters.
    pub app: Arc<S::App>,
    /// Sends GraphQL, as the router does.
    pub client: GraphqlClient,
    /// Sends internal calls, as other services do.
    pub internal: InternalClient,
    routes: Router,
}

impl World {
    /// Starts a process, which shares nothing else with the others. `build` makes its adapters.
    pub fn start<S: Subgraph>(&self, build: impl FnOnce(Core) -> Arc<S::App>) -> Process<S> {
        let config = CoreConfig {
            database: self.database.config(),
            keys_dir: self.identities.folder().to_owned(),
            cursor_keys: self.cursor_keys.clone(),
        };
        let mut core = Core::start(S::NAME, config, &Tasks::new()).expect("the core starts");
        core.clock = Arc::<ExactClock>::clone(&self.clock);
        core.ids = Arc::clone(&self.ids);
        Process::serve(self.clone(), build(core))
    }
}

impl<S: Subgraph> Process<S> {
    fn serve(world: World, app: Arc<S::App>) -> Self {
        let routes = subgraph::routes::<S>(&app, world.sockets, Readiness::new());
        let identities = Arc::clone(&world.identities);
        Self {
            client: GraphqlClient::new(routes.clone(), identities.internal_tokens()),
            internal: InternalClient::new(routes.clone(), identities, S::NAME),
            routes,
            app,
            world,
        }
    }

    /// Executes an operation.
    pub async fn execute(&self, caller: &Caller, query: &str, variables: Value) -> GraphqlAnswer {
        self.client.execute(caller, query, variables).await
    }

    /// Executes an operation as the owner of `kava`.
    pub async fn owner(&self, query: &str, variables: Value) -> GraphqlAnswer {
        self.execute(&owner(&self.kava), query, variables).await
    }

    /// Executes a query, which must have no errors, and counts its SQL statements.
    pub async fn counted(&self, caller: &Caller, query: &str, variables: Value) -> (Value, u64) {
        let caller = Arc::new(caller.clone());
        let snapshot = self.app.db.snapshot(caller.tenant_id());
        let mut request =
            async_graphql::Request::new(query).variables(Variables::from_json(variables));
        S::add_loaders(&caller, &snapshot, &mut request.data);
        let request = request
            .data(caller)
            .data(snapshot.clone())
            .data(Deadline::after(deadlines::SUBGRAPH));
        let schema = subgraph::schema::<S>(&self.app);
        let (answer, tally) = statements::counted(schema.execute(request)).await;
        snapshot.finish().await.expect("the snapshot ends");
        assert!(answer.is_ok(), "{:?}", answer.errors);
        let data = answer.data.into_json().expect("data are JSON");
        (data, tally.statements())
    }

    /// Reads a resource that needs no token.
    pub async fn get(&self, path: &str) -> (StatusCode, Value) {
        let request = Request::get(path).body(Body::empty());
        testkit::send(&self.routes, request.expect("request is well-formed")).await
    }

    /// Serves on a port, for sockets. Connects to the database before, because a first connection may be slow.
    pub async fn listen(&self) -> GraphqlServer {
        let snapshot = self.app.db.command_snapshot(self.kava.id);
        drop(snapshot.lock().await.expect("the database answers"));
        snapshot.finish().await.expect("the snapshot ends");
        self.client.serve().await
    }

    /// Opens a socket of a caller to the server of this process.
    pub async fn open(&self, server: &GraphqlServer, caller: &Caller) -> GraphqlSocket {
        server.open(&self.client.token(caller)).await
    }

    /// Runs a job of role `work` once, and returns the number of items that it processed.
    pub async fn run_job(&self, name: &str) -> u64 {
        let processed = subgraph::run_job::<S>(&self.app, name).await;
        processed.expect("the job runs")
    }

    /// Handles an event of a tenant as the inbox does: in one transaction with the events that follow from it.
    pub async fn receive<E: Event>(
        &self,
        queue: QueueOf<E>,
        tenant: TenantId,
        payload: Value,
    ) -> Result<(), NotHandled> {
        let envelope = self.envelope::<E>(tenant, payload);
        let work = Work::of::<S>(&self.app);
        let mut consumers = work.consumers().iter();
        let consumer = consumers.find(|consumer| consumer.queue == queue.queue);
        let consumer = consumer.expect("the subgraph consumes the queue");
        let mut tx = self.app.db.write(tenant).await?;
        let events = consumer.handle(&self.app, &mut tx, &envelope).await?;
        Ok(self.app.log.commit(tx, events).await?)
    }

    fn envelope<E: Event>(&self, tenant: TenantId, payload: Value) -> Envelope {
        let event_type = E::TYPE;
        Envelope {
            specversion: SPEC_VERSION.to_owned(),
            id: self.app.next_id(),
            source: format!("/{}", event_type.stream.service),
            event_type: event_type.name.to_owned(),
            subject: "subject".to_owned(),
            time: self.app.now(),
            datacontenttype: "application/json".to_owned(),
            tenantid: tenant,
            stream: event_type.stream.name.to_owned(),
            sequence: "1".to_owned(),
            traceparent: None,
            data: payload,
        }
    }

    /// The isolation table of the subgraph, still without cases.
    pub fn isolation_table(&self) -> IsolationTable {
        let paths = subgraph::internal_paths::<S>(&self.app);
        IsolationTable::new(&subgraph::sdl::<S>(), &paths)
    }

    /// The isolation cases of a stream in which only `kava` has events.
    pub fn event_log_isolation(&self, stream: &'static str) -> EventLogIsolation<'_> {
        EventLogIsolation {
            internal: &self.internal,
            stream,
            own: self.kava.id,
            foreign: self.knyhy.id,
        }
    }
}

impl<S: Subgraph> Deref for Process<S> {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}
