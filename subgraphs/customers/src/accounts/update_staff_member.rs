//! An owner changes the role of a staff member, or deactivates or reactivates them.

use chrono::{DateTime, Utc};
use database::{StoreError, TenantTx};
use event_log::Recorded;
use graphql_server::{CommandError, Refusal};
use identity::{Caller, Permission};
use ids::StaffMemberId;

use super::model::{EndReason, Principal, StaffMember, staff_role};
use super::{events, store};
use crate::app::App;

/// The command; `None` leaves a value unchanged.
pub struct UpdateStaffMember {
    /// `None` when the text is not a well-formed id.
    pub id: Option<StaffMemberId>,
    /// Name of the role, as the client wrote it.
    pub role: Option<String>,
    pub active: Option<bool>,
}

/// Reasons why a staff member is not updated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum, thiserror::Error)]
#[graphql(name = "UpdateStaffMemberErrorCode")]
pub enum UpdateStaffMemberRefusal {
    /// The shop has no such staff member.
    #[error("staff member was not found")]
    StaffMemberNotFound,
    /// The role does not exist or is not a role of staff.
    #[error("staff cannot have this role")]
    RoleUnknown,
    /// The shop would have no active owner left.
    #[error("the shop would have no active owner left")]
    LastOwner,
}

impl Refusal for UpdateStaffMemberRefusal {
    fn field(&self) -> Option<&'static str> {
        match self {
            Self::StaffMemberNotFound => Some("id"),
            Self::RoleUnknown => Some("role"),
            Self::LastOwner => None,
        }
    }
}

/// Changes a staff member and publishes the change to every gateway. Deactivation ends all sessions of the staff member in
/// the same transaction.
pub async fn update_staff_member(
    app: &App,
    caller: &Caller,
    command: UpdateStaffMember,
) -> Result<StaffMember, CommandError<UpdateStaffMemberRefusal>> {
    caller.require(Permission::StaffManage)?;
    let id = command
        .id
        .ok_or(UpdateStaffMemberRefusal::StaffMemberNotFound)?;
    let mut tx = app.db.write(caller.tenant_id()).await?;
    let locked = store::lock_staff_member_and_owners(&mut tx, id).await?;
    let (current, updated) = decide(&locked, id, &command)?;
    if updated == current {
        return Ok(current);
    }
    let now = app.now();
    store::update_staff_member(&mut tx, &updated).await?;
    let mut events = vec![events::staff_member_updated(&updated, now)];
    if current.active && !updated.active {
        events.extend(end_sessions(&mut tx, &updated, now).await?);
    }
    app.log.commit(tx, events).await?;
    Ok(updated)
}

async fn end_sessions(
    tx: &mut TenantTx<'_>,
    member: &StaffMember,
    now: DateTime<Utc>,
) -> Result<Vec<Recorded>, StoreError> {
    let reason = EndReason::StaffMemberDeactivated;
    let principal = Principal::Staff {
        id: member.id,
        role: member.role,
    };
    let sessions = store::update_sessions_ended(tx, principal, None, reason, now).await?;
    Ok(sessions
        .into_iter()
        .map(|session| events::session_ended(session, reason, now))
        .collect())
}

/// The pure rule: returns the staff member before and after. `locked` holds the staff member, if it exists, and every
/// active owner.
pub fn decide(
    locked: &[StaffMember],
    id: StaffMemberId,
    command: &UpdateStaffMember,
) -> Result<(StaffMember, StaffMember), UpdateStaffMemberRefusal> {
    let current = locked
        .iter()
        .find(|member| member.id == id)
        .ok_or(UpdateStaffMemberRefusal::StaffMemberNotFound)?;
    let mut updated = current.clone();
    if let Some(name) = &command.role {
        updated.role = staff_role(name).ok_or(UpdateStaffMemberRefusal::RoleUnknown)?;
    }
    updated.active = command.active.unwrap_or(current.active);
    let has_other_owner = locked
        .iter()
        .any(|member| member.id != id && member.is_active_owner());
    if current.is_active_owner() && !updated.is_active_owner() && !has_other_owner {
        return Err(UpdateStaffMemberRefusal::LastOwner);
    }
    Ok((current.clone(), updated))
}
