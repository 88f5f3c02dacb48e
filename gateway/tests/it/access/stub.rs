//! Stub of the accounts API of customers: the stream of access changes, and the holders of tickets.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use event_contracts::Stream;
use http::StatusCode;
use ids::{SessionId, StaffMemberId, TenantId};
use internal_api::accounts::{
    ACCESS_CHANGES, AccessChange, AccessChangeKind, AccessChangesRequest, AccessChangesResponse,
    REDEEM_STREAM_TICKET, RedeemStreamTicketRequest, RedeemStreamTicketResponse, TicketHolder,
};
use internal_api::events::{HEADS, HeadsRequest, HeadsResponse, StreamHead};
use internal_api::tenants::TenantStatus;
use service::{Clock as _, SystemClock};
use uuid::Uuid;

use crate::platform::{CustomersStub, tenant_id};

/// Limit of changes per answer.
const PAGE: usize = 3;

/// The accounts of all tenants.
pub struct AccountsStub(Mutex<Accounts>);

pub struct Accounts {
    pub epoch: Uuid,
    changes: HashMap<TenantId, Vec<AccessChange>>,
    /// Requests for changes.
    pub asked: Vec<AccessChangesRequest>,
    /// Number of requests for heads.
    pub heads_calls: usize,
    tickets: HashMap<String, Ticket>,
    pub redeemed: Vec<RedeemStreamTicketRequest>,
}

struct Ticket {
    tenant: TenantId,
    holder: Option<TicketHolder>,
    used_for: Option<(String, Option<String>)>,
}

impl AccountsStub {
    pub fn new() -> Self {
        Self(Mutex::new(Accounts {
            epoch: Uuid::from_u128(1),
            changes: HashMap::new(),
            asked: Vec::new(),
            heads_calls: 0,
            tickets: HashMap::new(),
            redeemed: Vec::new(),
        }))
    }

    pub fn state(&self) -> MutexGuard<'_, Accounts> {
        self.0.lock().unwrap()
    }

    /// Appends a change and returns its position.
    pub fn append(&self, tenant: u128, kind: AccessChangeKind) -> i64 {
        let mut state = self.state();
        let changes = state.changes.entry(tenant_id(tenant)).or_default();
        let seq = i64::try_from(changes.len()).unwrap() + 1;
        changes.push(AccessChange {
            seq,
            occurred_at: SystemClock.now(),
            kind,
        });
        seq
    }

    pub fn session_ends(&self, tenant: u128, session: SessionId) -> i64 {
        self.append(tenant, AccessChangeKind::SessionEnded { session })
    }

    pub fn role_changes(&self, tenant: u128, staff: StaffMemberId, role: Option<&str>) -> i64 {
        let role = role.map(str::to_owned);
        self.append(tenant, AccessChangeKind::StaffMemberChanged { staff, role })
    }

    /// Restores the log to an empty state in a new epoch.
    pub fn restore(&self) {
        let mut state = self.state();
        state.epoch = Uuid::from_u128(state.epoch.as_u128() + 1);
        state.changes.clear();
    }

    /// Issues a ticket to a holder.
    pub fn ticket(&self, tenant: u128, text: &str, holder: TicketHolder) {
        let ticket = Ticket {
            tenant: tenant_id(tenant),
            holder: Some(holder),
            used_for: None,
        };
        self.state().tickets.insert(text.to_owned(), ticket);
    }

    /// Ends the session of a ticket, or changes the role of its holder.
    pub fn holder_becomes(&self, text: &str, holder: Option<TicketHolder>) {
        self.state().tickets.get_mut(text).unwrap().holder = holder;
    }
}

impl CustomersStub {
    /// Suspends a tenant and appends the change.
    pub fn suspends(&self, tenant: u128, slug: &str) {
        self.set_status(slug, TenantStatus::Suspended);
        self.accounts
            .append(tenant, AccessChangeKind::TenantSuspended);
    }

    pub fn resumes(&self, tenant: u128, slug: &str) {
        self.set_status(slug, TenantStatus::Active);
        self.accounts
            .append(tenant, AccessChangeKind::TenantResumed);
    }
}

pub fn routes(customers: Arc<CustomersStub>) -> Router {
    Router::new()
        .route(ACCESS_CHANGES, post(access_changes))
        .route(HEADS, post(heads))
        .route(REDEEM_STREAM_TICKET, post(redeem))
        .with_state(customers)
}

async fn access_changes(
    State(customers): State<Arc<CustomersStub>>,
    Json(request): Json<AccessChangesRequest>,
) -> Response {
    let mut state = customers.accounts.state();
    state.asked.push(request.clone());
    if customers.broken.load(Ordering::Relaxed) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let none = Vec::new();
    let all = state.changes.get(&request.tenant).unwrap_or(&none);
    let after = usize::try_from(request.after.unwrap_or_default()).unwrap();
    let after = if after <= all.len() { after } else { 0 };
    let changes: Vec<_> = all.iter().skip(after).take(PAGE).cloned().collect();
    let position = after + changes.len();
    Json(AccessChangesResponse {
        epoch: state.epoch,
        position: i64::try_from(position).unwrap(),
        has_more: position < all.len(),
        changes,
    })
    .into_response()
}

async fn heads(
    State(customers): State<Arc<CustomersStub>>,
    Json(request): Json<HeadsRequest>,
) -> Response {
    let mut state = customers.accounts.state();
    state.heads_calls += 1;
    if customers.broken.load(Ordering::Relaxed) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let heads = request.streams.into_iter().map(|key| {
        assert_eq!(key.stream, Stream::ACCOUNTS.name);
        let head = state.changes.get(&key.tenant).map_or(0, Vec::len);
        StreamHead {
            tenant: key.tenant,
            stream: key.stream,
            head: i64::try_from(head).unwrap(),
            min_seq: 1,
        }
    });
    Json(HeadsResponse {
        epoch: state.epoch,
        heads: heads.collect(),
    })
    .into_response()
}

async fn redeem(
    State(customers): State<Arc<CustomersStub>>,
    Json(request): Json<RedeemStreamTicketRequest>,
) -> Response {
    if customers.broken.load(Ordering::Relaxed) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let mut state = customers.accounts.state();
    state.redeemed.push(request.clone());
    let stream = (request.stream, request.origin);
    let ticket = state.tickets.get_mut(&request.ticket);
    let ticket = ticket.filter(|ticket| ticket.tenant == request.tenant);
    let holder = ticket.and_then(|ticket| {
        let good = match &ticket.used_for {
            None => true,
            Some(used_for) => request.resumes && *used_for == stream,
        };
        ticket.used_for.get_or_insert(stream);
        ticket.holder.clone().filter(|_| good)
    });
    Json(RedeemStreamTicketResponse { holder }).into_response()
}
