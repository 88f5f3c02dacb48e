//! A subgraph that answers from memory: the upper bound of a catalog's speed with this framework and router.
//!
//! `cargo xtask bench` puts a router in front of it and sends it the same queries as the real platform, so that the share
//! of router and framework in the response time is measured in the same run. Sizes are those of the demo tenants: lists
//! of 20 products with 3 variants. It verifies no identity and has no tenants.
//!
//! `static-subgraph schema` prints its SDL; `static-subgraph <address>` serves.

use std::io::Write as _;

use anyhow::{Context as _, Result};
use async_graphql::{Context, EmptyMutation, EmptySubscription, ID, Object, Schema, SimpleObject};
use async_graphql_axum::GraphQL;
use axum::Router;
use axum::routing::{get, post_service};
use tokio::net::TcpListener;

const PRODUCTS: usize = 60;
const VARIANTS: usize = 3;
const LIST: usize = 20;

/// An amount of money.
#[derive(SimpleObject)]
#[graphql(shareable)]
struct Money {
    amount: String,
    currency_code: &'static str,
}

/// Cheapest and dearest variant.
#[derive(SimpleObject)]
struct PriceRange {
    min: Money,
    max: Money,
}

/// A variant of a product, the unit of sale.
#[derive(SimpleObject)]
struct ProductVariant {
    id: ID,
    sku: String,
    name: String,
    price: Money,
    available: i32,
}

/// A product of the catalog.
#[derive(SimpleObject)]
struct Product {
    id: ID,
    slug: String,
    name: String,
    description: Option<String>,
    variants: Vec<ProductVariant>,
    price_range: PriceRange,
}

/// Position in a list.
#[derive(SimpleObject)]
#[graphql(shareable)]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<&'static str>,
}

/// A list of products.
#[derive(SimpleObject)]
struct ProductConnection {
    nodes: Vec<Product>,
    page_info: PageInfo,
}

/// Sort order of the list; ignored here.
#[derive(async_graphql::Enum, Clone, Copy, PartialEq, Eq)]
enum ProductSort {
    /// By name.
    Name,
    /// Cheapest first.
    PriceAsc,
    /// Dearest first.
    PriceDesc,
    /// Newest first.
    Newest,
}

struct Responses {
    list: ProductConnection,
    products: Vec<Product>,
}

struct Query;

#[Object]
impl Query {
    /// The first page.
    async fn products<'a>(
        &self,
        ctx: &Context<'a>,
        first: Option<i32>,
        sort: Option<ProductSort>,
    ) -> async_graphql::Result<&'a ProductConnection> {
        // Always the same page: the baseline has one size.
        let (_, _) = (first, sort);
        Ok(&ctx.data::<Responses>()?.list)
    }

    /// One product.
    async fn product<'a>(
        &self,
        ctx: &Context<'a>,
        slug: String,
    ) -> async_graphql::Result<Option<&'a Product>> {
        let products = &ctx.data::<Responses>()?.products;
        // Any slug finds a product: the queries use the slugs of the real platform.
        let index = slug.bytes().map(usize::from).sum::<usize>() % products.len().max(1);
        Ok(products.get(index))
    }
}

type StaticSchema = Schema<Query, EmptyMutation, EmptySubscription>;

fn schema() -> StaticSchema {
    let responses = Responses {
        list: ProductConnection {
            nodes: (0..LIST).map(product).collect(),
            page_info: PageInfo {
                has_next_page: true,
                end_cursor: Some("b3BhcXVlLWN1cnNvci1vZi1vcmRpbmFyeS1sZW5ndGg"),
            },
        },
        products: (0..PRODUCTS).map(product).collect(),
    };
    Schema::build(Query, EmptyMutation, EmptySubscription)
        .data(responses)
        .enable_federation()
        .finish()
}

fn product(number: usize) -> Product {
    Product {
        id: ID(format!("product_01h455vb4pex5vsknk084s{number:04}")),
        slug: format!("ethiopia-yirgacheffe-{number}"),
        name: format!("Ethiopia Yirgacheffe, lot {number}"),
        description: Some(
            "Washed, grown at 1,900 metres: jasmine, bergamot and a long finish of ripe peach."
                .to_owned(),
        ),
        variants: (0..VARIANTS)
            .map(|variant| variant_of(number, variant))
            .collect(),
        price_range: PriceRange {
            min: money(289),
            max: money(949),
        },
    }
}

fn variant_of(product: usize, number: usize) -> ProductVariant {
    ProductVariant {
        id: ID(format!(
            "variant_01h455vb4pex5vsknk08{product:04}{number:02}"
        )),
        sku: format!("ETH-YIRG-{product}-{number}"),
        name: format!("{} g, whole beans", 250 * (number + 1)),
        price: money(289 + 330 * number),
        available: 120,
    }
}

fn money(units: usize) -> Money {
    Money {
        amount: format!("{units}.00"),
        currency_code: "UAH",
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let argument = std::env::args()
        .nth(1)
        .context("name an address, or `schema`")?;
    let schema = schema();
    if argument == "schema" {
        let options = async_graphql::SDLExportOptions::new().federation();
        writeln!(std::io::stdout(), "{}", schema.sdl_with_options(options))?;
        return Ok(());
    }
    let routes = Router::new()
        .route("/graphql", post_service(GraphQL::new(schema)))
        .route("/readyz", get(async || "ready"));
    let listener = TcpListener::bind(&argument).await?;
    axum::serve(listener, routes).await?;
    Ok(())
}
