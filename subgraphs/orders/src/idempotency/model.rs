//! Keys and fingerprints. Pure.

use ids::OrderId;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Characters that a key may have at most.
const LONGEST: usize = 255;

/// Whose key of which mutation.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyScope {
    pub principal: String,
    pub mutation: &'static str,
    pub key: String,
}

/// The text is not a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an idempotency key has 1 to 255 characters, none of them a control character")]
pub struct InvalidKey;

impl KeyScope {
    /// Checks the key that a client sent.
    pub fn new(principal: String, mutation: &'static str, key: String) -> Result<Self, InvalidKey> {
        let length = key.chars().count();
        if length == 0 || length > LONGEST || key.chars().any(char::is_control) {
            return Err(InvalidKey);
        }
        Ok(Self {
            principal,
            mutation,
            key,
        })
    }
}

/// SHA-256 of an input as it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(pub [u8; 32]);

impl Fingerprint {
    /// The fingerprint of an input, without its key.
    pub fn of(input: &impl Serialize) -> Result<Self, serde_json::Error> {
        Ok(Self(Sha256::digest(serde_json::to_vec(input)?).into()))
    }
}

/// A key that has been used.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedKey {
    pub fingerprint: Vec<u8>,
    pub order: OrderId,
    pub reply: Option<serde_json::Value>,
}

/// What a used key means for an input.
#[derive(Debug, Clone, PartialEq)]
pub enum KeyState {
    /// It came with another input.
    Conflict,
    /// Its command is running for the order.
    Running(OrderId),
    /// Its command has ended with this reply.
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
