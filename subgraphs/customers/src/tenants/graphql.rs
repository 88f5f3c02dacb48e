//! Tenants in the schema.

use async_graphql::{Context, ID, Object, SimpleObject};
use graphql_server::types::CurrencyCode;
use graphql_server::{ContextExt, Failure, Rejection};

use super::loaders::OwnTenant;
use super::model::Tenant;

/// A shop of the platform: one tenant.
#[derive(SimpleObject)]
pub struct Shop {
    /// The shop's id.
    id: ID,
    /// The shop's name in host names, e.g. `kava` in `kava.localhost`.
    slug: String,
    /// Display name of the shop, in the language of the request.
    name: String,
    /// Default currency of prices.
    default_currency: CurrencyCode,
    /// Language of texts when the request prefers no supported one, e.g. `uk`.
    default_locale: String,
    /// Supported languages.
    locales: Vec<String>,
}

impl Shop {
    fn new(tenant: Tenant, locale: &str) -> Self {
        Self {
            id: tenant.id.to_string().into(),
            name: tenant
                .name
                .in_locale(locale, &tenant.default_locale)
                .to_owned(),
            slug: tenant.slug,
            default_currency: CurrencyCode(tenant.default_currency),
            default_locale: tenant.default_locale,
            locales: tenant.locales,
        }
    }
}

/// Root fields about tenants.
#[derive(Default)]
pub struct TenantQueries;

#[Object]
impl TenantQueries {
    /// The shop (tenant) that this request is for.
    async fn shop(&self, ctx: &Context<'_>) -> Result<Shop, Failure> {
        let caller = ctx.caller()?;
        let tenant = ctx.load::<OwnTenant>(caller.tenant.id).await?;
        // The tenant was deleted after the token was signed.
        let tenant = tenant.ok_or(Rejection::Unauthenticated)?;
        Ok(Shop::new(tenant, &caller.tenant.locale))
    }
}
