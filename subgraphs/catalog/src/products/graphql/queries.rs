//! Queries of products and variants.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object};
use graphql_server::{Connection, ConnectionArguments, ContextExt, Failure, Rejection, entity};

use super::objects::{Product, ProductVariant};
use crate::products::list_products::{ListProducts, count_products, list_products};
use crate::products::loaders::{ProductById, ProductBySlug};
use crate::products::model::{self, Locales, ProductSort};

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
    ) -> Result<Connection<Product>, Failure> {
        let sort = sort.unwrap_or(ProductSort::Newest);
        let scope = sort.cursor_scope();
        let page = ConnectionArguments::new(first, after, last, before).page(scope)?;
        if page.cursor.as_ref().is_some_and(|key| !sort.accepts(key)) {
            return Err(Rejection::CursorInvalid.into());
        }
        let filter = filter.map(ProductFilter::into_model).unwrap_or_default();
        let query = ListProducts { filter, sort, page };
        let (snapshot, locales) = (ctx.snapshot()?, ctx.provided::<Arc<Locales>>()?);
        let products = list_products(snapshot, locales, &query).await?;
        let count = count_products(snapshot.clone(), query.filter);
        Ok(Connection::new(scope, products, count))
    }

    /// One product, by id or by slug. Exactly one of the two is required.
    async fn product(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the product.")] id: Option<ID>,
        #[graphql(desc = "Slug of the product.")] slug: Option<String>,
    ) -> Result<Option<Product>, Failure> {
        let found = match (id, slug) {
            (Some(id), None) => find_product(ctx, &id).await?,
            (None, Some(slug)) => ctx.load::<ProductBySlug>(slug).await?.map(Product),
            (None, None) | (Some(_), Some(_)) => {
                return Err(Rejection::bad_input("give exactly one of `id` and `slug`").into());
            }
        };
        Ok(found)
    }

    /// Resolves a product that another subgraph refers to.
    #[graphql(entity)]
    async fn product_entity(&self, ctx: &Context<'_>, #[graphql(key)] id: ID) -> Option<Product> {
        entity(ctx, find_product(ctx, &id).await)
    }

    /// Resolves a variant that another subgraph refers to.
    #[graphql(entity)]
    async fn product_variant_entity(
        &self,
        ctx: &Context<'_>,
        #[graphql(key)] id: ID,
    ) -> Option<ProductVariant> {
        entity(ctx, ProductVariant::load(ctx, id.parse().ok()?).await)
    }
}

/// A malformed id matches no product.
async fn find_product(ctx: &Context<'_>, id: &ID) -> Result<Option<Product>, Failure> {
    let Ok(id) = id.parse() else {
        return Ok(None);
    };
    Ok(ctx.load::<ProductById>(id).await?.map(Product))
}
