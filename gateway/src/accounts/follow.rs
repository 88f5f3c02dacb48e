//! Follows the stream `accounts` of the shops whose people are served here, and ends what a change concerns.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use ids::TenantId;
use internal_api::accounts::{
    ACCESS_CHANGES, ACCOUNTS_STREAM, AccessChangesRequest, AccessChangesResponse,
};
use internal_api::events::HeadsResponse;
use service::telemetry::catalogue;
use service::{Clock, Deadline, Tasks, deadlines};
use tokio::sync::Semaphore;

use super::config::AccountsConfig;
use super::followed::Followed;
use super::presences::{Presence, Presences, Revocable};
use super::record::{Holder, Record, Taken, Void};
use crate::app::Adapters;
use crate::internal_client::{CallError, HEADS_PER_CALL, InternalClient, Subgraph};
use crate::principal::Principal;
use crate::rejection::{ClientRejection, Rejection};
use crate::steps::resolve_tenant::Tenants;
use crate::subscriptions::patience::Patience;

/// Shops that are read for at the same time: customers that comes back is not run over.
const READS_AT_ONCE: usize = 16;
/// A shop is not read for more often than this, whatever happens there.
const READ_EVERY: Duration = Duration::from_millis(250);

/// Who has lost access, as far as this gateway knows.
pub struct Accounts {
    customers: InternalClient,
    tenants: Tenants,
    clock: Arc<dyn Clock>,
    tasks: Tasks,
    config: AccountsConfig,
    presences: Presences,
    followed: RwLock<HashMap<TenantId, Arc<Followed>>>,
    reads: Semaphore,
}

impl Accounts {
    /// Nobody is followed yet.
    pub fn start(adapters: &Adapters, tenants: Tenants) -> Arc<Self> {
        let accounts = Arc::new(Self {
            customers: adapters.internal.clone(),
            tenants,
            clock: Arc::clone(&adapters.clock),
            tasks: adapters.tasks.clone(),
            config: adapters.config.accounts.clone(),
            presences: Presences::default(),
            followed: RwLock::default(),
            reads: Semaphore::new(READS_AT_ONCE),
        });
        let interval = adapters.config.subscriptions.heads_interval;
        let watch = Arc::clone(&accounts).watch_heads(interval);
        adapters.tasks.spawn("accounts.heads", watch);
        accounts
    }

    /// Refuses somebody whose access has ended. The first one of a shop waits until the stream was asked for.
    pub async fn admit(self: &Arc<Self>, principal: &Principal) -> Result<(), Rejection> {
        let tenant = principal.tenant.id;
        let holder = Holder::of(principal);
        if holder.session.is_none() {
            let void = self
                .known(tenant)
                .and_then(|followed| followed.record().verdict(&holder));
            return void.map_or(Ok(()), |void| Err(refuse(void)));
        }
        let followed = self.follow(tenant);
        followed.touch();
        followed.first_attempt(deadlines::INTERNAL_CALL).await;
        let mut void = followed.record().verdict(&holder);
        if matches!(void, Some(Void::RoleChanged | Void::Deactivated)) {
            // A token can be newer than what is known here: signed in with a role that was given a moment ago.
            followed.once_more(deadlines::INTERNAL_CALL).await;
            void = followed.record().verdict(&holder);
        }
        void.map_or(Ok(()), |void| Err(refuse(void)))
    }

    /// Enters something that is open in somebody's name. It is told when access ends, or at once when it has ended.
    pub fn attend(self: &Arc<Self>, principal: &Principal, open: Arc<dyn Revocable>) -> Presence {
        let (tenant, holder) = (principal.tenant.id, Holder::of(principal));
        let presence = self.presences.enter(tenant, holder, Arc::clone(&open));
        if self.follow(tenant).record().verdict(&holder).is_some() {
            open.revoke();
        }
        presence
    }

    /// Somebody says that the stream of a shop is as far as `seq`.
    pub fn hint(&self, tenant: TenantId, seq: i64) {
        if let Some(followed) = self.known(tenant) {
            followed.announce(seq);
        }
    }

    /// Whether a token of this end could outlive the memory of its session's end.
    pub fn outlives_memory(&self, expires_at: DateTime<Utc>) -> bool {
        (expires_at - self.clock.now())
            .to_std()
            .is_ok_and(|left| left > self.config.token_life)
    }

    fn known(&self, tenant: TenantId) -> Option<Arc<Followed>> {
        let followed = self.followed.read().unwrap_or_else(PoisonError::into_inner);
        followed.get(&tenant).map(Arc::clone)
    }

    fn follow(self: &Arc<Self>, tenant: TenantId) -> Arc<Followed> {
        if let Some(known) = self.known(tenant) {
            return known;
        }
        let mut all = self
            .followed
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let followed = all.entry(tenant).or_insert_with(|| {
            let closed = self.tasks.token().child_token();
            let followed = Arc::new(Followed::new(tenant, closed));
            let work = Arc::clone(self).keep_up(Arc::clone(&followed));
            self.tasks.spawn("accounts.follow", work);
            followed
        });
        Arc::clone(followed)
    }

