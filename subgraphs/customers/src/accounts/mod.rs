//! Accounts of staff members and customers: passwords, sessions, refresh tokens, stream tickets.
//!
//! - Tables: `staff_members`, `accounts`, `sessions`, `refresh_tokens`, `stream_tickets`.
//! - Events: stream `accounts`, which holds every event that ends or changes access (revocations): `session.ended.v1`,
//!   `staff_member.updated.v1`, and from the feature `tenants` `tenant.suspended.v1` and `tenant.resumed.v1`.
//! - An e-mail address identifies one account per tenant; the same address in another tenant is another
//!   account.
//! - Sign-in answers an unknown address and a wrong password alike and in the same time.
//! - Failed sign-ins are counted per e-mail address; a successful one resets the count.
//! - A session is one sign-in with one id. Each of its refresh tokens is valid for one use. Reuse after the grace period,
//!   which covers concurrent requests of one client, ends the session.
//! - A stream ticket opens one event stream of a browser and may resume it while its session is live.
//! - Sessions are removed after their retention, with their refresh tokens and stream tickets.
//! - A tenant always has an active owner.

mod create_stream_ticket;
mod events;
mod graphql;
mod list_access_changes;
mod list_staff_members;
mod loaders;
mod model;
mod opaque_token;
mod passwords;
mod redeem_stream_ticket;
mod refresh_session;
mod remove_old_sessions;
mod seed_people;
mod session_tokens;
mod sign_in;
mod sign_out;
mod store;
#[cfg(test)]
mod tests;
mod update_staff_member;

pub use graphql::{AccountMutations, AccountQueries};
pub use list_access_changes::list_access_changes;
pub use loaders::StaffMembersById;
pub use passwords::Passwords;
pub use redeem_stream_ticket::redeem_stream_ticket;
pub use remove_old_sessions::remove_old_sessions;
pub use seed_people::{PeopleSeed, seed_people};
pub use sign_in::FAILED_SIGN_INS;
