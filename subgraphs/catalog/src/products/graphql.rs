//! GraphQL of products and variants.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, Enum, InputObject, Object, SimpleObject};
use database::page::{Page, encode_cursor};
use graphql_server::types::{ID, Money, PageInfo};
use graphql_server::{ConnectionArguments, ContextExt, Failure, Loader, Rejection, entity_failed};
use ids::{ProductId, VariantId};

use super::list_products::{ListProducts, count_products, list_products};
use super::loaders::{ProductById, ProductBySlug, VariantById, VariantsByProduct};
use super::model::{self, Locales, ProductKey};
use super::store::ListedProduct;

/// Something a shop sells, in one or more variants.
pub struct Product(Arc<model::Product>);

/// Something a shop sells, in one or more variants.
#[Object]
impl Product {
    /// Global id.
    async fn id(&self) -> ID {
        ID(self.0.id.to_string())
    }

    /// Name of the product in addresses, unique in the shop.
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

    /// What can be bought, in the order that the shop chose.
    async fn variants(&self, ctx: &Context<'_>) -> Result<Vec<ProductVariant>, Failure> {
        let loader = ctx.loader::<Loader<ProductId, VariantsByProduct>>()?;
        let variants = loader.load(self.0.id).await?;
        Ok(variants
            .iter()
            .flat_map(|list| list.iter())
            .map(ProductVariant::from)
            .collect())
    }

    /// From the cheapest to the dearest variant.
    async fn price_range(&self) -> PriceRange {
        PriceRange {
            min: self.0.min_price.into(),
            max: self.0.max_price.into(),
        }
    }
}

/// The prices of a product's variants.
#[derive(SimpleObject)]
pub struct PriceRange {
    /// Price of the cheapest variant.
    min: Money,
    /// Price of the dearest variant.
    max: Money,
}

/// What is priced, stocked and sold: a product in one size, weight or colour.
pub struct ProductVariant {
    variant: Arc<model::Variant>,
    /// Set where an answer must repeat what was true earlier.
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
    /// The variant of an id, as the request's snapshot has it.
    pub async fn load(ctx: &Context<'_>, id: VariantId) -> Result<Option<Self>, Failure> {
        let loader = ctx.loader::<Loader<VariantId, VariantById>>()?;
        Ok(loader.load(id).await?.as_ref().map(Self::from))
    }

    /// The same variant with the units that were for sale at an earlier time.
    #[must_use]
    pub fn with_available(self, available: i32) -> Self {
        Self { available, ..self }
    }
}

/// What is priced, stocked and sold: a product in one size, weight or colour.
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

    /// The product that it is a variant of.
    async fn product(&self, ctx: &Context<'_>) -> Result<Product, Failure> {
        let loader = ctx.loader::<Loader<ProductId, ProductById>>()?;
        let product = loader.load(self.variant.product).await?;
        product
            .map(Product)
            .ok_or_else(|| Failure::internal(ProductIsGone(self.variant.id)))
    }

    /// Units that can be sold now, over all warehouses.
    async fn available(&self) -> i32 {
        self.available
    }
}

/// The foreign key should have prevented it.
#[derive(Debug, thiserror::Error)]
#[error("the product of {0} is gone")]
struct ProductIsGone(VariantId);

/// A part of the shop's products.
pub struct ProductConnection {
    page: Page<ListedProduct>,
    query: ListProducts,
}

/// A part of the shop's products.
#[Object]
impl ProductConnection {
    /// The products with their cursors.
    async fn edges(&self) -> Vec<ProductEdge> {
        self.page
            .items
            .iter()
            .map(|listed| ProductEdge {
                node: Product(Arc::clone(&listed.product)),
                place: Place {
                    scope: self.query.sort.cursor_scope(),
                    key: listed.key.clone(),
                },
            })
            .collect()
    }

    /// The products.
    async fn nodes(&self) -> Vec<Product> {
        self.page
            .items
            .iter()
            .map(|listed| Product(Arc::clone(&listed.product)))
            .collect()
    }

    /// Where this part stands in the list.
    async fn page_info(&self) -> PageInfo {
        let scope = self.query.sort.cursor_scope();
        let cursor = |listed: &ListedProduct| encode_cursor(scope, &listed.key);
        PageInfo {
            has_next_page: self.page.has_next,
            has_previous_page: self.page.has_previous,
            start_cursor: self.page.items.first().map(cursor),
            end_cursor: self.page.items.last().map(cursor),
        }
    }

    /// Products that match the filter, on all pages. Counted only when asked for.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32, Failure> {
        let count = count_products(ctx.snapshot()?, &self.query.filter).await?;
        Ok(i32::try_from(count).unwrap_or(i32::MAX))
    }
}

/// A product in a list.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct ProductEdge {
    /// The product.
    node: Product,
    #[graphql(skip)]
    place: Place,
}

