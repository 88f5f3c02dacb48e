//! Declaration of event types, with what the table in `docs/EVENTS.md` says about them.

use std::fmt::{self, Display};

use serde::de::{DeserializeOwned, Error as _, Visitor};
use serde::{Deserializer, Serialize, forward_to_deserialize_any};

use crate::{Event, EventType};

/// An event type with its documentation.
#[derive(Debug, Clone, Serialize)]
pub struct EventFacts {
    /// The type.
    #[serde(flatten)]
    pub event_type: EventType,
    /// Names of the payload's fields, as in JSON.
    pub fields: &'static [&'static str],
    /// When the event is published.
    pub when: &'static str,
}

impl EventFacts {
    pub(crate) fn of<E: Event>(when: &'static str) -> Self {
        Self {
            event_type: E::TYPE,
            fields: field_names::<E>(),
            when: when.trim(),
        }
    }
}

/// Makes payloads the events of a stream: `payload = "type" about [field of the subject's id]`, or `about tenant`. The
/// comment of a row says when the event is published. Defines `facts`, the types of the stream, from the same rows.
macro_rules! events {
    ($stream:expr; $($(#[doc = $when:literal])+ $payload:ident = $name:literal about $subject:tt;)+) => {
        /// The event types of the stream, with their documentation.
        pub(crate) fn facts() -> Vec<$crate::EventFacts> {
            vec![$($crate::EventFacts::of::<$payload>(concat!($($when),+))),+]
        }

        $(impl $crate::Event for $payload {
            const TYPE: $crate::EventType = $crate::EventType {
                name: $name,
                stream: $stream,
                payload: stringify!($payload),
            };

            fn subject(&self) -> Option<String> {
                $crate::facts::events!(@subject self $subject)
            }
        })+
    };
    (@subject $event:ident tenant) => { None };
    (@subject $event:ident [$($id:tt)+]) => { Some($event.$($id)+.to_string()) };
}
pub(crate) use events;

/// The names of the fields that a struct reads.
fn field_names<T: DeserializeOwned>() -> &'static [&'static str] {
    match T::deserialize(FieldNames) {
        Err(Names(names)) => names,
        Ok(_) => &[],
    }
}

/// A deserializer that has no value: it answers with the names that it is asked for.
struct FieldNames;

/// The names, as the error that ends the deserialization.
#[derive(Debug)]
struct Names(&'static [&'static str]);

impl<'de> Deserializer<'de> for FieldNames {
    type Error = Names;

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Names> {
        Err(Names::custom("not a struct"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        _visitor: V,
    ) -> Result<V::Value, Names> {
        Err(Names(fields))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

impl serde::de::Error for Names {
    fn custom<T: Display>(_message: T) -> Self {
        Self(&[])
    }
}

impl std::error::Error for Names {}

impl Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("names of fields, not a value")
    }
}
