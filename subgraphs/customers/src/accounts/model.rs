//! Staff members, accounts to sign in with, sessions.

use chrono::{DateTime, Utc};
use identity::{Role, Subject};
use ids::{CustomerId, SessionId, StaffMemberId};
use uuid::Uuid;

use crate::customers::EmailAddress;

/// Failed sign-ins of one e-mail address within the window after which further ones are refused
/// unseen.
pub const MAX_FAILED_SIGN_INS: u32 = 10;
/// Longest password that is looked at, in characters.
pub const PASSWORD_MAX_CHARACTERS: usize = 255;

/// Somebody who works for the shop.
#[derive(Clone)]
pub struct StaffMember {
    pub id: StaffMemberId,
    pub email: EmailAddress,
    pub name: Option<String>,
    pub role: Role,
}

/// Whose account or session it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Principal {
    Staff { id: StaffMemberId, role: Role },
    Customer(CustomerId),
}

impl Principal {
    /// The id in the columns `staff_id` and `customer_id`, of which exactly one is set.
    pub fn columns(self) -> (Option<Uuid>, Option<Uuid>) {
        match self {
            Self::Staff { id, .. } => (Some(id.uuid()), None),
            Self::Customer(id) => (None, Some(id.uuid())),
        }
    }
}

/// The role of that name, if it is one for staff.
pub fn staff_role(name: &str) -> Option<Role> {
    Role::from_name(name).filter(|role| *role != Role::Customer)
}

impl From<Principal> for Subject {
    fn from(principal: Principal) -> Self {
        match principal {
            Principal::Staff { id, role } => Self::staff(id, role),
            Principal::Customer(id) => Self::customer(id),
        }
    }
}

/// What signing in needs to know about an account. It has no `Debug`: it holds the password's hash.
#[derive(Clone)]
pub struct Account {
    pub principal: Principal,
    /// PHC string, `$argon2id$…`.
    pub password_hash: String,
    /// Does not move when the same password is hashed anew.
    pub password_changed_at: DateTime<Utc>,
}

/// A sign-in that is to be written. It has no `Debug`: it holds the hash of the refresh token.
pub struct NewSession {
    pub id: SessionId,
    pub principal: Principal,
    /// The sign-in out of which the session grew: the id of its first session.
    pub family: Uuid,
    /// SHA-256 of the refresh token.
    pub refresh_token_hash: [u8; 32],
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}
