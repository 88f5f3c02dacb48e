//! Chooses the language of an answer: the best of `Accept-Language` that the tenant supports, else its default.

use internal_api::tenants::TenantProfile;

use crate::answer::media::weight;

/// A language of a tenant: its index in the tenant's list, or the default.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Locale(Option<u16>);

impl Locale {
    /// The best of the requested languages that the tenant supports.
    pub fn choose(tenant: &TenantProfile, accept_language: Option<&str>) -> Self {
        let ranges = accept_language.unwrap_or_default().split(',');
        let supported = ranges.filter_map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let name = parts.next()?;
            let mut locales = tenant.locales.iter();
            let index = locales.position(|locale| is_same_language(name, locale))?;
            Some((u16::try_from(index).ok()?, weight(parts)))
        });
        // Of several greatest weights `max_by_key` takes the last one: the first one of the header.
        let best = supported.rev().max_by_key(|(_, weight)| *weight);
        Self(
            best.filter(|(_, weight)| *weight > 0)
                .map(|(index, _)| index),
        )
    }

    /// The index in the tenant's list; `None` for the default.
    pub fn index(self) -> Option<u16> {
        self.0
    }

    /// Its BCP 47 tag.
    pub fn of(self, tenant: &TenantProfile) -> &str {
        let listed = self
            .0
            .and_then(|index| tenant.locales.get(usize::from(index)));
        listed.unwrap_or(&tenant.default_locale)
    }
}

/// Whether both tags have the same primary language: a requested `uk-UA` matches a supported `uk`.
fn is_same_language(requested: &str, locale: &str) -> bool {
    let primary = |tag: &str| {
        tag.split('-')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase()
    };
    requested.eq_ignore_ascii_case(locale) || primary(requested) == primary(locale)
}

#[cfg(test)]
mod tests {
    use ids::TenantId;
    use internal_api::tenants::{Plan, PlanLimits, TenantStatus};
    use money::Currency;

    use super::*;

    fn tenant() -> TenantProfile {
        TenantProfile {
            id: TenantId::from_uuid(uuid::Uuid::from_u128(1)),
            slug: "kava".to_owned(),
            name: "Kava".to_owned(),
            status: TenantStatus::Active,
            plan: Plan {
                name: "large".to_owned(),
                limits: PlanLimits {
                    cost_points_per_second: 2_000,
                    subscriptions_per_socket: 20,
                    subscriptions_per_principal: 1_000,
                    subscriptions_per_tenant: 2_000,
                    sockets_per_address: 2_000,
                },
            },
            default_currency: Currency::parse("UAH").unwrap(),
            default_locale: "uk".to_owned(),
            locales: ["uk", "ru", "en"].map(str::to_owned).to_vec(),
            domains: Vec::new(),
        }
    }

    #[test]
    fn chooses_the_best_supported_language() {
        for (requested, locale) in [
            (None, "uk"),
            (Some("*"), "uk"),
            (Some("en-US,en;q=0.9"), "en"),
            (Some("de, ru;q=0.8, en;q=0.9"), "en"),
            (Some("de"), "uk"),
            (Some("en;q=0"), "uk"),
        ] {
            let tenant = tenant();
            assert_eq!(
                Locale::choose(&tenant, requested).of(&tenant),
                locale,
                "{requested:?}"
            );
        }
    }
}
