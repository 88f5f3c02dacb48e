//! Finds the shop that a request is for: by host (`<slug>.<base domain>` or a domain of the shop's own) or by
//! the header `X-Tenant: <slug>`. When both name one, they have to agree.
//!
//! The customers subgraph knows the shops. Answers are kept for a few seconds and renewed in the background
//! while they are in use; when customers is down, the last known answer serves on. Unknown names are remembered
//! shortly and in bounded number, and only a few look-ups run at once, so made-up names cost us little.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use ids::TenantId;
use internal_api::tenants::{
    RESOLVE_TENANT, ResolveTenantRequest, ResolveTenantResponse, TenantProfile, TenantStatus,
};
use moka::future::Cache;
use service::{Deadline, Tasks, deadlines};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::app::App;
use crate::internal_client::{CallError, InternalClient, Subgraph};
use crate::principal::TenantHint;
use crate::rejection::{ClientRejection, InternalRejection, Rejection};

/// An answer is renewed in the background after this time, if somebody asks.
const RENEW_AFTER: Duration = Duration::from_secs(2);
/// An answer is not used any more after this time, unless customers is down. A suspension is felt by then.
const FRESH_FOR: Duration = Duration::from_secs(5);
/// After a failed renewal the old answer serves for this long before the next try. That try is over, even when
/// customers only hangs, before anybody has to wait for it.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(1);
/// An answer nobody asked for is forgotten; while customers is down it can serve at most this long.
const KEPT_FOR: Duration = Duration::from_hours(1);
const KEPT: u64 = 50_000;
/// A name that does not exist.
const UNKNOWN_FOR: Duration = Duration::from_secs(2);
const UNKNOWN_KEPT: u64 = 10_000;
const LOOKUPS_AT_ONCE: usize = 16;
const SLUG_LIMIT: usize = 63;
const HOST_LIMIT: usize = 253;

/// The shop of a request; refuses with `TENANT_NOT_FOUND` when there is none or it is suspended.
pub async fn resolve_tenant(
    app: &App,
    hint: TenantHint<'_>,
) -> Result<Arc<TenantProfile>, Rejection> {
    let by_host = match hint.host.and_then(|host| app.tenants.address(host)) {
        Some(Address::Slug(slug)) => Some(app.tenants.by_slug(slug).await?),
        Some(Address::Domain(domain)) => {
            let found = app.tenants.by_domain(domain).await;
            match (found, hint.x_tenant) {
                // A host that is nobody's domain (a container's name, a balancer) says nothing.
                (Err(Rejection::Client(ClientRejection::TenantNotFound)), Some(_)) => None,
                (found, _) => Some(found?),
            }
        }
        None => None,
    };
    let tenant = match (by_host, hint.x_tenant) {
        (Some(tenant), None) => tenant,
        (Some(tenant), Some(slug)) if tenant.slug.eq_ignore_ascii_case(slug) => tenant,
        (None, Some(slug)) => app.tenants.by_slug(slug).await?,
        (Some(_), Some(_)) | (None, None) => return Err(ClientRejection::TenantNotFound.into()),
    };
    match tenant.status {
        TenantStatus::Active => Ok(tenant),
        TenantStatus::Suspended => Err(ClientRejection::TenantNotFound.into()),
    }
}

/// The shops that were asked for lately. Cloning shares them.
#[derive(Clone)]
pub struct Tenants {
    inner: Arc<Inner>,
    base_domains: Arc<[String]>,
}

struct Inner {
    known: Cache<Key, Arc<Known>>,
    unknown: Cache<Key, ()>,
    lookups: Semaphore,
    customers: InternalClient,
    tasks: Tasks,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Slug(Box<str>),
    Domain(Box<str>),
}

/// A shop as it was last told. The profile is replaced only when it changed, so that whoever holds it can tell
/// by its address that nothing did.
struct Known {
    current: RwLock<Told>,
    renewing: AtomicBool,
    /// Taken by those who cannot wait for a renewal in the background.
    renewal: tokio::sync::Mutex<()>,
}

#[derive(Clone)]
struct Told {
    profile: Arc<TenantProfile>,
    at: Instant,
}

#[derive(Clone, Debug)]
enum LookupError {
    Unknown,
    Failed(Arc<CallError>),
}

