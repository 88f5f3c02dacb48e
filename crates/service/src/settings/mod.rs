//! Configuration from the environment, read once at start. All problems are reported together.
//!
//! A setting is declared where it is read: key, type, default and description are one row of a section
//! ([`settings!`](crate::settings!)) or one call of [`Settings`]. The tables in `docs/OPERATIONS.md` are generated from
//! the same declarations, by [`describe()`].

mod declaration;
mod describe;
mod reader;
mod section;

#[cfg(test)]
mod tests;

pub use declaration::Declaration;
pub use describe::{RoleReader, describe};
pub use reader::{Settings, SettingsError};
