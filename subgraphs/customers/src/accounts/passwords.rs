//! Passwords: argon2id with 19 MiB, 2 passes, 1 lane; upgraded at sign-in when these figures have
//! changed.
//!
//! Hashing is slow and wide on purpose, so it runs on blocking threads and never on more of them
//! than there are cores. Who finds all of them busy waits, but not for ever.

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{self, PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Why a password could be neither checked nor hashed.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Every core hashed for longer than the caller was willing to wait.
    #[error("no core became free for password hashing in time")]
    Busy,
    /// The stored text is no argon2 hash, or the figures above are not legal.
    #[error("password hash cannot be computed")]
    Hash(#[source] password_hash::Error),
    /// The figures above are not legal.
    #[error("password parameters are not legal")]
    Parameters(#[source] argon2::Error),
    /// The stored text is not in PHC form.
    #[error("stored password hash cannot be read")]
    Stored(#[source] password_hash::phc::Error),
    /// The hashing thread panicked or the runtime is shutting down.
    #[error("password hashing was interrupted")]
    Interrupted(#[source] tokio::task::JoinError),
}

/// The outcome of checking a password.
#[derive(Clone, PartialEq, Eq)]
pub enum PasswordCheck {
    /// It is not the one, or there is no account to check it against.
    Wrong,
    /// It is the one. A new hash comes along when the stored one was made with other figures than
    /// today's.
    Right {
        /// PHC string to store instead.
        upgraded: Option<String>,
    },
}

/// Checks and makes password hashes. Cheap to clone.
#[derive(Clone)]
pub struct Passwords {
    argon2: Argon2<'static>,
    cores: Arc<Semaphore>,
    /// Hash of a password that nobody has; checked against when there is no account, so that it
    /// takes as long.
    nobody: Arc<str>,
}

impl Passwords {
    /// Prepares hashing on at most `cores` threads; hashes once, so call it at start.
    pub fn new(cores: usize) -> Result<Self, PasswordError> {
        let params =
            Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(PasswordError::Parameters)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = hash(&argon2, "nobody has this password")?;
        Ok(Self {
            argon2,
            cores: Arc::new(Semaphore::new(cores.max(1))),
            nobody: nobody.into(),
        })
    }

    /// Waits for a core to hash on, but no longer than told.
    pub async fn core(&self, wait: Duration) -> Result<Core, PasswordError> {
        let permit = Arc::clone(&self.cores).acquire_owned();
        match tokio::time::timeout(wait, permit).await {
            Ok(Ok(permit)) => Ok(Core {
                passwords: self.clone(),
                permit,
            }),
            // The semaphore is never closed; late and closed mean the same to the caller.
            Ok(Err(_)) | Err(_) => Err(PasswordError::Busy),
        }
    }

    fn check_now(
        &self,
        password: &str,
        stored: Option<&str>,
    ) -> Result<PasswordCheck, PasswordError> {
        let hash_text = stored.unwrap_or(&self.nobody);
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

    /// Whether a stored hash was made with today's algorithm and figures.
    fn is_current(&self, stored: &PasswordHash) -> bool {
        stored.algorithm.as_str() == Algorithm::Argon2id.as_str()
            && Params::try_from(stored).is_ok_and(|params| {
                let today = self.argon2.params();
                params.m_cost() == today.m_cost()
                    && params.t_cost() == today.t_cost()
                    && params.p_cost() == today.p_cost()
            })
    }
}

/// A core that is free for one password.
pub struct Core {
    passwords: Passwords,
    permit: OwnedSemaphorePermit,
}

impl Core {
    /// The PHC string of `password`, with a new salt.
    pub async fn hash(self, password: String) -> Result<String, PasswordError> {
        self.run(move |passwords| hash(&passwords.argon2, &password))
            .await
    }

    /// Checks `password` against a stored hash. `None` stands for "no such account": it takes the
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
            let done = work(&self.passwords);
            // Given back when the work ends, also when nobody waits for it any more.
            drop(self.permit);
            done
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
