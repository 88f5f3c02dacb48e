//! Where random bytes come from. Tests hand in a source that counts.

use rand::RngCore;

/// A source of secrets.
pub trait RandomSource: Send + Sync {
    /// 32 bytes that nobody can guess.
    fn bytes32(&self) -> [u8; 32];
}

/// The thread's generator: a cryptographic one, seeded by the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl RandomSource for SystemRandom {
    fn bytes32(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        rand::rng().fill_bytes(&mut bytes);
        bytes
    }
}
