//! Follows the stream `accounts` of the tenants whose callers are served here, and ends what a change revokes.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use event_contracts::Stream;
use ids::TenantId;
use internal_api::accounts::{AccessChangesRequest, AccessChangesResponse};
use internal_api::events::HeadsResponse;
use internal_call::{CallError, InternalClient};
use parking_lot::RwLock;
use service::telemetry::catalogue;
use service::{Clock, Tasks, deadlines};
use tokio::sync::Semaphore;

use super::followed_tenant::FollowedTenant;
use super::known_revocations::{Applied, GrantKey, KnownRevocations, RevocationReason};
use super::registry::{Registration, Registry, Revocable};
use super::tenants::Tenants;
use crate::answer::{ClientRejection, Rejection};
use crate::config::{AccessConfig, GatewayConfig};
use crate::principal::Principal;
use crate::upstream::Backoff;
use crate::upstream::internal::{self, HEADS_PER_CALL};

/// Limit of concurrent reads, so that a recovering customers service is not overloaded.
const MAX_CONCURRENT_READS: usize = 16;
/// Minimum interval between two reads for one tenant.
const MIN_READ_INTERVAL: Duration = Duration::from_millis(250);

/// The access revocations that this gateway knows.
pub struct Revocations {
    customers: InternalClient,
    tenants: Tenants,
    clock: Arc<dyn Clock>,
    tasks: Tasks,
    config: AccessConfig,
    registry: Registry,
    followed: RwLock<HashMap<TenantId, Arc<FollowedTenant>>>,
    read_permits: Semaphore,
}

impl Revocations {
    /// Starts the polling of heads. No tenant is followed yet.
    pub fn start(
        config: &GatewayConfig,
        customers: InternalClient,
        tenants: Tenants,
        clock: Arc<dyn Clock>,
        tasks: Tasks,
    ) -> Arc<Self> {
        let revocations = Arc::new(Self {
            customers,
            tenants,
            clock,
            tasks,
            config: config.access.clone(),
            registry: Registry::default(),
            followed: RwLock::default(),
            read_permits: Semaphore::new(MAX_CONCURRENT_READS),
        });
        let poll = Arc::clone(&revocations).poll_heads(config.live.heads_interval);
        revocations.tasks.spawn("accounts.heads", poll);
        revocations
    }

    /// Rejects a caller whose access was revoked. The first signed-in caller of a tenant waits for the first read.
    pub async fn admit(self: &Arc<Self>, principal: &Principal) -> Result<(), Rejection> {
        let tenant = principal.tenant.id;
        let grant = GrantKey::of(principal);
        if grant.session.is_none() {
            let revoked = self
                .get(tenant)
                .and_then(|followed| followed.known().revocation_of(&grant));
            return revoked.map_or(Ok(()), |reason| Err(rejection(reason)));
        }
        let followed = self.follow(tenant);
        followed.touch();
        followed.first_attempt(deadlines::INTERNAL_CALL).await;
        let mut revoked = followed.known().revocation_of(&grant);
        if matches!(
            revoked,
            Some(RevocationReason::RoleChanged | RevocationReason::Deactivated)
        ) {
            // The token can be newer than the known state, for example after a sign-in with a role just granted.
            followed.recheck(deadlines::INTERNAL_CALL).await;
            revoked = followed.known().revocation_of(&grant);
        }
        revoked.map_or(Ok(()), |reason| Err(rejection(reason)))
    }

    /// Registers an open socket or subscription of a principal. It is revoked when access ends, or at once when it
    /// has ended already.
    pub fn register(
        self: &Arc<Self>,
        principal: &Principal,
        open: Arc<dyn Revocable>,
    ) -> Registration {
        let (tenant, grant) = (principal.tenant.id, GrantKey::of(principal));
        let registration = self.registry.register(tenant, grant, Arc::clone(&open));
        if self.follow(tenant).known().revocation_of(&grant).is_some() {
            open.revoke();
        }
        registration
    }

    /// Takes a hint that the stream of a tenant has reached `seq`.
    pub fn hint(&self, tenant: TenantId, seq: i64) {
        if let Some(followed) = self.get(tenant) {
            followed.advance_head(seq);
        }
    }

    /// Whether the token of a caller could outlive the retention of its session's revocation: it would be valid again
    /// after that.
    pub fn outlives_retention(&self, principal: &Principal) -> bool {
        principal
            .expires_at
            .and_then(|expires_at| (expires_at - self.clock.now()).to_std().ok())
            .is_some_and(|left| left > self.config.token_life)
    }

    fn get(&self, tenant: TenantId) -> Option<Arc<FollowedTenant>> {
        self.followed.read().get(&tenant).map(Arc::clone)
    }

    fn follow(self: &Arc<Self>, tenant: TenantId) -> Arc<FollowedTenant> {
        if let Some(followed) = self.get(tenant) {
            return followed;
        }
        let mut all = self.followed.write();
        let followed = all.entry(tenant).or_insert_with(|| {
            let closed = self.tasks.token().child_token();
            let followed = Arc::new(FollowedTenant::new(tenant, closed));
            let work = Arc::clone(self).run_reader(Arc::clone(&followed));
            self.tasks.spawn("accounts.follow", work);
            followed
        });
        Arc::clone(followed)
    }

