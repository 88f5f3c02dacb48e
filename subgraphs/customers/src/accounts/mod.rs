//! Who signs in: staff members and customers with an account, their passwords and their sessions.
//!
//! - Tables: `staff_members`, `accounts`, `sessions`.
//! - An e-mail address is one account per shop; the same address in another shop is another
//!   account.
//! - An unknown address and a wrong password are one answer that takes one time.
//! - Failed sign-ins are counted per address; a successful one forgets them.
//! - Left to a later change, with the rows they need in place: ending and refreshing a session
//!   (`revoked_at`, `family`), changing a staff member's role.

mod graphql;
mod loaders;
mod model;
mod passwords;
mod refresh_token;
mod seed_people;
mod sign_in;
mod store;
#[cfg(test)]
mod tests;

pub use graphql::{AccountMutations, AccountQueries};
pub use loaders::staff_loader;
pub use passwords::Passwords;
pub use seed_people::{PeopleSeed, seed_people};
pub use sign_in::FAILED_SIGN_INS;
