//! Where new ids come from.

use uuid::Uuid;

use crate::TypedId;

/// A source of fresh UUIDs. Tests hand in one that counts.
pub trait IdGenerator: Send + Sync {
    /// A UUID that was never returned before.
    fn next_uuid(&self) -> Uuid;
}

/// A fresh id of the wanted type.
pub fn next<Id: TypedId>(generator: &dyn IdGenerator) -> Id {
    Id::from_uuid(generator.next_uuid())
}

/// Version 7 UUIDs (RFC 9562 §5.7): ordered by time, so that index pages fill one after the other.
#[derive(Debug, Default, Clone, Copy)]
pub struct UuidV7Generator;

impl IdGenerator for UuidV7Generator {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that asks the machine for ids"
    )]
    fn next_uuid(&self) -> Uuid {
        Uuid::now_v7()
    }
}
