//! The trait of all typed ids, and the macro that defines them.

use uuid::Uuid;

/// An id with a type prefix.
pub trait TypedId: Copy {
    /// The text before the last underscore, unique per type.
    const PREFIX: &'static str;

    /// Wraps a UUID.
    fn from_uuid(uuid: Uuid) -> Self;

    /// The UUID, without its type.
    fn uuid(self) -> Uuid;
}

/// Why a text is not an id of the expected type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseIdError {
    /// The text has the prefix of another type, or none.
    #[error("an id with the prefix `{expected}_` was expected")]
    WrongPrefix {
        /// The prefix of the expected type.
        expected: &'static str,
    },
    /// The part after the prefix is not the base32 form of a UUID.
    #[error("the part after `{expected}_` is not a valid id")]
    NotBase32 {
        /// The prefix of the expected type.
        expected: &'static str,
    },
}

macro_rules! define_ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "sqlx", derive(sqlx::Type), sqlx(transparent))]
        pub struct $name(uuid::Uuid);

        impl $name {
            /// The text before the last underscore.
            pub const PREFIX: &'static str = $prefix;

            /// Wraps a UUID.
            pub const fn from_uuid(uuid: uuid::Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID, without its type.
            pub const fn uuid(self) -> uuid::Uuid {
                self.0
            }
        }

        impl $crate::TypedId for $name {
            const PREFIX: &'static str = $prefix;

            fn from_uuid(uuid: uuid::Uuid) -> Self {
                Self(uuid)
            }

            fn uuid(self) -> uuid::Uuid {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!($prefix, "_"))?;
                f.write_str($crate::base32::encode(self.0, &mut [0; 26]))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::ParseIdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let suffix = text
                    .strip_prefix(concat!($prefix, "_"))
                    .ok_or($crate::ParseIdError::WrongPrefix { expected: $prefix })?;
                $crate::base32::decode(suffix)
                    .map(Self)
                    .ok_or($crate::ParseIdError::NotBase32 { expected: $prefix })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}
pub(crate) use define_ids;
