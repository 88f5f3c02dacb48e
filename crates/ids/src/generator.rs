//! Generators of new ids.

use uuid::Uuid;

use crate::TypedId;

/// A source of new UUIDs. Tests inject one that counts.
pub trait IdGenerator: Send + Sync {
    /// A UUID that was never returned before.
    fn next_uuid(&self) -> Uuid;
}

/// A new id of the requested type.
pub fn next<Id: TypedId>(generator: &dyn IdGenerator) -> Id {
    Id::from_uuid(generator.next_uuid())
}

/// Version 7 UUIDs (RFC 9562 §5.7): ordered by time, so that index pages are filled sequentially.
#[derive(Debug, Default, Clone, Copy)]
pub struct UuidV7Generator;

impl IdGenerator for UuidV7Generator {
    #[expect(
        clippy::disallowed_methods,
        reason = "the only place that generates random ids"
    )]
    fn next_uuid(&self) -> Uuid {
        Uuid::now_v7()
    }
}
