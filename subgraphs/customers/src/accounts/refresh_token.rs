//! Opaque refresh tokens: 32 random bytes, of which the database keeps only the SHA-256.
//!
//! A plain hash is enough here: the token has 256 bits of randomness, so there is nothing to guess
//! and no need for a slow hash.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// What the text form starts with, so that a leaked token is recognised by scanners.
const PREFIX: &str = "rt_";

/// A refresh token. It has no `Debug` and no `Display`: whoever holds it is signed in.
pub struct RefreshToken([u8; 32]);

impl RefreshToken {
    /// A token of these random bytes.
    pub const fn from_random(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The text the client gets: `rt_` and 43 characters of URL-safe base64.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(self.0))
    }

    /// What is stored.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }
}
