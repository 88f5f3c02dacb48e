//! Opaque bearer tokens: 32 random bytes, of which the database stores only the SHA-256 hash.
//!
//! A fast hash is sufficient: a token has 256 bits of entropy, so it cannot be guessed and needs no
//! slow password hash.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// Purpose of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// Exchanged for a new access token.
    Refresh,
    /// Opens one event stream.
    StreamTicket,
}

impl TokenKind {
    /// Prefix of the text form, by which secret scanners recognise a leaked token.
    const fn prefix(self) -> &'static str {
        match self {
            Self::Refresh => "rt_",
            Self::StreamTicket => "st_",
        }
    }
}

/// A bearer token. It has no `Debug` and no `Display`: the holder may act with it.
pub struct OpaqueToken {
    kind: TokenKind,
    bytes: [u8; 32],
}

impl OpaqueToken {
    /// A token from random bytes.
    pub const fn from_random(kind: TokenKind, bytes: [u8; 32]) -> Self {
        Self { kind, bytes }
    }

    /// Parses the text that a client sends; `None` when it is not a well-formed token of this kind.
    pub fn parse(kind: TokenKind, text: &str) -> Option<Self> {
        let encoded = text.strip_prefix(kind.prefix())?;
        let bytes = URL_SAFE_NO_PAD.decode(encoded).ok()?.try_into().ok()?;
        Some(Self { kind, bytes })
    }

    /// The text for the client: the prefix and 43 characters of URL-safe base64.
    pub fn reveal(&self) -> String {
        format!(
            "{}{}",
            self.kind.prefix(),
            URL_SAFE_NO_PAD.encode(self.bytes)
        )
    }

    /// The hash that is stored.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.bytes).into()
    }
}
