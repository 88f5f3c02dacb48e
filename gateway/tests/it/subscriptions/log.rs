//! Router and subgraphs on top of a log in memory, and a gateway in front of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use chrono::TimeDelta;
use event_cursor::{CursorKeys, Position};
use http::{HeaderMap, StatusCode};
use identity::{
    Caller, ClientTokens, InternalTokenVerifier, NewClientToken, Role, ServiceName, Subject,
};
use ids::{CustomerId, SessionId, StaffMemberId, TenantId};
use internal_api::events::{
    FEED, FeedEntry, FeedRequest, FeedResponse, HEADS, HeadsRequest, HeadsResponse, StreamHead,
};
use serde_json::{Value, json};
use service::{Clock as _, SystemClock};
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::platform::{Platform, tenant_id};

/// Settings of the gateway that belong to no section.
const WITHOUT_SECTION: [&str; 5] = [
    "DEVELOPMENT",
    "ALLOWED_ORIGINS",
    "TRUSTED_PROXIES",
    "API_SCHEMA",
    "API_SCHEMA_INTERVAL_MS",
];
pub const KEYS: &str = "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/// A gateway on top of a log that the test writes.
pub struct Stage {
    pub platform: Platform,
    pub log: Arc<Log>,
}

/// The services behind the gateway.
pub struct Log {
    verifier: OnceLock<Arc<InternalTokenVerifier>>,
    keys: Mutex<CursorKeys>,
    state: Mutex<LogState>,
}

pub struct LogState {
    pub epoch: Uuid,
    pub streams: BTreeMap<(TenantId, String), Vec<Entry>>,
    /// The oldest position that the log still has, for every stream.
    pub oldest: i64,
    /// Event queries that arrived through the router.
    pub reads: Vec<Read>,
    pub heads_calls: usize,
    /// The router answers 503.
    pub router_down: bool,
    /// Feeds and heads answer 503.
    pub subgraph_down: bool,
    /// Every read is refused with this code.
    pub refusal: Option<&'static str>,
    /// Positions whose event fails as a whole, and how often it still fails.
    pub poison: BTreeMap<i64, usize>,
    /// Positions that are visible to no caller.
    pub hidden: BTreeSet<i64>,
    /// Positions that the next feeds omit, and how often they still do.
    pub gaps: BTreeMap<i64, usize>,
    /// Answer of plain queries; by default the name of the shop.
    pub answer: Option<Value>,
    /// Delay of each read and of each plain query.
    pub delay: Duration,
    /// Size of every event in bytes.
    pub padding: usize,
}

#[derive(Clone)]
pub struct Entry {
    pub event_type: String,
    pub subjects: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct Read {
    pub caller: Caller,
    pub first: i64,
}

impl Stage {
    pub async fn start() -> Self {
        Self::start_with([]).await
    }

    /// Starts with more settings; those of subscriptions without their common prefix.
    pub async fn start_with<const N: usize>(more: [(&str, &str); N]) -> Self {
        let log = Arc::new(Log::new());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let routes = routes(Arc::clone(&log));
        let schema = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/it/subscriptions/api.graphql"
        );
        let graphql_url = format!("{url}/graphql");
        let mut settings = vec![
            ("API_SCHEMA", schema),
            ("ROUTER__URL", &graphql_url),
            ("SUBGRAPHS__CATALOG_URL", &url),
            ("SUBGRAPHS__ORDERS_URL", &url),
            ("CURSOR__KEYS", KEYS),
        ];
        let prefixed: Vec<(String, &str)> = more
            .iter()
            .map(|(key, value)| {
                let whole = key.contains("__") || WITHOUT_SECTION.contains(key);
                let name = if whole {
                    (*key).to_owned()
                } else {
                    format!("SUBSCRIPTIONS__{key}")
                };
                (name, *value)
            })
            .collect();
        settings.extend(prefixed.iter().map(|(key, value)| (key.as_str(), *value)));
        // The array has a fixed length: the last setting is repeated, which changes nothing.
        let all = std::array::from_fn::<_, 12, _>(|index| {
            settings
                .get(index)
                .copied()
                .unwrap_or(settings[settings.len() - 1])
        });
        let platform = Platform::start_with(all).await;
        let verifier = platform.keys.verifier(ServiceName::Orders);
        assert!(log.verifier.set(verifier).is_ok());
        let stop = platform.tasks.token();
        platform.tasks.spawn("test.log", async move {
            tokio::select! {
                () = stop.cancelled() => {}
                ended = axum::serve(listener, routes).into_future() => ended.unwrap(),
            }
        });
        Self { platform, log }
    }

