//! Password hashing: argon2id with 19 MiB, 2 passes, 1 lane. A stored hash with other parameters is
//! upgraded at sign-in.
//!
//! Hashing is deliberately expensive in time and memory, so it runs on blocking threads. A semaphore
//! limits it to one permit per core; a caller waits for a permit up to a time-out.

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{self, PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use graphql_server::{CommandError, Failure};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Why a password could not be checked or hashed.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// No hashing permit became free within the time-out.
    #[error("no password hashing permit became free in time")]
    Busy,
    /// The stored text is not an argon2 hash, or the parameters are invalid.
    #[error("password hash cannot be computed")]
    Hash(#[source] password_hash::Error),
    /// The parameters above are invalid.
    #[error("password hash parameters are invalid")]
    Parameters(#[source] argon2::Error),
    /// The stored text is not in PHC form.
    #[error("stored password hash cannot be read")]
    Stored(#[source] password_hash::phc::Error),
    /// The hashing thread panicked or the runtime is shutting down.
    #[error("password hashing was interrupted")]
    Interrupted(#[source] tokio::task::JoinError),
}

impl<R> From<PasswordError> for CommandError<R> {
    fn from(error: PasswordError) -> Self {
        Self::Failed(match error {
            PasswordError::Busy => Failure::unavailable(error),
            PasswordError::Hash(_)
            | PasswordError::Parameters(_)
            | PasswordError::Stored(_)
            | PasswordError::Interrupted(_) => Failure::internal(error),
        })
    }
}

/// The outcome of checking a password.
#[derive(Clone, PartialEq, Eq)]
pub enum PasswordCheck {
    /// The password does not match, or there is no account.
    Wrong,
    /// The password matches. A new hash is included when the stored one has outdated parameters.
    Right {
        /// PHC string that replaces the stored one.
        upgraded: Option<String>,
    },
}

/// Checks and computes password hashes. Cheap to clone.
#[derive(Clone)]
pub struct Passwords {
    argon2: Argon2<'static>,
    permits: Arc<Semaphore>,
    /// Verified when the account is unknown, so that the check takes the same time.
    dummy_hash: Arc<str>,
}

impl Passwords {
    /// Limits hashing to `cores` threads. It computes one hash, so call it once at start.
    pub fn new(cores: usize) -> Result<Self, PasswordError> {
        let params =
            Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(PasswordError::Parameters)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let dummy_hash = hash(&argon2, "no account has this password")?;
        Ok(Self {
            argon2,
            permits: Arc::new(Semaphore::new(cores.max(1))),
            dummy_hash: dummy_hash.into(),
        })
    }

    /// Waits up to `timeout` for a hashing permit.
    pub async fn acquire(&self, timeout: Duration) -> Result<HashingPermit, PasswordError> {
        let permit = Arc::clone(&self.permits).acquire_owned();
        match tokio::time::timeout(timeout, permit).await {
            Ok(Ok(permit)) => Ok(HashingPermit {
                passwords: self.clone(),
                permit,
            }),
            // The semaphore is never closed; the caller handles closed like a time-out.
            Ok(Err(_)) | Err(_) => Err(PasswordError::Busy),
        }
    }

    fn check_now(
        &self,
        password: &str,
        stored: Option<&str>,
    ) -> Result<PasswordCheck, PasswordError> {
        let hash_text = stored.unwrap_or(&self.dummy_hash);
        let parsed = PasswordHash::new(hash_text).map_err(PasswordError::Stored)?;
        match self.argon2.verify_password(password.as_bytes(), &parsed) {
            Ok(()) if stored.is_none() => Ok(PasswordCheck::Wrong),
            Ok(()) => {
                let upgraded = if self.is_current(&parsed) {
                    None
                } else {
                    Some(hash(&self.argon2, password)?)
                };
                Ok(PasswordCheck::Right { upgraded })
            }
            Err(password_hash::Error::PasswordInvalid) => Ok(PasswordCheck::Wrong),
            Err(error) => Err(PasswordError::Hash(error)),
        }
    }

    /// Whether a stored hash has the current algorithm and parameters.
    fn is_current(&self, stored: &PasswordHash) -> bool {
        stored.algorithm.as_str() == Algorithm::Argon2id.as_str()
            && Params::try_from(stored).is_ok_and(|params| {
                let current = self.argon2.params();
                params.m_cost() == current.m_cost()
                    && params.t_cost() == current.t_cost()
                    && params.p_cost() == current.p_cost()
            })
    }
}

/// Permit to hash or check one password.
pub struct HashingPermit {
    passwords: Passwords,
    permit: OwnedSemaphorePermit,
}

impl HashingPermit {
    /// Hashes `password` with a new salt and returns the PHC string.
    pub async fn hash(self, password: String) -> Result<String, PasswordError> {
        self.run(move |passwords| hash(&passwords.argon2, &password))
            .await
    }

    /// Checks `password` against a stored hash. `None` means an unknown account: the check takes the
    /// same time and is always [`PasswordCheck::Wrong`].
    pub async fn check(
        self,
        password: String,
        stored: Option<String>,
    ) -> Result<PasswordCheck, PasswordError> {
        self.run(move |passwords| passwords.check_now(&password, stored.as_deref()))
            .await
    }

    async fn run<T: Send + 'static>(
        self,
        work: impl FnOnce(&Passwords) -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        tokio::task::spawn_blocking(move || {
            let result = work(&self.passwords);
            // Released when the work ends, even if the caller was cancelled meanwhile.
            drop(self.permit);
            result
        })
        .await
        .map_err(PasswordError::Interrupted)?
    }
}

fn hash(argon2: &Argon2<'static>, password: &str) -> Result<String, PasswordError> {
    argon2
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(PasswordError::Hash)
}
