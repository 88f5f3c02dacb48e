//! What is known about the access of one shop's people. Pure.
//!
//! Only changes are kept, and only as long as a token from before them can live: whoever is not mentioned may do what
//! the token says.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use identity::{Role, Subject};
use ids::{SessionId, StaffMemberId};
use internal_api::accounts::{AccessChange, AccessChangeKind, AccessChangesResponse};
use uuid::Uuid;

use crate::principal::Principal;

/// What of a caller can lose its access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The session of the token; `None` for an anonymous shopper.
    pub session: Option<SessionId>,
    /// Member of the staff, and as what.
    pub staff: Option<(StaffMemberId, Role)>,
}

impl Holder {
    /// Of a principal.
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

/// Why somebody has no access any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Void {
    /// The session was ended.
    SessionEnded,
    /// The member of the staff has another role by now.
    RoleChanged,
    /// The member of the staff may no longer work.
    Deactivated,
    /// The shop is not served.
    Suspended,
}

impl Void {
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

/// What became of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It was written down.
    Further {
        /// Whether there is more to ask for.
        has_more: bool,
        /// Whether the shop was suspended or resumed.
        service_changed: bool,
    },
    /// The log was restored or truncated: it has to be read from its beginning.
    Anew,
}

/// The changes that still matter.
#[derive(Debug, Default)]
pub struct Record {
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

impl Record {
    /// Everything up to here is known; `None` before the first answer.
    pub fn position(&self) -> Option<i64> {
        self.read.map(|read| read.seq)
    }

    /// Whether positions of this epoch count here. Before the first answer those of any epoch do.
    pub fn is_in(&self, epoch: Uuid) -> bool {
        self.read.is_none_or(|read| read.epoch == epoch)
    }

    /// Asks for everything once more. What is known counts until the answer is there.
    pub fn restart(&mut self) {
        self.read = None;
    }

    /// Writes down an answer to a question after [`Self::position`].
    pub fn take(&mut self, answer: AccessChangesResponse) -> Taken {
        if !self.is_in(answer.epoch) {
            self.restart();
            return Taken::Anew;
        }
        let was_suspended = self.suspended;
        if self.read.is_none() {
            // Sessions that have ended stay ended, in every history. The rest is as this log tells it.
            self.staff.clear();
            self.suspended = false;
        }
        for change in answer.changes {
            self.write_down(change);
        }
        self.read = Some(Position {
            epoch: answer.epoch,
            seq: answer.position,
        });
        Taken::Further {
            has_more: answer.has_more,
            service_changed: self.suspended != was_suspended,
        }
    }

    fn write_down(&mut self, change: AccessChange) {
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

    /// Why this caller has no access; `None` for somebody who has.
    pub fn verdict(&self, holder: &Holder) -> Option<Void> {
        if self.suspended {
            return Some(Void::Suspended);
        }
        if holder
            .session
            .is_some_and(|session| self.sessions.contains_key(&session))
        {
            return Some(Void::SessionEnded);
        }
        let (id, role) = holder.staff?;
        match &self.staff.get(&id)?.role {
            None => Some(Void::Deactivated),
            Some(current) => (current != role.name()).then_some(Void::RoleChanged),
        }
    }

    /// Forgets what no token can run against any more: changes of before `horizon`.
    pub fn forget_before(&mut self, horizon: DateTime<Utc>) {
        self.sessions.retain(|_, at| *at >= horizon);
        self.staff.retain(|_, entry| entry.at >= horizon);
        if self.sessions.is_empty() {
            self.sessions = HashMap::new();
        }
    }

    /// The time before which changes do not matter, for tokens of this life. Clocks may differ by a minute.
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

    fn holder(number: u128, role: Role) -> Holder {
        Holder {
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

    /// An answer in an epoch whose changes happened a second apart.
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
    fn those_who_are_not_mentioned_have_access() {
        let mut record = Record::default();
        record.take(answer(1, vec![ended(1), changed(2, None)]));

        let anonymous = Holder {
            session: None,
            staff: None,
        };
        assert_eq!(record.verdict(&holder(3, Role::Owner)), None);
        assert_eq!(record.verdict(&anonymous), None);
    }

    #[test]
    fn the_last_role_counts() {
        let mut record = Record::default();
        let kinds = vec![changed(1, None), changed(1, Some("support"))];
        record.take(answer(1, kinds));

        let verdict = |role| record.verdict(&holder(1, role));
        assert_eq!(verdict(Role::Owner), Some(Void::RoleChanged));
        assert_eq!(verdict(Role::Support), None);
    }

    #[test]
    fn a_suspension_is_for_everybody_until_the_shop_is_resumed() {
        let mut record = Record::default();
        let suspended = vec![AccessChangeKind::TenantSuspended];
        let taken = record.take(answer(1, suspended));
        let further = |service_changed| Taken::Further {
            has_more: false,
            service_changed,
        };
        assert_eq!(taken, further(true));
        assert_eq!(
            record.verdict(&holder(1, Role::Owner)),
            Some(Void::Suspended)
        );

        let taken = record.take(answer(1, vec![AccessChangeKind::TenantResumed]));

        assert_eq!(taken, further(true));
        assert_eq!(record.verdict(&holder(1, Role::Owner)), None);
    }

    #[test]
    fn another_epoch_is_read_anew_and_ended_sessions_stay_ended() {
        let mut record = Record::default();
        record.take(answer(1, vec![ended(1), changed(2, None)]));

        assert_eq!(record.take(answer(2, Vec::new())), Taken::Anew);
        assert_eq!(record.position(), None);
        let until_then = record.verdict(&holder(2, Role::Owner));
        assert_eq!(until_then, Some(Void::Deactivated));
        record.take(answer(2, Vec::new()));

        assert_eq!(record.verdict(&holder(2, Role::Owner)), None);
        assert_eq!(
            record.verdict(&holder(1, Role::Owner)),
            Some(Void::SessionEnded)
        );
    }

    #[test]
    fn what_no_token_can_run_against_is_forgotten() {
        let mut record = Record::default();
        record.take(answer(1, vec![ended(1), changed(2, None), ended(3)]));
        let life = std::time::Duration::from_mins(15);

        // A quarter of an hour and a minute after the second of them.
        record.forget_before(Record::horizon(at(3 + 16 * 60), life));

        assert_eq!(record.verdict(&holder(1, Role::Owner)), None);
        assert_eq!(record.verdict(&holder(2, Role::Owner)), None);
        assert_eq!(
            record.verdict(&holder(3, Role::Owner)),
            Some(Void::SessionEnded)
        );
        assert_eq!(record.position(), Some(3));
    }
}
