//! Chooses the language of an answer: the best of `Accept-Language` that the shop has, else the shop's own.

use internal_api::tenants::TenantProfile;

use super::negotiate_answer::weight;

/// A language of a shop: its place in the shop's list, or the default.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Locale(Option<u16>);

impl Locale {
    /// The best of the wanted languages that the shop has.
    pub fn choose(tenant: &TenantProfile, accept_language: Option<&str>) -> Self {
        let Some(wanted) = accept_language else {
            return Self(None);
        };
        let mut best: Option<(u16, u16)> = None;
        for range in wanted.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default();
            let weight = weight(parts);
            if best.is_some_and(|(_, other)| other >= weight) {
                continue;
            }
            let found = tenant
                .locales
                .iter()
                .position(|locale| is_same_language(name, locale));
            if let Some(place) = found.and_then(|place| u16::try_from(place).ok()) {
                best = Some((place, weight));
            }
        }
        Self(
            best.filter(|(_, weight)| *weight > 0)
                .map(|(place, _)| place),
        )
    }

    /// The place in the shop's list; `None` for the default.
    pub fn place(self) -> Option<u16> {
        self.0
    }

    /// Its BCP 47 tag.
    pub fn of(self, tenant: &TenantProfile) -> &str {
        let listed = self
            .0
            .and_then(|place| tenant.locales.get(usize::from(place)));
        listed.unwrap_or(&tenant.default_locale)
    }
}

/// Whether a wanted `uk-UA` is served by a shop's `uk`.
fn is_same_language(wanted: &str, locale: &str) -> bool {
    let primary = |tag: &str| {
        tag.split('-')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase()
    };
    wanted.eq_ignore_ascii_case(locale) || primary(wanted) == primary(locale)
}

#[cfg(test)]
mod tests {
    use ids::TenantId;
    use internal_api::tenants::{Plan, PlanLimits, TenantStatus};
    use money::Currency;

    use super::*;

    fn shop() -> TenantProfile {
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
    fn chooses_the_best_language_that_the_shop_has() {
        for (wanted, locale) in [
            (None, "uk"),
            (Some("*"), "uk"),
            (Some("en-US,en;q=0.9"), "en"),
            (Some("de, ru;q=0.8, en;q=0.9"), "en"),
            (Some("de"), "uk"),
            (Some("en;q=0"), "uk"),
        ] {
            let shop = shop();
            assert_eq!(
                Locale::choose(&shop, wanted).of(&shop),
                locale,
                "{wanted:?}"
            );
        }
    }
}