/// What a host name names.
#[derive(Debug, PartialEq, Eq)]
enum Address<'a> {
    Slug(&'a str),
    Domain(&'a str),
}

impl Tenants {
    /// Nothing is known yet.
    pub fn new(base_domains: Vec<String>, customers: InternalClient, tasks: Tasks) -> Self {
        let inner = Inner {
            known: Cache::builder()
                .max_capacity(KEPT)
                .time_to_idle(KEPT_FOR)
                .build(),
            unknown: Cache::builder()
                .max_capacity(UNKNOWN_KEPT)
                .time_to_live(UNKNOWN_FOR)
                .build(),
            lookups: Semaphore::new(LOOKUPS_AT_ONCE),
            customers,
            tasks,
        };
        Self {
            inner: Arc::new(inner),
            base_domains: base_domains.into(),
        }
    }

    /// Whether customers can be asked; a name that cannot exist is looked up.
    pub async fn is_reachable(&self) -> bool {
        let answer = self
            .inner
            .ask(&Key::Slug("readiness-of-the-gateway".into()))
            .await;
        matches!(answer, Ok(_) | Err(LookupError::Unknown))
    }

    /// A shop was suspended or resumed: nothing that was known of it counts any more.
    pub async fn forget(&self, tenant: TenantId) {
        let known = &self.inner.known;
        let keys: Vec<_> = known
            .iter()
            .filter(|(_, known)| known.told().profile.id == tenant)
            .map(|(key, _)| key)
            .collect();
        for key in keys {
            known.invalidate(&*key).await;
        }
    }

    /// Whether a host name, without its port, is one of this shop.
    pub fn is_address_of(&self, shop: &TenantProfile, host: &str) -> bool {
        match self.address(host) {
            Some(Address::Slug(slug)) => shop.slug.eq_ignore_ascii_case(slug),
            Some(Address::Domain(domain)) => shop
                .domains
                .iter()
                .any(|own| own.eq_ignore_ascii_case(domain)),
            None => false,
        }
    }

    fn address<'a>(&self, host: &'a str) -> Option<Address<'a>> {
        address(&self.base_domains, host)
    }

    async fn by_slug(&self, slug: &str) -> Result<Arc<TenantProfile>, Rejection> {
        if !is_slug(slug) {
            return Err(ClientRejection::TenantNotFound.into());
        }
        self.inner
            .find(Key::Slug(slug.to_ascii_lowercase().into()))
            .await
    }

    async fn by_domain(&self, domain: &str) -> Result<Arc<TenantProfile>, Rejection> {
        if !is_domain(domain) {
            return Err(ClientRejection::TenantNotFound.into());
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
            return Err(ClientRejection::TenantNotFound.into());
        }
        // Everybody who asks for this key meanwhile waits for the one look-up.
        let known = self
            .known
            .try_get_with_by_ref(&key, async {
                self.ask(&key)
                    .await
                    .map(|profile| Arc::new(Known::new(profile)))
            })
            .await;
        match known {
            Ok(known) => Ok(known.told().profile),
            Err(failure) => match failure.as_ref() {
                LookupError::Unknown => {
                    self.unknown.insert(key, ()).await;
                    Err(ClientRejection::TenantNotFound.into())
                }
                LookupError::Failed(source) => Err(InternalRejection::TenantsUnavailable {
                    source: Arc::clone(source),
                }
                .into()),
            },
        }
    }

    async fn fresh(
        self: &Arc<Self>,
        key: Key,
        known: &Arc<Known>,
    ) -> Result<Arc<TenantProfile>, Rejection> {
        let told = known.told();
        let age = told.at.elapsed();
        if age < RENEW_AFTER {
            return Ok(told.profile);
        }
        if age < FRESH_FOR {
            self.renew_in_background(key, known);
            return Ok(told.profile);
        }
        let _one_at_a_time = known.renewal.lock().await;
        if known.told().at.elapsed() >= FRESH_FOR {
            self.renew(&key, known).await?;
        }
        Ok(known.told().profile)
    }

    fn renew_in_background(self: &Arc<Self>, key: Key, known: &Arc<Known>) {
        if known.renewing.swap(true, Ordering::AcqRel) {
            return;
        }
        let (inner, known) = (Arc::clone(self), Arc::clone(known));
        self.tasks.spawn("gateway.renew_tenant", async move {
            if let Err(rejection) = inner.renew(&key, &known).await {
                rejection.log();
            }
            known.renewing.store(false, Ordering::Release);
        });
    }

    /// Asks again. A failure of customers keeps the old answer.
    async fn renew(&self, key: &Key, known: &Known) -> Result<(), Rejection> {
        match self.ask(key).await {
            Ok(profile) => {
                known.tell(profile);
                Ok(())
            }
            Err(LookupError::Unknown) => {
                self.known.invalidate(key).await;
                self.unknown.insert(key.clone(), ()).await;
                Err(ClientRejection::TenantNotFound.into())
            }
            Err(LookupError::Failed(source)) => {
                tracing::warn!(
                    reason = %crate::rejection::chain(&*source),
                    "tenants cannot be looked up, the last known answer is used"
                );
                known.serve_on();
                Ok(())
            }
        }
    }

    async fn ask(&self, key: &Key) -> Result<TenantProfile, LookupError> {
        let deadline = Deadline::after(deadlines::INTERNAL_CALL);
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
        // Never closed; without a permit the call would only be unlimited.
        let _permit = self.lookups.acquire().await.ok();
        let answer: ResolveTenantResponse = self
            .customers
            .post(
                (Subgraph::Customers, RESOLVE_TENANT),
                None,
                &request,
                deadline,
            )
            .await
            .map_err(|source| LookupError::Failed(Arc::new(source)))?;
        answer.tenant.ok_or(LookupError::Unknown)
    }
}