    /// Appends an order event of a tenant and sends a hint to the gateway.
    pub fn append_event(&self, tenant: u128, order: u128, customer: u128) -> i64 {
        let seq = self.log.append(
            tenant,
            "orders",
            "order.placed.v1",
            &[order_id(order), customer_id(customer)],
        );
        self.platform.hub().hint(tenant_id(tenant), "orders", seq);
        seq
    }

    /// Appends an order event without a hint.
    pub fn append_without_hint(&self, tenant: u128, order: u128, customer: u128) -> i64 {
        self.log.append(
            tenant,
            "orders",
            "order.placed.v1",
            &[order_id(order), customer_id(customer)],
        )
    }

    pub fn owner_token(&self, tenant: u128, life: TimeDelta) -> String {
        self.token(tenant, Subject::staff(owner_id(tenant), Role::Owner), life)
    }

    /// A token of a staff member; the session has the same number.
    pub fn staff_token(&self, tenant: u128, number: u128, role: Role) -> String {
        let staff = StaffMemberId::from_uuid(Uuid::from_u128(number));
        self.token(tenant, Subject::staff(staff, role), TimeDelta::minutes(15))
    }

    pub fn customer_token(&self, tenant: u128, number: u128) -> String {
        let customer = CustomerId::from_uuid(Uuid::from_u128(number));
        self.token(tenant, Subject::customer(customer), TimeDelta::minutes(15))
    }

    fn token(&self, tenant: u128, subject: Subject, life: TimeDelta) -> String {
        let now = SystemClock.now();
        let session = match &subject {
            Subject::Staff { id, .. } => SessionId::from_uuid(id.uuid()),
            Subject::Customer(customer) => SessionId::from_uuid(customer.id.uuid()),
            Subject::Anonymous => SessionId::from_uuid(Uuid::nil()),
        };
        let token = NewClientToken {
            tenant: tenant_id(tenant),
            subject,
            session,
            issued_at: now - TimeDelta::minutes(1),
            expires_at: now + life,
        };
        ClientTokens::load(self.platform.keys.folder())
            .unwrap()
            .issue(&token)
            .unwrap()
    }

    /// The cursor of a position in the orders stream of a tenant.
    pub fn cursor(&self, tenant: u128, seq: i64) -> String {
        self.log.cursor(tenant_id(tenant), "orders", seq)
    }

    pub fn state(&self) -> MutexGuard<'_, LogState> {
        self.log.state()
    }

    pub fn reads(&self) -> Vec<Read> {
        self.state().reads.clone()
    }
}

impl Log {
    fn new() -> Self {
        let state = LogState {
            epoch: Uuid::from_u128(77),
            streams: BTreeMap::new(),
            oldest: 1,
            reads: Vec::new(),
            heads_calls: 0,
            router_down: false,
            subgraph_down: false,
            refusal: None,
            poison: BTreeMap::new(),
            hidden: BTreeSet::new(),
            gaps: BTreeMap::new(),
            answer: None,
            delay: Duration::ZERO,
            padding: 0,
        };
        let keys = CursorKeys::parse(KEYS).unwrap();
        Self {
            verifier: OnceLock::new(),
            keys: Mutex::new(keys),
            state: Mutex::new(state),
        }
    }

