//! Router and subgraphs on top of a log in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use event_cursor::{CursorKeys, Position};
use http::{HeaderMap, StatusCode};
use identity::{Caller, InternalTokenVerifier};
use ids::TenantId;
use internal_api::events::{
    FEED, FeedEntry, FeedRequest, FeedResponse, HEADS, HeadsRequest, HeadsResponse, StreamHead,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::platform::tenant_id;

pub const KEYS: &str = "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

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

impl Log {
    pub fn new() -> Self {
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

    /// Verifies callers from now on.
    pub fn verify_with(&self, verifier: Arc<InternalTokenVerifier>) {
        assert!(self.verifier.set(verifier).is_ok());
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

pub fn routes(log: Arc<Log>) -> Router {
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
