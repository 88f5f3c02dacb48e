//! The documentation of one setting.

use serde::Serialize;

/// What is known about a setting before it is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Declaration {
    /// Key without the prefix of the service. The unit is its last word.
    pub key: String,
    /// Effect of the setting, in the text format of the documents.
    pub description: &'static str,
    /// Value if it is absent; `None` if it then has none.
    pub default: Option<String>,
    /// Roles that do not start without it.
    pub required_by: Vec<&'static str>,
}
