//! Source of random bytes. It is a trait so that tests can inject a deterministic one.

use rand::Rng as _;

/// A source of random bytes for secrets.
pub trait RandomSource: Send + Sync {
    /// 32 unpredictable bytes.
    fn bytes32(&self) -> [u8; 32];
}

/// The thread's cryptographically secure generator, seeded by the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl RandomSource for SystemRandom {
    fn bytes32(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        rand::rng().fill_bytes(&mut bytes);
        bytes
    }
}