impl Known {
    fn new(profile: TenantProfile) -> Self {
        Self {
            current: RwLock::new(Told {
                profile: Arc::new(profile),
                at: Instant::now(),
            }),
            renewing: AtomicBool::new(false),
            renewal: tokio::sync::Mutex::new(()),
        }
    }

    fn told(&self) -> Told {
        self.current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn tell(&self, profile: TenantProfile) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if *current.profile != profile {
            current.profile = Arc::new(profile);
        }
        current.at = Instant::now();
    }

    fn serve_on(&self) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        let since = RENEW_AFTER.saturating_sub(TRY_AGAIN_AFTER);
        current.at = Instant::now().checked_sub(since).unwrap_or(current.at);
    }
}

fn address<'a>(base_domains: &[String], host: &'a str) -> Option<Address<'a>> {
    let name = without_port(host);
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.is_empty() || name.starts_with('[') || name.parse::<IpAddr>().is_ok() {
        return None;
    }
    for base in base_domains {
        if name.eq_ignore_ascii_case(base) {
            return None;
        }
        let label = name
            .len()
            .checked_sub(base.len())
            .and_then(|at| name.split_at_checked(at))
            .filter(|(_, end)| end.eq_ignore_ascii_case(base))
            .and_then(|(start, _)| start.strip_suffix('.'));
        if let Some(slug) = label {
            return Some(Address::Slug(slug));
        }
    }
    Some(Address::Domain(name))
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

fn is_slug(text: &str) -> bool {
    (1..=SLUG_LIMIT).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

fn is_domain(text: &str) -> bool {
    (1..=HOST_LIMIT).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(host: &str) -> Option<Address<'_>> {
        address(&["localhost".to_owned(), "shop.example".to_owned()], host)
    }

    #[test]
    fn reads_the_slug_in_front_of_a_base_domain() {
        assert_eq!(named("kava.localhost:4000"), Some(Address::Slug("kava")));
        assert_eq!(named("Kava.LOCALHOST"), Some(Address::Slug("Kava")));
        assert_eq!(named("kava.shop.example."), Some(Address::Slug("kava")));
        assert_eq!(named("a.b.localhost"), Some(Address::Slug("a.b")));
    }

    #[test]
    fn takes_other_names_for_domains_of_shops() {
        assert_eq!(named("kava.ua"), Some(Address::Domain("kava.ua")));
        assert_eq!(named("notlocalhost"), Some(Address::Domain("notlocalhost")));
    }

    #[test]
    fn base_domains_and_addresses_name_no_shop() {
        for host in [
            "localhost:4000",
            "127.0.0.1:4000",
            "[::1]:4000",
            "",
            ":80",
            "shop.example",
        ] {
            assert_eq!(named(host), None, "{host}");
        }
    }

    #[test]
    fn knows_what_a_slug_looks_like() {
        assert!(is_slug("kava-2"));
        for text in ["", "-", "a.b", "ка", "a b", &"x".repeat(64)] {
            assert!(!is_slug(text), "{text}");
        }
    }
}
