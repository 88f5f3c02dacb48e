//! Resolves the tenant of a request: by host (`<slug>.<base domain>` or a domain of the tenant) or by the header
//! `X-Tenant: <slug>`. When both name one, they have to agree.
//!
//! The customers subgraph owns the tenants. Its answers are cached for a few seconds and refreshed in the background
//! while they are in use; while customers is unavailable, the last known answer stays in use. Unknown names are cached
//! briefly and in bounded number, and concurrent look-ups are limited, so invented names cost little.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ids::TenantId;
use internal_api::tenants::{ResolveTenantRequest, TenantProfile, TenantStatus};
use internal_call::{CallError, InternalClient};
use moka::future::Cache;
use parking_lot::RwLock;
use service::Tasks;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::host_name::{HostName, is_domain, is_slug, parse_host};
use super::tenant_hint::TenantHint;
use crate::answer::{ClientRejection, InternalRejection, Rejection};
use crate::upstream::internal;

/// A cached tenant is refreshed in the background after this time, if it is requested.
const REFRESH_AFTER: Duration = Duration::from_secs(2);
/// A cached tenant is stale after this time, and used only while customers is unavailable. A suspension takes effect by
/// then.
const FRESH_FOR: Duration = Duration::from_secs(5);
/// Delay between a failed refresh and the next one. That refresh ends, even when customers does not respond, before a
/// request has to wait for it.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// A cached tenant is evicted when it was not requested for this long; while customers is unavailable it can be served
/// at most this long after its last request.
const CACHE_IDLE: Duration = Duration::from_hours(1);
const CACHE_CAPACITY: u64 = 50_000;
/// How long an unknown name is cached.
const NEGATIVE_CACHE_TTL: Duration = Duration::from_secs(2);
const NEGATIVE_CACHE_CAPACITY: u64 = 10_000;
const MAX_CONCURRENT_LOOKUPS: usize = 16;

/// Cache of recently requested tenants. Cloning shares it.
#[derive(Clone)]
pub struct Tenants {
    inner: Arc<Inner>,
    base_domains: Arc<[String]>,
}

struct Inner {
    known: Cache<Key, Arc<CachedTenant>>,
    unknown: Cache<Key, ()>,
    lookup_permits: Semaphore,
    customers: InternalClient,
    tasks: Tasks,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Slug(Box<str>),
    Domain(Box<str>),
}

/// A tenant as customers last described it. The profile is replaced only when it changed, so that pointer equality
/// shows that it is unchanged.
struct CachedTenant {
    current: RwLock<Snapshot>,
    refreshing: AtomicBool,
    /// Held by a request that has to wait for the refresh of a stale entry.
    refresh: tokio::sync::Mutex<()>,
}

#[derive(Clone)]
struct Snapshot {
    profile: Arc<TenantProfile>,
    at: Instant,
}

#[derive(Clone, Debug)]
enum LookupError {
    Unknown,
    Failed(Arc<CallError>),
}

impl Tenants {
    /// An empty cache.
    pub fn new(base_domains: Vec<String>, customers: InternalClient, tasks: Tasks) -> Self {
        let inner = Inner {
            known: Cache::builder()
                .max_capacity(CACHE_CAPACITY)
                .time_to_idle(CACHE_IDLE)
                .build(),
            unknown: Cache::builder()
                .max_capacity(NEGATIVE_CACHE_CAPACITY)
                .time_to_live(NEGATIVE_CACHE_TTL)
                .build(),
            lookup_permits: Semaphore::new(MAX_CONCURRENT_LOOKUPS),
            customers,
            tasks,
        };
        Self {
            inner: Arc::new(inner),
            base_domains: base_domains.into(),
        }
    }

    /// The tenant of a request; rejects with `TENANT_NOT_FOUND` when there is none or it is suspended.
    pub async fn resolve(&self, hint: TenantHint<'_>) -> Result<Arc<TenantProfile>, Rejection> {
        let by_host = match hint.host.and_then(|host| self.parse_host(host)) {
            Some(HostName::Slug(slug)) => Some(self.by_slug(slug).await?),
            Some(HostName::Domain(domain)) => {
                let found = self.by_domain(domain).await;
                match (found, hint.x_tenant) {
                    // A host that is no tenant's domain (a container's name, a load balancer) is ignored.
                    (Err(Rejection::Client(ClientRejection::TenantNotFound)), Some(_)) => None,
                    (found, _) => Some(found?),
                }
            }
            None => None,
        };
        let tenant = match (by_host, hint.x_tenant) {
            (Some(tenant), None) => tenant,
            (Some(tenant), Some(slug)) if tenant.slug.eq_ignore_ascii_case(slug) => tenant,
            (None, Some(slug)) => self.by_slug(slug).await?,
            (Some(_), Some(_)) | (None, None) => return Err(not_found()),
        };
        match tenant.status {
            TenantStatus::Active => Ok(tenant),
            TenantStatus::Suspended => Err(not_found()),
        }
    }

    /// Whether customers answers; looks up a name that cannot exist.
    pub async fn is_reachable(&self) -> bool {
        let answer = self
            .inner
            .lookup(&Key::Slug("readiness-of-the-gateway".into()))
            .await;
        matches!(answer, Ok(_) | Err(LookupError::Unknown))
    }

    /// Removes a tenant that was suspended or resumed from the cache.
    pub async fn invalidate(&self, tenant: TenantId) {
        let known = &self.inner.known;
        let keys: Vec<_> = known
            .iter()
            .filter(|(_, known)| known.snapshot().profile.id == tenant)
            .map(|(key, _)| key)
            .collect();
        for key in keys {
            known.invalidate(&*key).await;
        }
    }

