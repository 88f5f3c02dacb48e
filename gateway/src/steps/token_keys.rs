//! The keys that access tokens are verified with: fetched from customers when the first token comes, again
//! every five minutes, and when a token names a key that is not there (rate-limited, however many such tokens
//! come). While customers is down, the keys that are known serve on.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use identity::{ClientIdentity, ClientTokenVerifier, TokenError};
use service::{Deadline, deadlines};
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::Instant;

use super::authenticate::BAD_TOKEN;
use crate::internal_client::{CallError, InternalClient, Subgraph};
use crate::rejection::{ClientRejection, InternalRejection, Rejection};

/// Where customers publishes the keys.
const KEY_SET: &str = "/.well-known/jwks.json";
/// Keys are fetched again after this time, so that a withdrawn key ends.
const FRESH_FOR: Duration = Duration::from_mins(5);
/// Keys are not fetched more often than this,
const AT_MOST_EVERY: Duration = Duration::from_secs(5);
/// or than this as long as there are none at all.
const FIRST_EVERY: Duration = Duration::from_secs(1);

/// The published keys as they were last fetched.
pub struct TokenKeys {
    customers: InternalClient,
    current: RwLock<Arc<Keys>>,
    /// Taken by the one who fetches.
    fetching: Mutex<()>,
}

#[derive(Clone, Default)]
struct Keys {
    verifier: Arc<ClientTokenVerifier>,
    json: Bytes,
    fetched_at: Option<Instant>,
    tried_at: Option<Instant>,
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

    /// What a token says, when it is good.
    pub async fn verify(&self, token: &str) -> Result<ClientIdentity, Rejection> {
        let mut keys = self.fresh().await;
        let mut verdict = keys.verifier.verify(token);
        if verdict == Err(TokenError::UnknownKey) && keys.may_be_fetched() {
            let one_at_a_time = self.fetching.lock().await;
            keys = self.fetch(&keys, one_at_a_time).await;
            verdict = keys.verifier.verify(token);
        }
        match verdict {
            Ok(identity) => Ok(identity),
            Err(TokenError::UnknownKey) => {
                keys.available()?;
                Err(ClientRejection::Unauthenticated { reason: BAD_TOKEN }.into())
            }
            Err(TokenError::Expired | TokenError::Invalid | TokenError::Signing) => {
                Err(ClientRejection::Unauthenticated { reason: BAD_TOKEN }.into())
            }
        }
    }

    /// The keys, newly fetched when they are old. Only somebody who has none waits for another one's fetch.
    async fn fresh(&self) -> Arc<Keys> {
        let keys = self.current();
        if keys.is_fresh() {
            return keys;
        }
        let one_at_a_time = if keys.fetched_at.is_none() {
            self.fetching.lock().await
        } else if let Ok(guard) = self.fetching.try_lock() {
            guard
        } else {
            return keys;
        };
        self.fetch(&keys, one_at_a_time).await
    }

    /// Newer keys than `seen`, if customers gives them; a failure keeps what there was.
    async fn fetch(&self, seen: &Arc<Keys>, _one_at_a_time: MutexGuard<'_, ()>) -> Arc<Keys> {
        let current = self.current();
        if !Arc::ptr_eq(&current, seen) || !current.may_be_fetched() {
            return current;
        }
        let fetched = self.ask().await;
        let tried_at = Some(Instant::now());
        let keys = match fetched {
            Ok((json, verifier)) => Keys {
                verifier: Arc::new(verifier),
                json,
                fetched_at: tried_at,
                tried_at,
                failure: None,
            },
            Err(error) => {
                let reason = crate::rejection::chain(&error);
                tracing::warn!(%reason, "token keys could not be fetched");
                let failure = Some(Arc::new(error));
                Keys {
                    tried_at,
                    failure,
                    ..Keys::clone(&current)
                }
            }
        };
        let keys = Arc::new(keys);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&keys);
        keys
    }

    async fn ask(&self) -> Result<(Bytes, ClientTokenVerifier), CallError> {
        let deadline = Deadline::after(deadlines::INTERNAL_CALL);
        let subgraph = Subgraph::Customers;
        let json = self.customers.get(subgraph, KEY_SET, deadline).await?;
        let verifier =
            ClientTokenVerifier::from_key_set(&json).map_err(|source| CallError::Unreadable {
                subgraph: subgraph.name(),
                source: source.into(),
            })?;
        Ok((json, verifier))
    }

    fn current(&self) -> Arc<Keys> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Keys {
    fn is_fresh(&self) -> bool {
        self.fetched_at.is_some_and(|at| at.elapsed() < FRESH_FOR)
    }

    fn may_be_fetched(&self) -> bool {
        let pause = if self.fetched_at.is_some() {
            AT_MOST_EVERY
        } else {
            FIRST_EVERY
        };
        self.tried_at.is_none_or(|at| at.elapsed() >= pause)
    }

    fn available(&self) -> Result<(), InternalRejection> {
        match (&self.fetched_at, &self.failure) {
            (None, Some(source)) => Err(InternalRejection::KeysUnavailable {
                source: Arc::clone(source),
            }),
            _ => Ok(()),
        }
    }
}
