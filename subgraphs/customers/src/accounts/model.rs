//! Staff members, accounts to sign in with, sessions.

use chrono::{DateTime, Utc};
use identity::{Role, Subject};
use ids::{CustomerId, SessionId, StaffMemberId};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr};

use crate::customers::EmailAddress;

/// Limit of failed sign-ins of one e-mail address within the window. Beyond it, attempts are refused
/// without checking the password.
pub const MAX_FAILED_SIGN_INS: u32 = 10;
/// Maximum length of a password, in characters.
pub const PASSWORD_MAX_CHARACTERS: usize = 255;
/// Maximum length of a web origin: a scheme, the longest host name and a port.
const ORIGIN_MAX_BYTES: usize = 270;

/// A staff member of the tenant.
#[derive(Clone, PartialEq, Eq)]
pub struct StaffMember {
    pub id: StaffMemberId,
    pub email: EmailAddress,
    pub name: Option<String>,
    pub role: Role,
    /// Whether the staff member may sign in; `false` after deactivation.
    pub active: bool,
}

/// Sort key of the list of staff members: the e-mail is unique within a tenant.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StaffKey {
    pub email: String,
}

impl StaffMember {
    /// Sort key of this staff member.
    pub fn key(&self) -> StaffKey {
        StaffKey {
            email: self.email.as_str().to_owned(),
        }
    }

    /// Whether this is an owner who may sign in.
    pub fn is_active_owner(&self) -> bool {
        self.active && self.role == Role::Owner
    }
}

/// The identity that an account or a session belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Principal {
    Staff { id: StaffMemberId, role: Role },
    Customer(CustomerId),
}

impl Principal {
    /// The principal of an authenticated subject; `None` for an anonymous one.
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

    /// Kind for logs; it never contains an id.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Staff { .. } => "staff",
            Self::Customer(_) => "customer",
        }
    }

    /// The id in the columns `staff_id` and `customer_id`, of which exactly one is set.
    pub const fn columns(self) -> (Option<StaffMemberId>, Option<CustomerId>) {
        match self {
            Self::Staff { id, .. } => (Some(id), None),
            Self::Customer(id) => (None, Some(id)),
        }
    }
}

/// The role with this name, if staff can have it.
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

/// An account as sign-in needs it. It has no `Debug`: it holds the password hash.
#[derive(Clone)]
pub struct Account {
    pub principal: Principal,
    /// PHC string, `$argon2id$…`.
    pub password_hash: String,
    /// Unchanged when the same password is rehashed.
    pub password_changed_at: DateTime<Utc>,
}

/// A session that has neither ended nor expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiveSession {
    pub id: SessionId,
    pub principal: Principal,
    /// When it expires.
    pub expires_at: DateTime<Utc>,
}

/// Why a session ended before it expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum EndReason {
    SignedOut,
    RefreshTokenReused,
    StaffMemberDeactivated,
}

/// A stored refresh token with its session.
#[derive(Clone, Copy, Debug)]
pub struct KnownRefreshToken {
    /// Time of the first use, if any.
    pub used_at: Option<DateTime<Utc>>,
    pub session: SessionId,
    /// Staff members with their current role.
    pub principal: Principal,
    /// When the session expires.
    pub expires_at: DateTime<Utc>,
    /// Whether the session ended before it expired.
    pub is_ended: bool,
    /// Whether the principal may sign in; `false` for a deactivated staff member.
    pub is_active: bool,
}

/// A web origin as browsers write it: scheme, host and, unless it is the scheme's default, port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// Normalises `text` to the form that browsers send; `None` when it is not a web origin.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        if text.len() > ORIGIN_MAX_BYTES {
            return None;
        }
        let (authority, default_port) = if let Some(authority) = text.strip_prefix("https://") {
            (authority, ":443")
        } else {
            (text.strip_prefix("http://")?, ":80")
        };
        let host = match authority.rsplit_once(':') {
            // A colon within brackets belongs to an IPv6 address, not to a port.
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
            text.strip_suffix(default_port).unwrap_or(&text).to_owned(),
        ))
    }

    /// As a browser sends it in the header `Origin`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
