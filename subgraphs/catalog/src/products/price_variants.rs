//! Orders asks what variants cost now.

use database::StoreError;
use ids::{ProductId, TenantId, VariantId};
use money::Money;

use super::store;
use crate::app::App;

/// A variant as an order line remembers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PricedVariant {
    pub variant: VariantId,
    pub product: ProductId,
    pub sku: String,
    /// Product and variant, in the shop's default language.
    pub name: String,
    pub price: Money,
}

/// The variants that the shop has, in no particular order; unknown ones are absent.
pub async fn price_variants(
    app: &App,
    tenant: TenantId,
    variants: &[VariantId],
) -> Result<Vec<PricedVariant>, StoreError> {
    let snapshot = app.db.patient_snapshot(tenant);
    let priced = {
        let mut db = snapshot.lock().await?;
        store::load_priced_variants_by_ids(&mut db, variants).await
    };
    snapshot.finish().await?;
    priced
}

/// `Kenya AA, 250 g`; a product with one nameless variant keeps its own name.
pub fn line_name(product: &str, variant: &str) -> String {
    if variant.is_empty() || variant == product {
        product.to_owned()
    } else {
        format!("{product}, {variant}")
    }
}
