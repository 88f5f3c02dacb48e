//! Sections: structs whose fields are settings.

/// Declares a section of settings: a struct and `read`, which reads it from [`Settings`](crate::Settings).
///
/// A field is `name: Type = reader("KEY", default);`, where `reader` is a method of `Settings`. Its comment is the
/// description of the setting. A field `name: Type;` is a section of its own, read by `Type::read`. `: Default` after
/// the name of the struct makes its default the section without any variable, for sections that require nothing.
#[macro_export]
macro_rules! settings {
    (
        $(#[$attribute:meta])*
        $visibility:vis struct $section:ident $(: $default:ident)? {
            $(
                $(#[doc = $line:literal])+
                $field_visibility:vis $field:ident: $type:ty $(= $reader:ident($key:literal $(, $value:expr)?))?;
            )+
        }
    ) => {
        $(#[$attribute])*
        $visibility struct $section {
            $(
                $(#[doc = $line])+
                $(#[doc = concat!("\n\nSetting `", $key, "`.")])?
                $field_visibility $field: $type,
            )+
        }

        impl $section {
            /// Reads the section.
            $visibility fn read(settings: &mut $crate::Settings) -> Self {
                Self {
                    $($field: $crate::settings!(
                        @read settings, $type, concat!($($line),+) $(, $reader, $key $(, $value)?)?
                    ),)+
                }
            }
        }

        $(impl $default for $section {
            fn default() -> Self {
                Self::read(&mut $crate::Settings::default())
            }
        })?
    };
    (@read $settings:ident, $type:ty, $description:expr) => {
        <$type>::read($settings)
    };
    (@read $settings:ident, $type:ty, $description:expr, $reader:ident, $key:literal $(, $value:expr)?) => {
        $settings.$reader($key $(, $value)?, $description)
    };
}
