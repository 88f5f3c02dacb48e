//! What is asked: the documents of a storefront, with variables that change from request to request.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail};
use dev_tools::http;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use hyper::body::Bytes;
use serde_json::{Value, json};

use super::load::{Body, Target, contains, next_number};

/// The tenant that is measured.
pub const SHOP: &str = "kava";

const LIST: &str = "query List($sort: ProductSort) { products(first: 20, sort: $sort) { \
    nodes { id slug name variants { id sku name price { amount currencyCode } available } \
    priceRange { min { amount currencyCode } max { amount currencyCode } } } \
    pageInfo { hasNextPage endCursor } } }";

const DETAIL: &str = "query Detail($slug: String!) { product(slug: $slug) { id slug name description \
    variants { id sku name price { amount currencyCode } available } \
    priceRange { min { amount currencyCode } max { amount currencyCode } } } }";

const PLACE: &str = "mutation Place($input: PlaceOrderInput!) { placeOrder(input: $input) { \
    order { id number status total { amount currencyCode } } userErrors { code message } } }";

const ADJUST: &str = "mutation Adjust($input: AdjustStockInput!) { adjustStock(input: $input) { \
    userErrors { code message } } }";

const SIGN_IN: &str =
    "mutation SignIn($input: SignInInput!) { signIn(input: $input) { accessToken } }";

/// Units added to each variant, so that no order of a run is refused.
const PLENTY: i32 = 1_000_000;

pub struct Operations {
    slugs: Vec<String>,
    variants: Vec<String>,
    owner_token: String,
    /// Makes the keys of this run its own.
    run: u64,
}

impl Operations {
    /// Looks up what there is in the shop, and signs in as its owner.
    pub async fn learn(endpoint: &str, shop: &str) -> Result<Self> {
        let client = http::Client::new();
        let headers = [("x-tenant".to_owned(), shop.to_owned())];
        let query = "{ products(first: 100) { nodes { slug variants { id } } } }";
        let data = client
            .graphql(endpoint, &headers, &json!({ "query": query }))
            .await?;
        let nodes = data["products"]["nodes"]
            .as_array()
            .context("no products")?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let input =
            json!({ "email": format!("owner@{shop}.example"), "password": "Demo-2026-pass" });
        let sign_in = json!({ "query": SIGN_IN, "variables": { "input": input } });
        let signed_in = client.graphql(endpoint, &headers, &sign_in).await?;
        let operations = Self {
            slugs: nodes.iter().map(|node| text(&node["slug"])).collect(),
            variants: nodes
                .iter()
                .flat_map(|node| node["variants"].as_array().into_iter().flatten())
                .map(|variant| text(&variant["id"]))
                .collect(),
            owner_token: text(&signed_in["signIn"]["accessToken"]),
            run: SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs(),
        };
        if operations.variants.is_empty() || operations.owner_token.is_empty() {
            bail!("the demo shop is not seeded");
        }
        Ok(operations)
    }

    /// How many variants there are to choose from.
    pub fn variants(&self) -> &[String] {
        &self.variants
    }

    pub fn owner_token(&self) -> &str {
        &self.owner_token
    }

    pub fn lists() -> Body<'static> {
        let sorts = ["NAME", "PRICE_ASC", "PRICE_DESC", "NEWEST"];
        let bodies: Vec<Bytes> = sorts
            .iter()
            .map(|sort| bytes(&json!({ "query": LIST, "variables": { "sort": sort } })))
            .collect();
        read(bodies)
    }

    pub fn details(&self) -> Body<'_> {
        let bodies = self
            .slugs
            .iter()
            .map(|slug| bytes(&json!({ "query": DETAIL, "variables": { "slug": slug } })))
            .collect();
        read(bodies)
    }

    pub fn orders(&self) -> Body<'_> {
        Body {
            make: Box::new(|number| self.order(number)),
            is_good: |answer| contains(answer, b"\"userErrors\":[]"),
        }
    }

    /// A guest's order of one unit; each number is another order, of another variant.
    pub fn order(&self, number: u64) -> Bytes {
        let variant = pick(&self.variants, number);
        let address = json!({ "name": "Load Test", "line1": "Khreshchatyk 1", "city": "Kyiv", "countryCode": "UA" });
        let input = json!({
            "idempotencyKey": format!("bench-{}-{number}", self.run),
            "email": format!("guest-{number}@example.com"),
            "lines": [{ "variantId": variant, "quantity": 1 }],
            "shippingAddress": address,
            "paymentMethod": "CASH_ON_DELIVERY",
        });
        bytes(&json!({ "query": PLACE, "variables": { "input": input } }))
    }

    /// Adds units of every variant, as the owner.
    pub async fn stock_up(&self, target: &Target) -> Result<()> {
        let mut headers = target.headers.clone();
        headers.push((
            "authorization".to_owned(),
            format!("Bearer {}", self.owner_token),
        ));
        let headers = &headers;
        stream::iter(&self.variants)
            .map(|variant| async move {
                let key = format!("bench-stock-{}-{}", self.run, next_number());
                let input = json!({ "idempotencyKey": key, "variantId": variant, "delta": PLENTY });
                let operation = json!({ "query": ADJUST, "variables": { "input": input } });
                let data = target
                    .client
                    .graphql(&target.url, headers, &operation)
                    .await?;
                if data["adjustStock"]["userErrors"] != json!([]) {
                    bail!("{data}");
                }
                Ok(())
            })
            .buffer_unordered(4)
            .try_collect()
            .await
    }
}

fn read<'a>(bodies: Vec<Bytes>) -> Body<'a> {
    Body {
        make: Box::new(move |number| pick(&bodies, number).cloned().unwrap_or_default()),
        // Errors come first or as `"data":null`; a good answer starts with an object that holds something.
        is_good: |answer| {
            answer.starts_with(b"{\"data\":{")
                && !contains(answer.get(..80).unwrap_or(answer), b":null}")
        },
    }
}

fn pick<T>(all: &[T], number: u64) -> Option<&T> {
    let index = number.checked_rem(u64::try_from(all.len()).ok()?)?;
    all.get(usize::try_from(index).ok()?)
}

fn bytes(value: &Value) -> Bytes {
    Bytes::from(value.to_string())
}
