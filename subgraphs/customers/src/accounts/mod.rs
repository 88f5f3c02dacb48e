//! Who signs in: staff members and customers with an account, their passwords and their sessions.
//!
//! - Tables: `staff_members`, `accounts`, `sessions`, `refresh_tokens`, `stream_tickets`.
//! - Events: stream `accounts`, which has everything that ends or changes somebody's access: `session.ended.v1`,
//!   `staff_member.updated.v1`, and of the feature `tenants` `tenant.suspended.v1` and `tenant.resumed.v1`.
//! - An e-mail address is one account per shop; the same address in another shop is another
//!   account.
//! - An unknown address and a wrong password are one answer that takes one time.
//! - Failed sign-ins are counted per address; a successful one forgets them.
//! - A session is one sign-in with one id. Its refresh tokens are good for one use each; showing a used one again later
//!   than an honest race could, ends the session.
//! - A stream ticket opens one event stream of a browser and may resume that one while its session lives.
//! - Sessions that are long over are removed with everything they handed out.
//! - A shop always has an owner who can sign in.

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
pub use list_access_changes::{ListAccessChangesError, list_access_changes};
pub use loaders::staff_loader;
pub use passwords::Passwords;
pub use redeem_stream_ticket::redeem_stream_ticket;
pub use remove_old_sessions::{remove_old_sessions, run_removal};
pub use seed_people::{PeopleSeed, seed_people};
pub use sign_in::FAILED_SIGN_INS;
