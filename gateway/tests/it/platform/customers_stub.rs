//! Stub of the customers service: tenants and the keys of access tokens. Accounts are in `access::stub`.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::{HeaderMap, StatusCode, header};
use internal_api::tenants::{
    Plan, PlanLimits, ResolveTenantRequest, ResolveTenantResponse, TenantProfile, TenantStatus,
};
use money::Currency;

use super::tenant_id;
use crate::access;
use crate::access::stub::AccountsStub;

/// Customers with the tenants `kava` (also `kava.example`), `knyhy`, and the suspended `closed`.
pub struct CustomersStub {
    tenants: Mutex<Vec<TenantProfile>>,
    pub resolved: AtomicUsize,
    pub keys_given: AtomicUsize,
    key_set: Mutex<String>,
    pub broken: AtomicBool,
    pub accounts: AccountsStub,
}

impl CustomersStub {
    pub(super) fn new(key_set: String) -> Self {
        let mut kava = tenant("kava", 1);
        kava.domains = vec!["kava.example".to_owned()];
        let mut closed = tenant("closed", 3);
        closed.status = TenantStatus::Suspended;
        Self {
            tenants: Mutex::new(vec![kava, tenant("knyhy", 2), closed]),
            resolved: AtomicUsize::new(0),
            keys_given: AtomicUsize::new(0),
            key_set: Mutex::new(key_set),
            broken: AtomicBool::new(false),
            accounts: AccountsStub::new(),
        }
    }

    pub fn suspend(&self, slug: &str) {
        self.set_status(slug, TenantStatus::Suspended);
    }

    /// Changes the plan of a tenant; must be called before the gateway has cached the tenant.
    pub fn set_sockets_per_address(&self, slug: &str, limit: u32) {
        for tenant in self.tenants.lock().unwrap().iter_mut() {
            if tenant.slug == slug {
                tenant.plan.limits.sockets_per_address = limit;
            }
        }
    }

    pub fn set_status(&self, slug: &str, status: TenantStatus) {
        for tenant in self
            .tenants
            .lock()
            .unwrap()
            .iter_mut()
            .filter(|tenant| tenant.slug == slug)
        {
            tenant.status = status;
        }
    }

    pub fn set_key_set(&self, json: &str) {
        json.clone_into(&mut self.key_set.lock().unwrap());
    }

    /// Every call is answered with 500.
    pub fn set_broken(&self, broken: bool) {
        self.broken.store(broken, Ordering::Relaxed);
    }
}

fn tenant(slug: &str, number: u128) -> TenantProfile {
    TenantProfile {
        id: tenant_id(number),
        slug: slug.to_owned(),
        name: slug.to_owned(),
        status: TenantStatus::Active,
        plan: Plan {
            name: "large".to_owned(),
            limits: PlanLimits {
                cost_points_per_second: 2_000,
                subscriptions_per_socket: 20,
                subscriptions_per_principal: 1_000,
                subscriptions_per_tenant: 2_000,
                sockets_per_address: 2_000,
            },
        },
        default_currency: Currency::parse("UAH").unwrap(),
        default_locale: "uk".to_owned(),
        locales: ["uk", "ru", "en"].map(str::to_owned).to_vec(),
        domains: Vec::new(),
    }
}

pub(super) fn routes(customers: Arc<CustomersStub>) -> Router {
    Router::new()
        .route("/internal/tenants/resolve", post(resolve))
        .route("/.well-known/jwks.json", get(give_keys))
        .with_state(Arc::clone(&customers))
        .merge(access::stub::routes(customers))
}

async fn resolve(
    State(customers): State<Arc<CustomersStub>>,
    headers: HeaderMap,
    Json(request): Json<ResolveTenantRequest>,
) -> Response {
    customers.resolved.fetch_add(1, Ordering::Relaxed);
    let authorization = headers
        .get(header::AUTHORIZATION)
        .unwrap()
        .to_str()
        .unwrap();
    assert!(authorization.starts_with("Bearer "), "service token");
    if customers.broken.load(Ordering::Relaxed) {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let tenants = customers.tenants.lock().unwrap();
    let found = tenants
        .iter()
        .find(|tenant| match (&request.slug, &request.host) {
            (Some(slug), _) => tenant.slug == *slug,
            (None, Some(host)) => tenant.domains.contains(host),
            (None, None) => false,
        });
    Json(ResolveTenantResponse {
        tenant: found.cloned(),
    })
    .into_response()
}

async fn give_keys(State(customers): State<Arc<CustomersStub>>) -> Response {
    customers.keys_given.fetch_add(1, Ordering::Relaxed);
    if customers.broken.load(Ordering::Relaxed) {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    customers.key_set.lock().unwrap().clone().into_response()
}
