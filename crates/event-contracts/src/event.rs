//! What makes a payload an event: its type, its stream and the entity that it is about.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Stream;

/// A type of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct EventType {
    /// Aggregate, fact and version, e.g. `order.placed.v1`; also the routing key of its messages.
    pub name: &'static str,
    /// Stream of its events.
    pub stream: Stream,
    /// Name of the payload's struct in this crate.
    pub payload: &'static str,
}

/// The payload of one event type.
pub trait Event: Serialize + DeserializeOwned + Send {
    /// Type of the event.
    const TYPE: EventType;

    /// Id of the entity that the event is about; `None` if it is about the tenant itself.
    fn subject(&self) -> Option<String>;
}

/// The types of a stream that clients see, as an enum.
pub trait PublicType: Copy + PartialEq + Send + Sync + 'static {
    /// Every value.
    const ALL: &'static [Self];

    /// Name of the event type in the log.
    fn event_type(self) -> &'static str;

    /// The value of an event type; `None` for a type that clients do not see.
    fn of(event_type: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|one| one.event_type() == event_type)
    }
}

/// Defines the enum of a stream's types that clients see: `Variant = "VALUE in GraphQL" of event type`. The comments are
/// what clients read.
macro_rules! public_types {
    ($(#[$doc:meta])* $enum:ident {
        $($(#[$variant_doc:meta])+ $variant:ident = $value:literal of $event_type:expr,)+
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[cfg_attr(feature = "graphql", derive(async_graphql::Enum))]
        pub enum $enum {
            $($(#[$variant_doc])+ #[cfg_attr(feature = "graphql", graphql(name = $value))] $variant,)+
        }

        impl $crate::PublicType for $enum {
            const ALL: &'static [Self] = &[$(Self::$variant),+];

            fn event_type(self) -> &'static str {
                match self { $(Self::$variant => $event_type,)+ }
            }
        }

        impl $enum {
            /// The event type of a value by its name in GraphQL.
            pub fn event_type_of(value: &str) -> Option<&'static str> {
                match value { $($value => Some($crate::PublicType::event_type(Self::$variant)),)+ _ => None }
            }
        }
    };
}
pub(crate) use public_types;