    /// Whether a host name, without its port, belongs to this tenant.
    pub fn is_host_of(&self, tenant: &TenantProfile, host: &str) -> bool {
        match self.parse_host(host) {
            Some(HostName::Slug(slug)) => tenant.slug.eq_ignore_ascii_case(slug),
            Some(HostName::Domain(domain)) => tenant
                .domains
                .iter()
                .any(|own| own.eq_ignore_ascii_case(domain)),
            None => false,
        }
    }

    fn parse_host<'a>(&self, host: &'a str) -> Option<HostName<'a>> {
        parse_host(&self.base_domains, host)
    }

    async fn by_slug(&self, slug: &str) -> Result<Arc<TenantProfile>, Rejection> {
        if !is_slug(slug) {
            return Err(not_found());
        }
        self.inner
            .find(Key::Slug(slug.to_ascii_lowercase().into()))
            .await
    }

    async fn by_domain(&self, domain: &str) -> Result<Arc<TenantProfile>, Rejection> {
        if !is_domain(domain) {
            return Err(not_found());
        }
        self.inner
            .find(Key::Domain(domain.to_ascii_lowercase().into()))
            .await
    }
}

impl Inner {
    async fn find(self: &Arc<Self>, key: Key) -> Result<Arc<TenantProfile>, Rejection> {
        if let Some(known) = self.known.get(&key).await {
            return self.fresh(key, &known).await;
        }
        if self.unknown.contains_key(&key) {
            return Err(not_found());
        }
        // Concurrent requests for this key wait for the same look-up.
        let known = self
            .known
            .try_get_with_by_ref(&key, async {
                self.lookup(&key)
                    .await
                    .map(|profile| Arc::new(CachedTenant::new(profile)))
            })
            .await;
        match known {
            Ok(known) => Ok(known.snapshot().profile),
            Err(failure) => match failure.as_ref() {
                LookupError::Unknown => {
                    self.unknown.insert(key, ()).await;
                    Err(not_found())
                }
                LookupError::Failed(source) => Err(InternalRejection::UpstreamUnavailable {
                    what: "tenants could not be looked up",
                    source: Arc::<CallError>::clone(source),
                }
                .into()),
            },
        }
    }

    async fn fresh(
        self: &Arc<Self>,
        key: Key,
        known: &Arc<CachedTenant>,
    ) -> Result<Arc<TenantProfile>, Rejection> {
        let snapshot = known.snapshot();
        let age = snapshot.at.elapsed();
        if age < REFRESH_AFTER {
            return Ok(snapshot.profile);
        }
        if age < FRESH_FOR {
            self.refresh_in_background(key, known);
            return Ok(snapshot.profile);
        }
        let _guard = known.refresh.lock().await;
        if known.snapshot().at.elapsed() >= FRESH_FOR {
            self.refresh(&key, known).await?;
        }
        Ok(known.snapshot().profile)
    }

    fn refresh_in_background(self: &Arc<Self>, key: Key, known: &Arc<CachedTenant>) {
        if known.refreshing.swap(true, Ordering::AcqRel) {
            return;
        }
        let (inner, known) = (Arc::clone(self), Arc::clone(known));
        self.tasks.spawn("gateway.renew_tenant", async move {
            if let Err(rejection) = inner.refresh(&key, &known).await {
                rejection.log();
            }
            known.refreshing.store(false, Ordering::Release);
        });
    }

    /// Looks the tenant up again. A failure of customers keeps the old answer.
    async fn refresh(&self, key: &Key, known: &CachedTenant) -> Result<(), Rejection> {
        match self.lookup(key).await {
            Ok(profile) => {
                known.update(profile);
                Ok(())
            }
            Err(LookupError::Unknown) => {
                self.known.invalidate(key).await;
                self.unknown.insert(key.clone(), ()).await;
                Err(not_found())
            }
            Err(LookupError::Failed(source)) => {
                tracing::warn!(
                    error = %service::log::chain(&*source),
                    "tenants cannot be looked up; the last known answer is used"
                );
                known.postpone_refresh();
                Ok(())
            }
        }
    }

    async fn lookup(&self, key: &Key) -> Result<TenantProfile, LookupError> {
        let request = match key {
            Key::Slug(slug) => ResolveTenantRequest {
                slug: Some(slug.to_string()),
                host: None,
            },
            Key::Domain(host) => ResolveTenantRequest {
                slug: None,
                host: Some(host.to_string()),
            },
        };
        // The semaphore is never closed. Without a permit the call would only be unlimited.
        let _permit = self.lookup_permits.acquire().await.ok();
        let answer = self
            .customers
            .call(&request, internal::deadline())
            .await
            .map_err(|source| LookupError::Failed(Arc::new(source)))?;
        answer.tenant.ok_or(LookupError::Unknown)
    }
}

impl CachedTenant {
    fn new(profile: TenantProfile) -> Self {
        Self {
            current: RwLock::new(Snapshot {
                profile: Arc::new(profile),
                at: Instant::now(),
            }),
            refreshing: AtomicBool::new(false),
            refresh: tokio::sync::Mutex::new(()),
        }
    }

    fn snapshot(&self) -> Snapshot {
        self.current.read().clone()
    }

    fn update(&self, profile: TenantProfile) {
        let mut current = self.current.write();
        if *current.profile != profile {
            current.profile = Arc::new(profile);
        }
        current.at = Instant::now();
    }

    fn postpone_refresh(&self) {
        let mut current = self.current.write();
        let since = REFRESH_AFTER.saturating_sub(RETRY_AFTER);
        current.at = Instant::now().checked_sub(since).unwrap_or(current.at);
    }
}

fn not_found() -> Rejection {
    ClientRejection::TenantNotFound.into()
}
