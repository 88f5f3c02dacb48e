//! Staff members, accounts to sign in with, sessions.

use chrono::{DateTime, Utc};
use identity::{Role, Subject};
use ids::{CustomerId, SessionId, StaffMemberId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::customers::EmailAddress;

/// Failed sign-ins of one e-mail address within the window after which further ones are refused
/// unseen.
pub const MAX_FAILED_SIGN_INS: u32 = 10;
/// Longest password that is looked at, in characters.
pub const PASSWORD_MAX_CHARACTERS: usize = 255;
/// Longest origin of a page that is kept: a scheme, the longest host name and a port.
const ORIGIN_MAX_BYTES: usize = 270;

/// Somebody who works for the shop.
#[derive(Clone, PartialEq, Eq)]
pub struct StaffMember {
    pub id: StaffMemberId,
    pub email: EmailAddress,
    pub name: Option<String>,
    pub role: Role,
    /// Whether the person may sign in.
    pub active: bool,
}

/// Where a staff member stands in the list of the shop's staff: addresses differ within a shop.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StaffKey {
    pub email: String,
}

impl StaffMember {
    /// Its place in the list.
    pub fn key(&self) -> StaffKey {
        StaffKey {
            email: self.email.as_str().to_owned(),
        }
    }

    /// An owner who may act as one.
    pub fn is_active_owner(&self) -> bool {
        self.active && self.role == Role::Owner
    }
}

/// Whose account or session it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Principal {
    Staff { id: StaffMemberId, role: Role },
    Customer(CustomerId),
}

impl Principal {
    /// Who signed in, if anybody did.
    pub fn of(subject: &Subject) -> Option<Self> {
        match subject {
            Subject::Staff { id, role } => Some(Self::Staff {
                id: *id,
                role: *role,
            }),
            Subject::Customer(customer) => Some(Self::Customer(customer.id)),
            Subject::Anonymous => None,
        }
    }

    /// For logs: never an id.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Staff { .. } => "staff",
            Self::Customer(_) => "customer",
        }
    }

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

/// A session that is neither ended nor expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiveSession {
    pub id: SessionId,
    pub principal: Principal,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
}

/// Why a session ended before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    SignedOut,
    RefreshTokenReused,
    StaffMemberDeactivated,
}

impl EndReason {
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::RefreshTokenReused => "refresh_token_reused",
            Self::StaffMemberDeactivated => "staff_member_deactivated",
        }
    }
}

/// A refresh token that was found, with the session that it belongs to.
#[derive(Clone, Copy, Debug)]
pub struct KnownRefreshToken {
    /// When it was first used.
    pub used_at: Option<DateTime<Utc>>,
    pub session: SessionId,
    /// Staff with the role of this moment.
    pub principal: Principal,
    /// When the session ends by itself.
    pub expires_at: DateTime<Utc>,
    /// Whether the session was ended before its time.
    pub is_ended: bool,
    /// Whether the person may act at all.
    pub is_active: bool,
}

/// The origin of a page as browsers write it: scheme, host and, unless it is the scheme's own, port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// Brings `text` into the form that browsers send; `None` when it is no origin of a page.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        if text.len() > ORIGIN_MAX_BYTES {
            return None;
        }
        let (authority, own_port) = if let Some(authority) = text.strip_prefix("https://") {
            (authority, ":443")
        } else {
            (text.strip_prefix("http://")?, ":80")
        };
        let host = match authority.rsplit_once(':') {
            // A colon within brackets belongs to an address, not to a port.
            Some((host, port)) if !port.ends_with(']') => {
                port.parse::<u16>().ok()?;
                host
            }
            Some(_) | None => authority,
        };
        let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b"-._[]:".contains(&byte);
        if host.is_empty() || !host.bytes().all(is_host) {
            return None;
        }
        Some(Self(
            text.strip_suffix(own_port).unwrap_or(&text).to_owned(),
        ))
    }

    /// As a browser sends it in the header `Origin`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