struct Place {
    scope: &'static str,
    key: ProductKey,
}

#[ComplexObject]
impl ProductEdge {
    /// Position of the product; valid for this list in this sort.
    async fn cursor(&self) -> String {
        encode_cursor(self.place.scope, &self.place.key)
    }
}

/// Which products to list; all conditions must hold.
#[derive(InputObject)]
pub struct ProductFilter {
    /// Only these products.
    ids: Option<Vec<ID>>,
    /// Only products with these slugs.
    slugs: Option<Vec<String>>,
    /// `true`: something of it can be sold now; `false`: nothing can.
    available: Option<bool>,
}

impl ProductFilter {
    /// An id that is not well-formed names no product.
    fn into_model(self) -> model::ProductFilter {
        model::ProductFilter {
            ids: self
                .ids
                .map(|ids| ids.iter().filter_map(|id| id.parse().ok()).collect()),
            slugs: self.slugs,
            available: self.available,
        }
    }
}

/// Order of a list of products.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum ProductSort {
    /// By name in the shop's default language, A to Z.
    Name,
    /// The cheapest first.
    PriceAsc,
    /// The dearest first, by the price of their cheapest variant.
    PriceDesc,
    /// The latest first.
    Newest,
}

impl From<ProductSort> for model::ProductSort {
    fn from(sort: ProductSort) -> Self {
        match sort {
            ProductSort::Name => Self::Name,
            ProductSort::PriceAsc => Self::PriceAsc,
            ProductSort::PriceDesc => Self::PriceDesc,
            ProductSort::Newest => Self::Newest,
        }
    }
}

/// Root fields of products.
#[derive(Default)]
pub struct ProductQueries;

/// Root fields of products.
#[Object]
impl ProductQueries {
    /// The shop's products, page by page.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the field")]
    async fn products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Products from the start or after `after`; 20 if absent, at most 100.")]
        first: Option<i32>,
        #[graphql(desc = "Cursor of the product before the page.")] after: Option<String>,
        #[graphql(desc = "Products from the end or before `before`; at most 100.")] last: Option<
            i32,
        >,
        #[graphql(desc = "Cursor of the product behind the page.")] before: Option<String>,
        #[graphql(desc = "Which products; all if absent.")] filter: Option<ProductFilter>,
        #[graphql(desc = "The latest first if absent.")] sort: Option<ProductSort>,
    ) -> Result<ProductConnection, Failure> {
        let sort = model::ProductSort::from(sort.unwrap_or(ProductSort::Newest));
        let arguments = ConnectionArguments {
            first,
            after,
            last,
            before,
        };
        let page = arguments.into_request(sort.cursor_scope())?;
        if page.cursor.as_ref().is_some_and(|key| !sort.accepts(key)) {
            return Err(Rejection::CursorInvalid.into());
        }
        let filter = filter.map(ProductFilter::into_model).unwrap_or_default();
        let query = ListProducts { filter, sort, page };
        let locales = ctx.loader::<Arc<Locales>>()?;
        let page = list_products(ctx.snapshot()?, locales, &query).await?;
        Ok(ProductConnection { page, query })
    }

    /// One product, by id or by slug; exactly one of them.
    async fn product(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the product.")] id: Option<ID>,
        #[graphql(desc = "Slug of the product.")] slug: Option<String>,
    ) -> Result<Option<Product>, Failure> {
        let found = match (id, slug) {
            (Some(id), None) => match id.parse() {
                Ok(id) => load_product(ctx, id).await?,
                Err(_names_nothing) => None,
            },
            (None, Some(slug)) => ctx
                .loader::<Loader<String, ProductBySlug>>()?
                .load(slug)
                .await?
                .map(Product),
            (None, None) | (Some(_), Some(_)) => {
                return Err(Rejection::bad_input("give exactly one of `id` and `slug`").into());
            }
        };
        Ok(found)
    }

    /// A product that another subgraph refers to.
    #[graphql(entity)]
    async fn product_entity(&self, ctx: &Context<'_>, #[graphql(key)] id: ID) -> Option<Product> {
        let id = id.parse().ok()?;
        match load_product(ctx, id).await {
            Ok(product) => product,
            Err(failure) => entity_failed(ctx, failure),
        }
    }

    /// A variant that another subgraph refers to.
    #[graphql(entity)]
    async fn product_variant_entity(
        &self,
        ctx: &Context<'_>,
        #[graphql(key)] id: ID,
    ) -> Option<ProductVariant> {
        let id = id.parse().ok()?;
        match ProductVariant::load(ctx, id).await {
            Ok(variant) => variant,
            Err(failure) => entity_failed(ctx, failure),
        }
    }
}

async fn load_product(ctx: &Context<'_>, id: ProductId) -> Result<Option<Product>, Failure> {
    let loader = ctx.loader::<Loader<ProductId, ProductById>>()?;
    Ok(loader.load(id).await?.map(Product))
}
