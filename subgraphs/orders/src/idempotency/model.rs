//! Keys and fingerprints. Pure: no I/O.

use ids::OrderId;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Maximum characters of a key.
const MAX_KEY_CHARS: usize = 255;

/// A key with its scope. The tenant is given by the connection.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyScope {
    pub principal: String,
    pub mutation: &'static str,
    pub key: String,
}

/// The text is not a valid key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an idempotency key has 1 to 255 characters, none of them a control character")]
pub struct InvalidKey;

impl KeyScope {
    /// Validates the key that a client sent.
    pub fn new(principal: String, mutation: &'static str, key: String) -> Result<Self, InvalidKey> {
        let length = key.chars().count();
        if length == 0 || length > MAX_KEY_CHARS || key.chars().any(char::is_control) {
            return Err(InvalidKey);
        }
        Ok(Self {
            principal,
            mutation,
            key,
        })
    }
}

/// SHA-256 of an input as sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(pub [u8; 32]);

impl Fingerprint {
    /// Computes the fingerprint of an input, without its key.
    pub fn of(input: &impl Serialize) -> Result<Self, serde_json::Error> {
        Ok(Self(Sha256::digest(serde_json::to_vec(input)?).into()))
    }
}

/// A key that was used before.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedKey {
    pub fingerprint: Vec<u8>,
    pub order: OrderId,
    pub reply: Option<serde_json::Value>,
}

/// What a used key means for an input.
#[derive(Debug, Clone, PartialEq)]
pub enum KeyState {
    /// The key was used with another input.
    Conflict,
    /// The command of the key is running for the order.
    Running(OrderId),
    /// The command of the key has finished with this reply.
    Finished(serde_json::Value),
}

impl SavedKey {
    /// Compares the saved key with an input.
    pub fn state_for(self, fingerprint: Fingerprint) -> KeyState {
        if self.fingerprint != fingerprint.0 {
            return KeyState::Conflict;
        }
        match self.reply {
            Some(reply) => KeyState::Finished(reply),
            None => KeyState::Running(self.order),
        }
    }
}
