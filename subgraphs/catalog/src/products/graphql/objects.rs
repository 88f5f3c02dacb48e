//! Products and variants in the schema.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};
use graphql_server::types::Money;
use graphql_server::{ContextExt, Failure, ListNode};
use ids::VariantId;
use serde::Serialize;

use crate::products::loaders::{ProductById, VariantById, VariantsByProduct};
use crate::products::model;
use crate::products::store::ListedProduct;

/// A product that the shop sells, in one or more variants.
pub struct Product(pub Arc<model::Product>);

/// A product that the shop sells, in one or more variants.
#[Object]
impl Product {
    /// Global id.
    async fn id(&self) -> ID {
        ID(self.0.id.to_string())
    }

    /// Name of the product in URLs, unique in the shop.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// In the caller's language if the shop has it, else in the shop's default language.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// In the caller's language if the shop has it, else in the shop's default language.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// The variants, in the order chosen by the shop.
    async fn variants(&self, ctx: &Context<'_>) -> Result<Vec<ProductVariant>, Failure> {
        let variants = ctx.load::<VariantsByProduct>(self.0.id).await?;
        Ok(variants
            .iter()
            .flat_map(|list| list.iter())
            .map(ProductVariant::from)
            .collect())
    }

    /// Lowest and highest price of the variants.
    async fn price_range(&self) -> PriceRange {
        PriceRange {
            min: self.0.min_price.into(),
            max: self.0.max_price.into(),
        }
    }
}

impl ListNode for Product {
    type Row = ListedProduct;

    fn key(listed: &ListedProduct) -> impl Serialize {
        &listed.key
    }

    fn from_row(listed: ListedProduct) -> Self {
        Self(listed.product)
    }
}

/// The prices of a product's variants.
#[derive(SimpleObject)]
pub struct PriceRange {
    /// Price of the cheapest variant.
    min: Money,
    /// Price of the most expensive variant.
    max: Money,
}

/// The unit that is priced, stocked and sold: a product in one size, weight or colour.
pub struct ProductVariant {
    variant: Arc<model::Variant>,
    /// Differs from the variant's where a reply repeats an earlier availability.
    available: i32,
}

impl From<&Arc<model::Variant>> for ProductVariant {
    fn from(variant: &Arc<model::Variant>) -> Self {
        Self {
            variant: Arc::clone(variant),
            available: variant.available,
        }
    }
}

impl ProductVariant {
    /// Loads a variant by id from the request's snapshot.
    pub async fn load(ctx: &Context<'_>, id: VariantId) -> Result<Option<Self>, Failure> {
        Ok(ctx.load::<VariantById>(id).await?.as_ref().map(Self::from))
    }

    /// The same variant with its availability at an earlier time.
    #[must_use]
    pub fn with_available(self, available: i32) -> Self {
        Self { available, ..self }
    }
}

/// The unit that is priced, stocked and sold: a product in one size, weight or colour.
#[Object]
impl ProductVariant {
    /// Global id.
    async fn id(&self) -> ID {
        ID(self.variant.id.to_string())
    }

    /// Stock-keeping unit, unique in the shop.
    async fn sku(&self) -> &str {
        &self.variant.sku
    }

    /// In the caller's language if the shop has it, else in the shop's default language.
    async fn name(&self) -> &str {
        &self.variant.name
    }

    /// Price of one unit.
    async fn price(&self) -> Money {
        self.variant.price.into()
    }

    /// The product that this is a variant of.
    async fn product(&self, ctx: &Context<'_>) -> Result<Product, Failure> {
        let product = ctx
            .load_existing::<ProductById>(self.variant.product)
            .await?;
        Ok(Product(product))
    }

    /// Units available for sale now, over all warehouses.
    async fn available(&self) -> i32 {
        self.available
    }
}
