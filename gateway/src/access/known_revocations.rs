//! What is known about revoked access in one tenant. Pure.
//!
//! Only changes are kept, and only for as long as a token issued before them can live: a caller without an entry has
//! the access that its token grants.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use identity::{Role, Subject};
use ids::{SessionId, StaffMemberId};
use internal_api::accounts::{AccessChange, AccessChangeKind, AccessChangesResponse};
use uuid::Uuid;

use crate::principal::Principal;

/// The part of a caller that a revocation is matched against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GrantKey {
    /// The session of the token; `None` for an anonymous caller.
    pub session: Option<SessionId>,
    /// The staff member and the role in the token; `None` for other callers.
    pub staff: Option<(StaffMemberId, Role)>,
}

impl GrantKey {
    /// The key of a principal.
    pub fn of(principal: &Principal) -> Self {
        let staff = match &principal.caller.subject {
            Subject::Staff { id, role } => Some((*id, *role)),
            Subject::Anonymous | Subject::Customer(_) => None,
        };
        Self {
            session: principal.session,
            staff,
        }
    }
}

/// Why access was revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevocationReason {
    /// The session was ended.
    SessionEnded,
    /// The staff member has another role than the token says.
    RoleChanged,
    /// The staff member was deactivated.
    Deactivated,
    /// The tenant is suspended.
    Suspended,
}

impl RevocationReason {
    /// For logs and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SessionEnded => "session_ended",
            Self::RoleChanged => "role_changed",
            Self::Deactivated => "deactivated",
            Self::Suspended => "suspended",
        }
    }
}

/// Result of applying an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// Its changes are known now.
    Advanced {
        /// Whether there is more to read.
        has_more: bool,
        /// Whether the tenant was suspended or resumed.
        service_changed: bool,
    },
    /// The log was restored or truncated: it has to be read from its beginning.
    Restarted,
}

/// The changes that are still relevant.
#[derive(Debug, Default)]
pub struct KnownRevocations {
    read: Option<Position>,
    sessions: HashMap<SessionId, DateTime<Utc>>,
    staff: HashMap<StaffMemberId, StaffEntry>,
    suspended: bool,
}

#[derive(Clone, Copy, Debug)]
struct Position {
    epoch: Uuid,
    seq: i64,
}

#[derive(Debug)]
struct StaffEntry {
    role: Option<String>,
    at: DateTime<Utc>,
}

impl KnownRevocations {
    /// The position up to which changes were read; `None` before the first answer.
    pub fn position(&self) -> Option<i64> {
        self.read.map(|read| read.seq)
    }

    /// Whether positions of this epoch are valid here. Before the first answer those of any epoch are.
    pub fn accepts_epoch(&self, epoch: Uuid) -> bool {
        self.read.is_none_or(|read| read.epoch == epoch)
    }

    /// Restarts the reading from the beginning. What is known stays in force until the next answer.
    pub fn restart(&mut self) {
        self.read = None;
    }

    /// Applies the answer to a request for changes after [`Self::position`].
    pub fn apply(&mut self, answer: AccessChangesResponse) -> Applied {
        if !self.accepts_epoch(answer.epoch) {
            self.restart();
            return Applied::Restarted;
        }
        let was_suspended = self.suspended;
        if self.read.is_none() {
            // Ended sessions stay ended in every history. The rest is taken from this log.
            self.staff.clear();
            self.suspended = false;
        }
        for change in answer.changes {
            self.apply_change(change);
        }
        self.read = Some(Position {
            epoch: answer.epoch,
            seq: answer.position,
        });
        Applied::Advanced {
            has_more: answer.has_more,
            service_changed: self.suspended != was_suspended,
        }
    }

    fn apply_change(&mut self, change: AccessChange) {
        let at = change.occurred_at;
        match change.kind {
            AccessChangeKind::SessionEnded { session } => {
                self.sessions.insert(session, at);
            }
            AccessChangeKind::StaffMemberChanged { staff, role } => {
                self.staff.insert(staff, StaffEntry { role, at });
            }
            AccessChangeKind::TenantSuspended => self.suspended = true,
            AccessChangeKind::TenantResumed => self.suspended = false,
        }
    }

    /// Why the access of a caller was revoked; `None` when the caller has access.
    pub fn revocation_of(&self, grant: &GrantKey) -> Option<RevocationReason> {
        if self.suspended {
            return Some(RevocationReason::Suspended);
        }
        if grant
            .session
            .is_some_and(|session| self.sessions.contains_key(&session))
        {
            return Some(RevocationReason::SessionEnded);
        }
        let (id, role) = grant.staff?;
        match &self.staff.get(&id)?.role {
            None => Some(RevocationReason::Deactivated),
            Some(current) => (current != role.name()).then_some(RevocationReason::RoleChanged),
        }
    }

    /// Removes changes from before `horizon`: no valid token is older.
    pub fn forget_before(&mut self, horizon: DateTime<Utc>) {
        self.sessions.retain(|_, at| *at >= horizon);
        self.staff.retain(|_, entry| entry.at >= horizon);
        if self.sessions.is_empty() {
            self.sessions = HashMap::new();
        }
    }

