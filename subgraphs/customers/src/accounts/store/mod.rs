//! SQL of staff members, accounts, sessions, refresh tokens and stream tickets, one file per table.

mod accounts;
mod refresh_tokens;
mod sessions;
mod staff_members;
mod stream_tickets;

use chrono::{DateTime, Utc};
use database::Columns;
use sqlx::postgres::PgRow;

pub(super) use accounts::{
    exists_account, find_account, insert_account, lock_account, update_password_hash,
};
pub(super) use refresh_tokens::{
    delete_refresh_tokens_of_old_sessions, insert_refresh_token, lock_refresh_token,
    update_refresh_token_used,
};
pub(super) use sessions::{
    delete_old_sessions, find_live_session, insert_session, list_tenants_with_old_sessions,
    update_sessions_ended,
};
pub(super) use staff_members::{
    count_staff_members, list_staff_members, load_staff_members_by_ids, lock_staff_member,
    lock_staff_member_and_owners, update_staff_member, upsert_staff_member,
};
pub(super) use stream_tickets::{
    NewStreamTicket, TicketUse, delete_stream_tickets_of_old_sessions,
    delete_unused_stream_tickets, find_session_of_used_ticket, insert_stream_ticket,
    update_stream_ticket_used,
};

use super::model::{Principal, staff_role};

/// The principal of an account or session, from its columns and the role of the staff member, if it is one.
fn principal(row: &PgRow, columns: &Columns<'_>) -> Result<Principal, sqlx::Error> {
    match (columns.get("staff_id")?, columns.get("customer_id")?) {
        (Some(id), None) => {
            let role = Columns::of(row, "staff_members", "staff_id").parse("role", staff_role)?;
            Ok(Principal::Staff { id, role })
        }
        (None, Some(id)) => Ok(Principal::Customer(id)),
        (Some(_), Some(_)) | (None, None) => Err(columns.invalid("customer_id")),
    }
}

/// Cut-off times and batch size of the retention job.
pub struct Removal {
    /// Sessions that ended or expired before this time are removed.
    pub sessions_before: DateTime<Utc>,
    /// Unused tickets that expired before this time are removed.
    pub tickets_before: DateTime<Utc>,
    /// Limit of rows per statement.
    pub limit: i64,
}
