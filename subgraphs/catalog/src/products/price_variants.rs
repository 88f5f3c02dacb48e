//! Current prices of variants, for the orders service.

use database::StoreError;
use ids::{ProductId, TenantId, VariantId};
use money::Money;

use super::store;
use crate::app::App;

/// The data of a variant that an order line stores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PricedVariant {
    pub variant: VariantId,
    pub product: ProductId,
    pub sku: String,
    /// Name of product and variant, in the tenant's default language.
    pub name: String,
    pub price: Money,
}

/// Prices of the tenant's variants, in no particular order; unknown variants are absent.
pub async fn price_variants(
    app: &App,
    tenant: TenantId,
    variants: &[VariantId],
) -> Result<Vec<PricedVariant>, StoreError> {
    let snapshot = app.db.command_snapshot(tenant);
    let priced = {
        let mut db = snapshot.lock().await?;
        store::load_priced_variants_by_ids(&mut db, variants).await
    };
    snapshot.finish().await?;
    priced
}

/// Name of an order line: `Kenya AA, 250 g`; only the product's name if the variant has no name or the same name.
pub fn line_name(product: &str, variant: &str) -> String {
    if variant.is_empty() || variant == product {
        product.to_owned()
    } else {
        format!("{product}, {variant}")
    }
}