    /// The time before which changes are irrelevant for tokens of this lifetime. Clocks may differ by a minute.
    pub fn horizon(now: DateTime<Utc>, token_life: std::time::Duration) -> DateTime<Utc> {
        let life = TimeDelta::from_std(token_life).unwrap_or(TimeDelta::MAX);
        now.checked_sub_signed(life + TimeDelta::minutes(1))
            .unwrap_or(DateTime::<Utc>::MIN_UTC)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_800_000_000;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(NOON + second, 0).unwrap()
    }

    fn session(number: u128) -> SessionId {
        SessionId::from_uuid(Uuid::from_u128(number))
    }

    fn staff(number: u128) -> StaffMemberId {
        StaffMemberId::from_uuid(Uuid::from_u128(number))
    }

    fn grant(number: u128, role: Role) -> GrantKey {
        GrantKey {
            session: Some(session(number)),
            staff: Some((staff(number), role)),
        }
    }

    fn ended(number: u128) -> AccessChangeKind {
        AccessChangeKind::SessionEnded {
            session: session(number),
        }
    }

    fn changed(number: u128, role: Option<&str>) -> AccessChangeKind {
        AccessChangeKind::StaffMemberChanged {
            staff: staff(number),
            role: role.map(str::to_owned),
        }
    }

    /// An answer of an epoch; its changes are one second apart.
    fn answer(epoch: u128, kinds: Vec<AccessChangeKind>) -> AccessChangesResponse {
        let changes: Vec<_> = (1..)
            .zip(kinds)
            .map(|(seq, kind)| AccessChange {
                seq,
                occurred_at: at(seq),
                kind,
            })
            .collect();
        AccessChangesResponse {
            epoch: Uuid::from_u128(epoch),
            position: i64::try_from(changes.len()).unwrap(),
            has_more: false,
            changes,
        }
    }

    #[test]
    fn callers_without_an_entry_have_access() {
        let mut known = KnownRevocations::default();
        known.apply(answer(1, vec![ended(1), changed(2, None)]));

        let anonymous = GrantKey {
            session: None,
            staff: None,
        };
        assert_eq!(known.revocation_of(&grant(3, Role::Owner)), None);
        assert_eq!(known.revocation_of(&anonymous), None);
    }

    #[test]
    fn the_last_role_is_in_force() {
        let mut known = KnownRevocations::default();
        let kinds = vec![changed(1, None), changed(1, Some("support"))];
        known.apply(answer(1, kinds));

        let revocation = |role| known.revocation_of(&grant(1, role));
        assert_eq!(revocation(Role::Owner), Some(RevocationReason::RoleChanged));
        assert_eq!(revocation(Role::Support), None);
    }

    #[test]
    fn a_suspension_revokes_every_caller_until_the_tenant_is_resumed() {
        let mut known = KnownRevocations::default();
        let suspended = vec![AccessChangeKind::TenantSuspended];
        let applied = known.apply(answer(1, suspended));
        let advanced = |service_changed| Applied::Advanced {
            has_more: false,
            service_changed,
        };
        assert_eq!(applied, advanced(true));
        assert_eq!(
            known.revocation_of(&grant(1, Role::Owner)),
            Some(RevocationReason::Suspended)
        );

        let applied = known.apply(answer(1, vec![AccessChangeKind::TenantResumed]));

        assert_eq!(applied, advanced(true));
        assert_eq!(known.revocation_of(&grant(1, Role::Owner)), None);
    }

    #[test]
    fn another_epoch_restarts_the_reading_and_ended_sessions_stay_ended() {
        let mut known = KnownRevocations::default();
        known.apply(answer(1, vec![ended(1), changed(2, None)]));

        assert_eq!(known.apply(answer(2, Vec::new())), Applied::Restarted);
        assert_eq!(known.position(), None);
        let until_then = known.revocation_of(&grant(2, Role::Owner));
        assert_eq!(until_then, Some(RevocationReason::Deactivated));
        known.apply(answer(2, Vec::new()));

        assert_eq!(known.revocation_of(&grant(2, Role::Owner)), None);
        assert_eq!(
            known.revocation_of(&grant(1, Role::Owner)),
            Some(RevocationReason::SessionEnded)
        );
    }

    #[test]
    fn changes_older_than_any_valid_token_are_forgotten() {
        let mut known = KnownRevocations::default();
        known.apply(answer(1, vec![ended(1), changed(2, None), ended(3)]));
        let life = std::time::Duration::from_mins(15);

        // 16 minutes after the third change: one token lifetime and the clock tolerance.
        known.forget_before(KnownRevocations::horizon(at(3 + 16 * 60), life));

        assert_eq!(known.revocation_of(&grant(1, Role::Owner)), None);
        assert_eq!(known.revocation_of(&grant(2, Role::Owner)), None);
        assert_eq!(
            known.revocation_of(&grant(3, Role::Owner)),
            Some(RevocationReason::SessionEnded)
        );
        assert_eq!(known.position(), Some(3));
    }
}
