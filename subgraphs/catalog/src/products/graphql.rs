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

/// A product that the shop sells, in one or more variants.
pub struct Product(Arc<model::Product>);

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
        let loader = ctx.loader::<Loader<ProductId, VariantsByProduct>>()?;
        let variants = loader.load(self.0.id).await?;
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
        let loader = ctx.loader::<Loader<VariantId, VariantById>>()?;
        Ok(loader.load(id).await?.as_ref().map(Self::from))
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
        let loader = ctx.loader::<Loader<ProductId, ProductById>>()?;
        let product = loader.load(self.variant.product).await?;
        product
            .map(Product)
            .ok_or_else(|| Failure::internal(MissingProduct(self.variant.id)))
    }

    /// Units available for sale now, over all warehouses.
    async fn available(&self) -> i32 {
        self.available
    }
}

/// Should not happen: a foreign key prevents it.
#[derive(Debug, thiserror::Error)]
#[error("the product of variant {0} does not exist")]
struct MissingProduct(VariantId);

/// A page of the shop's products.
pub struct ProductConnection {
    page: Page<ListedProduct>,
    query: ListProducts,
}

/// A page of the shop's products.
#[Object]
impl ProductConnection {
    /// The products with their cursors.
    async fn edges(&self) -> Vec<ProductEdge> {
        self.page
            .items
            .iter()
            .map(|listed| ProductEdge {
                node: Product(Arc::clone(&listed.product)),
                cursor_parts: CursorParts {
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

    /// Position of this page in the list.
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

    /// Number of products that match the filter, on all pages. Counted only if selected.
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
    cursor_parts: CursorParts,
}

struct CursorParts {
    scope: &'static str,
    key: ProductKey,
}

#[ComplexObject]
impl ProductEdge {
    /// Position of the product; valid for this list in this sort order.
    async fn cursor(&self) -> String {
        encode_cursor(self.cursor_parts.scope, &self.cursor_parts.key)
    }
}

/// Filter of products; all conditions must hold.
#[derive(InputObject)]
pub struct ProductFilter {
    /// Only these products.
    ids: Option<Vec<ID>>,
    /// Only products with these slugs.
    slugs: Option<Vec<String>>,
    /// `true`: at least one variant is available now; `false`: no variant is.
    available: Option<bool>,
}

impl ProductFilter {
    /// A malformed id matches no product.
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

/// Sort order of a list of products.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum ProductSort {
    /// By name in the shop's default language, A to Z.
    Name,
    /// Lowest price first, by the price of the cheapest variant.
    PriceAsc,
    /// Highest price first, by the price of the cheapest variant.
    PriceDesc,
    /// Newest first.
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
        #[graphql(desc = "Cursor of the product after the page.")] before: Option<String>,
        #[graphql(desc = "Filter of the products; all products if absent.")] filter: Option<
            ProductFilter,
        >,
        #[graphql(desc = "Sort order; newest first if absent.")] sort: Option<ProductSort>,
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

    /// One product, by id or by slug. Exactly one of the two is required.
    async fn product(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the product.")] id: Option<ID>,
        #[graphql(desc = "Slug of the product.")] slug: Option<String>,
    ) -> Result<Option<Product>, Failure> {
        let found = match (id, slug) {
            (Some(id), None) => match id.parse() {
                Ok(id) => load_product(ctx, id).await?,
                // A malformed id matches no product.
                Err(_) => None,
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

    /// Resolves a product that another subgraph refers to.
    #[graphql(entity)]
    async fn product_entity(&self, ctx: &Context<'_>, #[graphql(key)] id: ID) -> Option<Product> {
        let id = id.parse().ok()?;
        match load_product(ctx, id).await {
            Ok(product) => product,
            Err(failure) => entity_failed(ctx, failure),
        }
    }

    /// Resolves a variant that another subgraph refers to.
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
