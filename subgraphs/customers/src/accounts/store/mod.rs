//! SQL of staff members, accounts, sessions, refresh tokens and stream tickets, one file per table.

mod accounts;
mod refresh_tokens;
mod sessions;
mod staff_members;
mod stream_tickets;

use chrono::{DateTime, Utc};

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

/// Cut-off times and batch size of the retention job.
pub struct Removal {
    /// Sessions that ended or expired before this time are removed.
    pub sessions_before: DateTime<Utc>,
    /// Unused tickets that expired before this time are removed.
    pub tickets_before: DateTime<Utc>,
    /// Limit of rows per statement.
    pub limit: i64,
}
