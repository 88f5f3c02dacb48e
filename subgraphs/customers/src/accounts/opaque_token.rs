//! Opaque secrets that a client shows again: 32 random bytes, of which the database keeps only the SHA-256.
//!
//! A plain hash is enough here: a token has 256 bits of randomness, so there is nothing to guess
//! and no need for a slow hash.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// Buys a new access token.
    Refresh,
    /// Opens one event stream.
    StreamTicket,
}

impl TokenKind {
    /// What the text form starts with, so that a leaked token is recognised by scanners.
    const fn prefix(self) -> &'static str {
        match self {
            Self::Refresh => "rt_",
            Self::StreamTicket => "st_",
        }
    }
}

/// A token. It has no `Debug` and no `Display`: whoever holds it may act.
pub struct OpaqueToken {
    kind: TokenKind,
    bytes: [u8; 32],
}

impl OpaqueToken {
    /// A token of these random bytes.
    pub const fn from_random(kind: TokenKind, bytes: [u8; 32]) -> Self {
        Self { kind, bytes }
    }

    /// Reads the text that a client shows; `None` when it cannot be one of this kind.
    pub fn parse(kind: TokenKind, text: &str) -> Option<Self> {
        let encoded = text.strip_prefix(kind.prefix())?;
        let bytes = URL_SAFE_NO_PAD.decode(encoded).ok()?.try_into().ok()?;
        Some(Self { kind, bytes })
    }

    /// The text the client gets: the prefix and 43 characters of URL-safe base64.
    pub fn reveal(&self) -> String {
        format!(
            "{}{}",
            self.kind.prefix(),
            URL_SAFE_NO_PAD.encode(self.bytes)
        )
    }

    /// What is stored.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.bytes).into()
    }
}
