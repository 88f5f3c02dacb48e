//! The key that a client sends with a command, and the fingerprint of the input that it sent with it.

use graphql_server::{Failure, Rejection};
use identity::Caller;
use ids::TenantId;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Maximum characters of a key.
const MAX_KEY_CHARS: usize = 255;

/// A key with its scope. The tenant is given by the connection.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    /// The principal that sent the key.
    pub principal: String,
    /// Name of the mutation.
    pub operation: &'static str,
    /// The key as the client sent it.
    pub text: String,
}

/// SHA-256 of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(pub(crate) [u8; 32]);

/// A request to run a command once.
#[derive(Debug, Clone)]
pub struct Request {
    /// Tenant of the caller.
    pub tenant: TenantId,
    /// The key with its scope.
    pub key: Key,
    /// Fingerprint of the input.
    pub fingerprint: Fingerprint,
}

impl Request {
    /// Checks the key that the caller sent and computes the fingerprint of the input, which is without the key. Keys that
    /// are in use keep their meaning only as long as the input serialises to the same JSON.
    pub fn new(
        caller: &Caller,
        operation: &'static str,
        key: String,
        input: &impl Serialize,
    ) -> Result<Self, Failure> {
        let length = key.chars().count();
        if length == 0 || length > MAX_KEY_CHARS || key.chars().any(char::is_control) {
            let rule =
                "an idempotency key has 1 to 255 characters, none of them a control character";
            return Err(Rejection::bad_input(rule).into());
        }
        let input = serde_json::to_vec(input).map_err(Failure::internal)?;
        Ok(Self {
            tenant: caller.tenant_id(),
            key: Key {
                principal: caller.principal(),
                operation,
                text: key,
            },
            fingerprint: Fingerprint(Sha256::digest(input).into()),
        })
    }
}