    pub fn append(&self, tenant: u128, stream: &str, event_type: &str, subjects: &[String]) -> i64 {
        let mut state = self.state();
        let entries = state
            .streams
            .entry((tenant_id(tenant), stream.to_owned()))
            .or_default();
        let entry = Entry {
            event_type: event_type.to_owned(),
            subjects: subjects.to_vec(),
        };
        entries.push(entry);
        i64::try_from(entries.len()).unwrap()
    }

    pub fn cursor(&self, tenant: TenantId, stream: &str, seq: i64) -> String {
        let epoch = self.state().epoch;
        event_cursor::encode(&self.keys(), tenant, stream, Position { epoch, seq })
    }

    pub fn state(&self) -> MutexGuard<'_, LogState> {
        self.state.lock().unwrap()
    }

    /// From now on the subgraphs sign and verify cursors with these keys.
    pub fn use_keys(&self, keys: &str) {
        *self.keys.lock().unwrap() = CursorKeys::parse(keys).unwrap();
    }

    fn keys(&self) -> CursorKeys {
        self.keys.lock().unwrap().clone()
    }

    /// The answer of a subgraph to a query through the router.
    fn read(&self, caller: &Caller, body: &Value) -> Value {
        let query = body["query"].as_str().unwrap();
        let stream = if query.contains("stockEvents(") {
            "stock"
        } else {
            "orders"
        };
        let field = if stream == "stock" {
            "stockEvents"
        } else {
            "orderEvents"
        };
        let variables = &body["variables"];
        let after = variables["liveAfter"].as_str().unwrap();
        let after = event_cursor::decode(&self.keys(), caller.tenant.id, stream, after)
            .unwrap()
            .seq;
        let first = variables["liveFirst"].as_i64().unwrap();
        let state = self.state();
        let refuse = |code: &str, path: Value| {
            let error = json!({ "message": "no", "path": path, "extensions": { "code": code } });
            json!({ "data": null, "errors": [error] })
        };
        if let Some(code) = state.refusal {
            return refuse(code, json!([field]));
        }
        let none = Vec::new();
        let entries = state
            .streams
            .get(&(caller.tenant.id, stream.to_owned()))
            .unwrap_or(&none);
        let (mut edges, mut scanned_to) = (Vec::new(), after);
        let mut failing = None;
        for (seq, entry) in (1..).zip(entries).skip(usize::try_from(after).unwrap()) {
            if edges.len() == usize::try_from(first).unwrap() {
                break;
            }
            scanned_to = seq;
            if !entry.is_for(caller, &variables["filter"]) || state.hidden.contains(&seq) {
                continue;
            }
            if state.poison.contains_key(&seq) {
                failing = Some((seq, edges.len()));
            }
            let padding = "x".repeat(state.padding);
            let id = format!("{}-{stream}-{seq}{padding}", caller.tenant.slug);
            edges.push((seq, json!({ "id": id, "type": "PLACED" })));
        }
        let has_more = scanned_to < i64::try_from(entries.len()).unwrap();
        drop(state);
        if let Some((seq, index)) = failing {
            self.fail_once_more(seq);
            return refuse(
                "INTERNAL_SERVER_ERROR",
                json!([field, "edges", index, "node", "type"]),
            );
        }
        let edges: Vec<Value> = edges
            .into_iter()
            .map(|(seq, node)| {
                json!({ "cursor": self.cursor(caller.tenant.id, stream, seq), "node": node })
            })
            .collect();
        let end = self.cursor(caller.tenant.id, stream, scanned_to);
        let page_info = json!({ "endCursor": end, "hasNextPage": has_more });
        json!({ "data": { field: { "edges": edges, "pageInfo": page_info } } })
    }

    fn fail_once_more(&self, seq: i64) {
        let mut state = self.state();
        let left = state.poison.get_mut(&seq).unwrap();
        *left -= 1;
        if *left == 0 {
            state.poison.remove(&seq);
        }
    }
}

