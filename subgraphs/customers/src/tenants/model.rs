//! A tenant: one store of the platform and its data.

use std::collections::BTreeMap;

use ids::TenantId;
use money::Currency;
use strum::{Display, EnumString, IntoStaticStr};

use super::plans::Plan;

/// Maximum length of a host name in DNS.
const HOST_MAX_BYTES: usize = 253;

/// Whether requests for the tenant are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, Display, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum TenantStatus {
    Active,
    Suspended,
}

/// A text per locale, e.g. `{"uk": "Кава", "en": "Coffee"}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LocalizedText(pub BTreeMap<String, String>);

impl LocalizedText {
    /// The text in `locale`, otherwise in `fallback`, otherwise in any locale, otherwise empty.
    pub fn in_locale(&self, locale: &str, fallback: &str) -> &str {
        self.0
            .get(locale)
            .or_else(|| self.0.get(fallback))
            .or_else(|| self.0.values().next())
            .map_or("", String::as_str)
    }
}

/// A tenant, with all data that the platform needs to serve it.
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
    /// The tenant's own host names, lower case, sorted.
    pub domains: Vec<String>,
}

/// Normalises the value of a `Host` header to the form in which domains are stored: lower case,
/// without port and without trailing dot. `None` when it is not a valid host name.
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