    /// Reads whenever there is something to read, until the tenant is no longer followed.
    async fn run_reader(self: Arc<Self>, followed: Arc<FollowedTenant>) {
        let closed = followed.closed.clone();
        let work = async {
            let mut backoff = Backoff::new(Duration::MAX);
            let mut failing = false;
            loop {
                followed.wait_until_behind().await;
                followed.begin_attempt();
                let read = self.read_changes(&followed).await;
                followed.end_attempt();
                let pause = match &read {
                    Ok(()) => {
                        backoff.reset();
                        MIN_READ_INTERVAL
                    }
                    Err(_) => backoff.next_delay().unwrap_or(MIN_READ_INTERVAL),
                };
                log_transition(&followed, &read, &mut failing);
                tokio::time::sleep(pause).await;
            }
        };
        tokio::select! {
            () = work => {}
            () = closed.cancelled() => {}
        }
    }

    async fn read_changes(&self, followed: &FollowedTenant) -> Result<(), CallError> {
        loop {
            let (announced, after) = (followed.announced_head(), followed.known().position());
            let answer = self.fetch_changes(followed.tenant, after).await?;
            let has_news = after.is_none() || !answer.changes.is_empty();
            let advanced = after.is_none_or(|after| answer.position > after);
            let applied = followed.known().apply(answer);
            let Applied::Advanced {
                has_more,
                service_changed,
            } = applied
            else {
                tracing::warn!(tenant.id = %followed.tenant, "access changes are read again from the beginning");
                return Ok(());
            };
            if service_changed {
                self.tenants.invalidate(followed.tenant).await;
            }
            if has_news {
                self.revoke_affected(followed);
            }
            if !has_more || !advanced {
                followed.reset_head(announced);
                return Ok(());
            }
        }
    }

    async fn fetch_changes(
        &self,
        tenant: TenantId,
        after: Option<i64>,
    ) -> Result<AccessChangesResponse, CallError> {
        // The semaphore is never closed. Without a permit the call would only be unlimited.
        let _permit = self.read_permits.acquire().await.ok();
        let request = AccessChangesRequest { tenant, after };
        self.customers.call(&request, internal::deadline()).await
    }

    /// Ends every open socket and subscription whose caller's access was revoked.
    fn revoke_affected(&self, followed: &FollowedTenant) {
        let revoked = {
            let known = followed.known();
            self.registry
                .revoke_where(followed.tenant, |grant| known.revocation_of(grant))
        };
        let mut counts: BTreeMap<(&str, &str), u64> = BTreeMap::new();
        for (what, reason) in revoked {
            *counts.entry((what, reason.as_str())).or_default() += 1;
        }
        for ((what, reason), count) in counts {
            metrics::counter!(catalogue::ACCESS_ENDED_TOTAL, "what" => what, "reason" => reason)
                .increment(count);
            tracing::info!(tenant.id = %followed.tenant, what, reason, count, "access has ended");
        }
    }

    /// Polls the heads of all followed tenants once per interval.
    async fn poll_heads(self: Arc<Self>, interval: Duration) {
        let stopping = self.tasks.token();
        let mut ticks = tokio::time::interval(interval);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                () = stopping.cancelled() => return,
            }
            let followed = self.expire();
            for chunk in followed.chunks(HEADS_PER_CALL) {
                let streams = chunk
                    .iter()
                    .map(|followed| (followed.tenant, Stream::ACCOUNTS.name));
                match internal::heads(&self.customers, streams).await {
                    Ok(heads) => observe_heads(chunk, &heads),
                    Err(error) => tracing::debug!(
                        error = %service::log::chain(&error),
                        "heads of the accounts streams could not be polled"
                    ),
                }
            }
        }
    }

    /// Stops following idle tenants, and removes changes older than any valid token. Returns the tenants that are
    /// still followed.
    fn expire(&self) -> Vec<Arc<FollowedTenant>> {
        let horizon = KnownRevocations::horizon(self.clock.now(), self.config.token_life);
        let mut all = self.followed.write();
        all.retain(|tenant, followed| {
            let keep = !followed.is_idle(self.config.idle) || self.registry.has_any(*tenant);
            if !keep {
                followed.closed.cancel();
            }
            keep
        });
        let remaining: Vec<_> = all.values().map(Arc::clone).collect();
        drop(all);
        for followed in &remaining {
            followed.known().forget_before(horizon);
        }
        remaining
    }
}

fn observe_heads(followed: &[Arc<FollowedTenant>], answer: &HeadsResponse) {
    let heads: HashMap<_, _> = answer
        .heads
        .iter()
        .map(|head| (head.tenant, head.head))
        .collect();
    for followed in followed {
        if let Some(head) = heads.get(&followed.tenant) {
            followed.observe_head(answer.epoch, *head);
        }
    }
}

/// Logs the transition to unavailable and back.
fn log_transition(followed: &FollowedTenant, read: &Result<(), CallError>, failing: &mut bool) {
    let was_failing = std::mem::replace(failing, read.is_err());
    match read {
        Err(error) if !was_failing => tracing::warn!(
            tenant.id = %followed.tenant,
            error = %service::log::chain(error),
            "access changes cannot be read; the known revocations stay in force"
        ),
        Ok(()) if was_failing => {
            tracing::info!(tenant.id = %followed.tenant, "access changes are read again");
        }
        Ok(()) | Err(_) => {}
    }
}

fn rejection(reason: RevocationReason) -> Rejection {
    let reason = match reason {
        RevocationReason::Suspended => return ClientRejection::TenantNotFound.into(),
        RevocationReason::SessionEnded => "the session has ended: sign in again",
        RevocationReason::RoleChanged => "the role has changed: refresh the session",
        RevocationReason::Deactivated => "the account is not active",
    };
    Rejection::unauthenticated(reason)
}