impl Entry {
    fn is_for(&self, caller: &Caller, filter: &Value) -> bool {
        let own = caller
            .customer()
            .is_none_or(|id| self.subjects.contains(&id.to_string()));
        let order = filter["orderId"].as_str();
        own && order.is_none_or(|order| self.subjects.iter().any(|subject| subject == order))
    }
}

/// The owner of a tenant.
pub fn owner_id(tenant: u128) -> StaffMemberId {
    StaffMemberId::from_uuid(Uuid::from_u128(1_000 + tenant))
}

pub fn order_id(number: u128) -> String {
    ids::OrderId::from_uuid(Uuid::from_u128(number)).to_string()
}

pub fn customer_id(number: u128) -> String {
    CustomerId::from_uuid(Uuid::from_u128(number)).to_string()
}

fn routes(log: Arc<Log>) -> Router {
    Router::new()
        .route("/graphql", post(graphql))
        .route(FEED, post(feed))
        .route(HEADS, post(heads))
        .with_state(log)
}

async fn graphql(
    State(log): State<Arc<Log>>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    let token = headers["x-shop-identity"].to_str().unwrap();
    let caller = log.verifier.get().unwrap().verify(token).unwrap();
    let query = body["query"].as_str().unwrap().to_owned();
    let (delay, down, answer) = {
        let state = log.state();
        (state.delay, state.router_down, state.answer.clone())
    };
    tokio::time::sleep(delay).await;
    if !query.contains("Events(") {
        let name = format!("shop {}", caller.tenant.slug);
        let root = if query.contains("mutation") {
            "rename"
        } else {
            "shop"
        };
        let usual = json!({ "data": { root: { "name": name } } });
        return Json(answer.unwrap_or(usual)).into_response();
    }
    if down {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let answer = log.read(&caller, &body);
    let first = body["variables"]["liveFirst"].as_i64().unwrap();
    log.state().reads.push(Read {
        caller: (*caller).clone(),
        first,
    });
    Json(answer).into_response()
}

async fn feed(State(log): State<Arc<Log>>, Json(request): Json<FeedRequest>) -> Response {
    let mut state = log.state();
    if state.subgraph_down {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let omitted: Vec<i64> = state.gaps.keys().copied().collect();
    for left in state.gaps.values_mut() {
        *left -= 1;
    }
    state.gaps.retain(|_, left| *left > 0);
    let none = Vec::new();
    let all = state
        .streams
        .get(&(request.tenant, request.stream))
        .unwrap_or(&none);
    let entries = (1..)
        .zip(all)
        .skip(usize::try_from(request.after).unwrap())
        .take(usize::try_from(request.limit).unwrap())
        .map(|(seq, entry)| FeedEntry {
            seq,
            event_type: entry.event_type.clone(),
            subjects: entry.subjects.clone(),
        })
        .filter(|entry| !omitted.contains(&entry.seq))
        .collect();
    let head = i64::try_from(all.len()).unwrap();
    Json(FeedResponse {
        epoch: state.epoch,
        min_seq: state.oldest,
        head,
        entries,
    })
    .into_response()
}

async fn heads(State(log): State<Arc<Log>>, Json(request): Json<HeadsRequest>) -> Response {
    let mut state = log.state();
    state.heads_calls += 1;
    if state.subgraph_down {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let heads = request
        .streams
        .into_iter()
        .map(|key| {
            let all = state.streams.get(&(key.tenant, key.stream.clone()));
            let head = i64::try_from(all.map_or(0, Vec::len)).unwrap();
            StreamHead {
                tenant: key.tenant,
                stream: key.stream,
                head,
                min_seq: state.oldest,
            }
        })
        .collect();
    Json(HeadsResponse {
        epoch: state.epoch,
        heads,
    })
    .into_response()
}
