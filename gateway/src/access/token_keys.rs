//! The keys that access tokens are verified with: fetched from customers for the first token, again every five
//! minutes, and when a token names an unknown key (rate-limited, however many such tokens arrive). While customers is
//! unavailable, the known keys stay in use.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use identity::{ClientIdentity, ClientTokenVerifier, TokenError};
use internal_call::{CallError, InternalClient};
use parking_lot::RwLock;
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::Instant;

use crate::answer::{InternalRejection, Rejection};
use crate::upstream::internal;

/// Every invalid token gets the same answer.
pub const INVALID_TOKEN: &str = "the access token is not valid or has expired";
/// Path at which customers publishes the keys.
const KEY_SET: &str = "/.well-known/jwks.json";
/// Keys are fetched again after this time, so that a withdrawn key is no longer accepted.
const FRESH_FOR: Duration = Duration::from_mins(5);
/// Minimum interval between two fetches.
const MIN_INTERVAL: Duration = Duration::from_secs(5);
/// Minimum interval between two fetches while no keys are known.
const MIN_FIRST_INTERVAL: Duration = Duration::from_secs(1);

/// The published keys, as last fetched.
pub struct TokenKeys {
    customers: InternalClient,
    current: RwLock<Arc<Keys>>,
    /// Held during a fetch: one fetch at a time.
    fetching: Mutex<()>,
}

#[derive(Clone, Default)]
struct Keys {
    verifier: Arc<ClientTokenVerifier>,
    json: Bytes,
    fetched_at: Option<Instant>,
    attempted_at: Option<Instant>,
    failure: Option<Arc<CallError>>,
}

impl TokenKeys {
    /// No keys yet.
    pub fn new(customers: InternalClient) -> Self {
        Self {
            customers,
            current: RwLock::default(),
            fetching: Mutex::new(()),
        }
    }

    /// The key set as JSON.
    pub async fn json(&self) -> Result<Bytes, Rejection> {
        let keys = self.fresh().await;
        keys.available()?;
        Ok(keys.json.clone())
    }

    /// The identity in a valid token.
    pub async fn verify(&self, token: &str) -> Result<ClientIdentity, Rejection> {
        let mut keys = self.fresh().await;
        let mut result = keys.verifier.verify(token);
        if result == Err(TokenError::UnknownKey) && keys.may_be_fetched() {
            let guard = self.fetching.lock().await;
            keys = self.fetch(&keys, guard).await;
            result = keys.verifier.verify(token);
        }
        if result == Err(TokenError::UnknownKey) {
            keys.available()?;
        }
        result.map_err(|_not_valid| Rejection::unauthenticated(INVALID_TOKEN))
    }

    /// The keys, fetched again when they are stale. A caller waits for a running fetch only while no keys are known.
    async fn fresh(&self) -> Arc<Keys> {
        let keys = self.current();
        if keys.is_fresh() {
            return keys;
        }
        let guard = if keys.fetched_at.is_none() {
            self.fetching.lock().await
        } else if let Ok(guard) = self.fetching.try_lock() {
            guard
        } else {
            return keys;
        };
        self.fetch(&keys, guard).await
    }

    /// Newer keys than `seen`, if customers answers; a failure keeps the current keys.
    async fn fetch(&self, seen: &Arc<Keys>, _guard: MutexGuard<'_, ()>) -> Arc<Keys> {
        let current = self.current();
        if !Arc::ptr_eq(&current, seen) || !current.may_be_fetched() {
            return current;
        }
        let fetched = self.request_keys().await;
        let attempted_at = Some(Instant::now());
        let keys = match fetched {
            Ok((json, verifier)) => Keys {
                verifier: Arc::new(verifier),
                json,
                fetched_at: attempted_at,
                attempted_at,
                failure: None,
            },
            Err(error) => {
                tracing::warn!(
                    error = %service::log::chain(&error),
                    "token keys could not be fetched"
                );
                let failure = Some(Arc::new(error));
                Keys {
                    attempted_at,
                    failure,
                    ..Keys::clone(&current)
                }
            }
        };
        let keys = Arc::new(keys);
        *self.current.write() = Arc::clone(&keys);
        keys
    }

    async fn request_keys(&self) -> Result<(Bytes, ClientTokenVerifier), CallError> {
        let deadline = internal::deadline();
        let json = self.customers.get(KEY_SET, deadline).await?;
        let verifier =
            ClientTokenVerifier::from_key_set(&json).map_err(|source| CallError::Unreadable {
                callee: self.customers.callee(),
                source: source.into(),
            })?;
        Ok((json, verifier))
    }

    fn current(&self) -> Arc<Keys> {
        Arc::clone(&self.current.read())
    }
}

impl Keys {
    fn is_fresh(&self) -> bool {
        self.fetched_at.is_some_and(|at| at.elapsed() < FRESH_FOR)
    }

    fn may_be_fetched(&self) -> bool {
        let pause = if self.fetched_at.is_some() {
            MIN_INTERVAL
        } else {
            MIN_FIRST_INTERVAL
        };
        self.attempted_at.is_none_or(|at| at.elapsed() >= pause)
    }

    fn available(&self) -> Result<(), InternalRejection> {
        match (&self.fetched_at, &self.failure) {
            (None, Some(source)) => Err(InternalRejection::UpstreamUnavailable {
                what: "the token keys could not be fetched",
                source: Arc::<CallError>::clone(source),
            }),
            _ => Ok(()),
        }
    }
}
