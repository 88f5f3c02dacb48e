//! An owner gives a member of the staff another role, lets them go or takes them back.

use chrono::{DateTime, Utc};
use database::{StoreError, TenantTx};
use event_log::NewEvent;
use identity::{Caller, Denied, Permission, Role};
use ids::StaffMemberId;

use super::model::{EndReason, Principal, StaffMember};
use super::{events, store};
use crate::app::App;

/// What is to change; `None` leaves it.
pub struct UpdateStaffMember {
    /// `None` when the text is nobody's id.
    pub id: Option<StaffMemberId>,
    pub role: Option<RequestedRole>,
    pub active: Option<bool>,
}

/// A role as the caller named it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestedRole {
    Known(Role),
    Unknown,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum StaffMemberRefusal {
    #[error("staff member was not found")]
    StaffMemberNotFound,
    #[error("there is no such role for staff")]
    RoleUnknown,
    #[error("the shop would have no owner left")]
    LastOwner,
}

#[derive(Debug, thiserror::Error)]
pub enum UpdateStaffMemberError {
    #[error(transparent)]
    Refused(#[from] StaffMemberRefusal),
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Changes a staff member and tells every gateway. Whoever is let go loses all sessions in the same transaction.
pub async fn update_staff_member(
    app: &App,
    caller: &Caller,
    command: UpdateStaffMember,
) -> Result<StaffMember, UpdateStaffMemberError> {
    caller.require(Permission::StaffManage)?;
    let id = command.id.ok_or(StaffMemberRefusal::StaffMemberNotFound)?;
    let mut tx = app.db.write(caller.tenant_id()).await?;
    let locked = store::lock_staff_member_and_owners(&mut tx, id).await?;
    let (current, updated) = decide(&locked, id, &command)?;
    if updated == current {
        return Ok(current);
    }
    let now = app.now();
    store::update_staff_member(&mut tx, &updated).await?;
    let mut events = vec![events::staff_member_updated(app.next_id(), &updated, now)];
    if current.active && !updated.active {
        events.extend(end_sessions(app, &mut tx, &updated, now).await?);
    }
    event_log::append(&mut tx, events::STREAM, &events).await?;
    tx.commit().await?;
    app.waker.wake();
    Ok(updated)
}

async fn end_sessions(
    app: &App,
    tx: &mut TenantTx<'_>,
    member: &StaffMember,
    now: DateTime<Utc>,
) -> Result<Vec<NewEvent>, StoreError> {
    let reason = EndReason::StaffMemberDeactivated;
    let principal = Principal::Staff {
        id: member.id,
        role: member.role,
    };
    let sessions = store::update_sessions_ended(tx, principal, None, reason, now).await?;
    Ok(sessions
        .into_iter()
        .map(|session| events::session_ended(app.next_id(), session, reason, now))
        .collect())
}

/// The rule itself: before and after. `locked` has the staff member, if there is one, and every active owner.
pub fn decide(
    locked: &[StaffMember],
    id: StaffMemberId,
    command: &UpdateStaffMember,
) -> Result<(StaffMember, StaffMember), StaffMemberRefusal> {
    let current = locked
        .iter()
        .find(|member| member.id == id)
        .ok_or(StaffMemberRefusal::StaffMemberNotFound)?;
    let mut updated = current.clone();
    match command.role {
        Some(RequestedRole::Known(role)) => updated.role = role,
        Some(RequestedRole::Unknown) => return Err(StaffMemberRefusal::RoleUnknown),
        None => {}
    }
    updated.active = command.active.unwrap_or(current.active);
    let others_own = locked
        .iter()
        .any(|member| member.id != id && member.is_active_owner());
    if current.is_active_owner() && !updated.is_active_owner() && !others_own {
        return Err(StaffMemberRefusal::LastOwner);
    }
    Ok((current.clone(), updated))
}
