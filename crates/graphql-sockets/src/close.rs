//! Close codes of the `graphql-transport-ws` protocol; `async-graphql` sends different codes in some cases.

/// A close frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Close {
    pub code: u16,
    pub reason: &'static str,
}

impl Close {
    pub const INVALID: Self = Self::new(4400, "Invalid message");
    pub const UNAUTHORIZED: Self = Self::new(4401, "Unauthorized");
    pub const FORBIDDEN: Self = Self::new(4403, "Forbidden: no valid internal token");
    pub const SUBPROTOCOL: Self = Self::new(4406, "Subprotocol not acceptable");
    pub const INIT_TIMEOUT: Self = Self::new(4408, "Connection initialisation timeout");
    pub const INIT_REPEATED: Self = Self::new(4429, "Too many initialisation requests");
    pub const LIFETIME_EXPIRED: Self = Self::new(1012, "Come back with a fresh token");
    pub const RESTART: Self = Self::new(1012, "Service restart");

    const fn new(code: u16, reason: &'static str) -> Self {
        Self { code, reason }
    }

    /// Replaces a close code of the library by that of the protocol.
    pub const fn from_library_code(code: u16, caller_rejected: bool) -> Self {
        match code {
            4429 => Self::INIT_REPEATED,
            1011 => Self::UNAUTHORIZED,
            _ if caller_rejected => Self::FORBIDDEN,
            _ => Self::INVALID,
        }
    }
}
