//! The tenant profile that the gateway receives.

use internal_api::tenants as contract;

use super::model::{Tenant, TenantStatus};
use super::plans::Plans;

/// Converts a tenant to the type of `internal-api`.
pub fn profile(tenant: Tenant, plans: &Plans) -> contract::TenantProfile {
    let name = tenant
        .name
        .in_locale(&tenant.default_locale, &tenant.default_locale)
        .to_owned();
    contract::TenantProfile {
        id: tenant.id,
        slug: tenant.slug,
        name,
        status: match tenant.status {
            TenantStatus::Active => contract::TenantStatus::Active,
            TenantStatus::Suspended => contract::TenantStatus::Suspended,
        },
        plan: contract::Plan {
            name: tenant.plan.to_string(),
            limits: plans.limits(tenant.plan),
        },
        default_currency: tenant.default_currency,
        default_locale: tenant.default_locale,
        locales: tenant.locales,
        domains: tenant.domains,
    }
}
