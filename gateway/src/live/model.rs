//! Values that several parts of subscriptions share.

use crate::answer::Refusal;

/// Why a subscription has ended.
#[derive(Clone, Debug)]
pub enum Ending {
    /// The access token expired; the client may reconnect with a new one.
    TokenExpired,
    /// Access was revoked: the session or the role ended, or the tenant was suspended.
    Revoked,
    /// The client is too slow even for the log; it may reconnect and resume.
    TooSlow,
    /// A service behind the gateway was unavailable for too long; the client may reconnect and resume.
    Unavailable,
    /// The gateway shuts down; the client may resume at another one.
    GoingAway,
    /// Refused, with errors for the client.
    Refused(Refusal),
}

/// Why reading cannot continue.
#[derive(Clone, Debug)]
pub enum ReadError {
    /// A service was unavailable for too long.
    Unavailable,
    /// The subgraph refuses the query.
    Refused(Refusal),
}

impl From<ReadError> for Ending {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Unavailable => Self::Unavailable,
            ReadError::Refused(refusal) => Self::Refused(refusal),
        }
    }
}

/// The lane of a read: each lane has its own permits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Reads for the members of a group.
    Live,
    /// Reads for subscribers that catch up. A burst of these must not delay live reads.
    CatchUp {
        /// Events up to this position precede the catch-up.
        replayed_to: i64,
    },
}

impl Lane {
    /// The position up to which events are marked as replayed.
    pub fn replayed_to(self) -> i64 {
        match self {
            Self::Live => i64::MIN,
            Self::CatchUp { replayed_to } => replayed_to,
        }
    }
}