    /// Reads whenever there is something to read, until the shop is no longer followed.
    async fn keep_up(self: Arc<Self>, followed: Arc<Followed>) {
        let closed = followed.closed.clone();
        let work = async {
            let mut patience = Patience::new(Duration::MAX);
            let mut failing = false;
            loop {
                followed.behind().await;
                followed.begin();
                let read = self.read(&followed).await;
                followed.end();
                let pause = match &read {
                    Ok(()) => {
                        patience.reset();
                        READ_EVERY
                    }
                    Err(_) => patience.next_delay().unwrap_or(READ_EVERY),
                };
                tell_trouble(&followed, &read, &mut failing);
                tokio::time::sleep(pause).await;
            }
        };
        tokio::select! {
            () = work => {}
            () = closed.cancelled() => {}
        }
    }

    async fn read(&self, followed: &Followed) -> Result<(), CallError> {
        loop {
            let (told, after) = (followed.told(), followed.record().position());
            let answer = self.ask(followed.tenant, after).await?;
            let news = after.is_none() || !answer.changes.is_empty();
            let moved = after.is_none_or(|after| answer.position > after);
            let taken = followed.record().take(answer);
            let Taken::Further {
                has_more,
                service_changed,
            } = taken
            else {
                tracing::warn!(tenant.id = %followed.tenant, "changes of access are read anew");
                return Ok(());
            };
            if service_changed {
                self.tenants.forget(followed.tenant).await;
            }
            if news {
                self.end_void(followed);
            }
            if !has_more || !moved {
                followed.disbelieve(told);
                return Ok(());
            }
        }
    }

    async fn ask(
        &self,
        tenant: TenantId,
        after: Option<i64>,
    ) -> Result<AccessChangesResponse, CallError> {
        // Never closed; without a permit the call would only be unlimited.
        let _permit = self.reads.acquire().await.ok();
        let request = AccessChangesRequest { tenant, after };
        let deadline = Deadline::after(deadlines::INTERNAL_CALL);
        let address = (Subgraph::Customers, ACCESS_CHANGES);
        self.customers
            .post(address, Some(tenant), &request, deadline)
            .await
    }

    /// Ends whatever is open for people who have no access.
    fn end_void(&self, followed: &Followed) {
        let ended = {
            let record = followed.record();
            self.presences
                .end_where(followed.tenant, |holder| record.verdict(holder))
        };
        let mut counts: BTreeMap<(&str, &str), u64> = BTreeMap::new();
        for (what, void) in ended {
            *counts.entry((what, void.as_str())).or_default() += 1;
        }
        for ((what, reason), count) in counts {
            metrics::counter!(catalogue::ACCESS_ENDED_TOTAL, "what" => what, "reason" => reason)
                .increment(count);
            tracing::info!(tenant.id = %followed.tenant, what, reason, count, "access has ended");
        }
    }

    /// Asks once per interval how far the streams of all followed shops are.
    async fn watch_heads(self: Arc<Self>, interval: Duration) {
        let stopping = self.tasks.token();
        let mut ticks = tokio::time::interval(interval);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                () = stopping.cancelled() => return,
            }
            let followed = self.tidy();
            for some in followed.chunks(HEADS_PER_CALL) {
                match self.heads(some).await {
                    Ok(heads) => observe(some, &heads),
                    Err(error) => tracing::debug!(
                        reason = %crate::rejection::chain(&error),
                        "heads of accounts could not be asked for"
                    ),
                }
            }
        }
    }

    async fn heads(&self, followed: &[Arc<Followed>]) -> Result<HeadsResponse, CallError> {
        let streams = followed
            .iter()
            .map(|followed| (followed.tenant, ACCOUNTS_STREAM))
            .collect();
        self.customers.heads(Subgraph::Customers, streams).await
    }

    /// Forgets shops that nobody asks for, and changes that no token can run against any more. Returns who is left.
    fn tidy(&self) -> Vec<Arc<Followed>> {
        let horizon = Record::horizon(self.clock.now(), self.config.token_life);
        let mut all = self
            .followed
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        all.retain(|tenant, followed| {
            let keep = !followed.is_idle(self.config.idle) || self.presences.has_any(*tenant);
            if !keep {
                followed.closed.cancel();
            }
            keep
        });
        let left: Vec<_> = all.values().map(Arc::clone).collect();
        drop(all);
        for followed in &left {
            followed.record().forget_before(horizon);
        }
        left
    }
}

fn observe(followed: &[Arc<Followed>], answer: &HeadsResponse) {
    let heads: HashMap<_, _> = answer
        .heads
        .iter()
        .map(|head| (head.tenant, head.head))
        .collect();
    for followed in followed {
        if let Some(head) = heads.get(&followed.tenant) {
            followed.observe(answer.epoch, *head);
        }
    }
}

/// Says once that customers does not answer, and once that it does again.
fn tell_trouble(followed: &Followed, read: &Result<(), CallError>, failing: &mut bool) {
    let was_failing = std::mem::replace(failing, read.is_err());
    match read {
        Err(error) if !was_failing => tracing::warn!(
            tenant.id = %followed.tenant,
            reason = %crate::rejection::chain(error),
            "changes of access cannot be read, what is known goes on to count"
        ),
        Ok(()) if was_failing => {
            tracing::info!(tenant.id = %followed.tenant, "changes of access are read again");
        }
        Ok(()) | Err(_) => {}
    }
}

fn refuse(void: Void) -> Rejection {
    let reason = match void {
        Void::Suspended => return ClientRejection::TenantNotFound.into(),
        Void::SessionEnded => "the session has ended: sign in again",
        Void::RoleChanged => "the role has changed: refresh the session",
        Void::Deactivated => "the account is not active",
    };
    ClientRejection::Unauthenticated { reason }.into()
}
