//! A tenant: one shop of the platform.

use std::collections::BTreeMap;

use ids::TenantId;
use money::Currency;

use super::plans::Plan;

/// Longest host name the name system knows.
const HOST_MAX_BYTES: usize = 253;

/// Whether the shop is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TenantStatus {
    Active,
    Suspended,
}

impl TenantStatus {
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
        }
    }

    /// Reads the stored form.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "active" => Some(Self::Active),
            "suspended" => Some(Self::Suspended),
            _ => None,
        }
    }
}

/// A text by locale, e.g. `{"uk": "Кава", "en": "Coffee"}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LocalizedText(pub BTreeMap<String, String>);

impl LocalizedText {
    /// The text in `locale`, else in `fallback`, else in any locale, else empty.
    pub fn in_locale(&self, locale: &str, fallback: &str) -> &str {
        self.0
            .get(locale)
            .or_else(|| self.0.get(fallback))
            .or_else(|| self.0.values().next())
            .map_or("", String::as_str)
    }
}

/// A shop with everything that the platform needs to know to serve it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    pub id: TenantId,
    pub slug: String,
    pub name: LocalizedText,
    pub status: TenantStatus,
    pub plan: Plan,
    pub default_currency: Currency,
    pub default_locale: String,
    /// Always contains the default locale.
    pub locales: Vec<String>,
    /// Host names of its own, lower case, sorted.
    pub domains: Vec<String>,
}

/// Brings the value of a `Host` header into the form in which domains are stored: lower case,
/// without port and without the dot of the root. `None` when it cannot be a host name.
pub fn normalise_host(host: &str) -> Option<String> {
    let name = host.trim();
    let name = match name.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        Some(_) => return None,
        None => name,
    };
    let name = name.strip_suffix('.').unwrap_or(name);
    let legal = !name.is_empty()
        && name.len() <= HOST_MAX_BYTES
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'));
    legal.then(|| name.to_ascii_lowercase())
}
