//! The measured platform: a shop with as many customers as there will be sockets, each with an order, all through the
//! ways of the product: customers by role `seed`, tokens by `signIn`, orders by `placeOrder`.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use dev_tools::http;
use dev_tools::platform::settings::Environment;
use dev_tools::platform::{Platform, Tuning};
use dev_tools::progress::step;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use serde_json::{Value, json};

use super::gateway::Gateway;
use crate::load::{Target, next_number};
use crate::operations::{Operations, SHOP};

/// Requests of the seeder at the same time.
const AT_ONCE: usize = 8;
/// Limits of the shop's plan that would stop a measurement.
const LIMITS: [&str; 3] = [
    "SUBSCRIPTIONS_PER_PRINCIPAL",
    "SUBSCRIPTIONS_PER_TENANT",
    "SOCKETS_PER_ADDRESS",
];

/// How long an access token lives, in seconds, as both sides see it.
const TOKEN_LIVES: [&str; 2] = [
    "CUSTOMERS_SESSIONS__ACCESS_TOKEN_SECONDS",
    "GATEWAY_ACCOUNTS__TOKEN_SECONDS",
];

/// Limits of the gateway that keep one caller, or one shop, from taking all of it: here one is all there is.
const RATES: [&str; 3] = [
    "GATEWAY_SUBSCRIPTIONS__OPERATIONS_PER_SECOND",
    "GATEWAY_SUBSCRIPTIONS__OPERATIONS_BURST",
    "GATEWAY_SUBSCRIPTIONS__ROUTER_CALLS_PER_SECOND",
];

const SIGN_IN: &str = "mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }";

/// A customer of the measured shop, with an order.
pub struct Customer {
    pub token: Arc<str>,
    pub order: String,
}

pub struct World {
    pub address: SocketAddr,
    pub gateway: Gateway,
    pub operations: Operations,
    pub target: Target,
    pub owner: Arc<str>,
    pub customers: Vec<Customer>,
}

impl World {
    /// Starts the platform and fills the shop.
    pub async fn start(platform: &mut Platform<'_>, customers: usize) -> Result<Self> {
        let services = platform.start_services().await?;
        let tuning = Tuning {
            seeds_folder: Some(write_seeds(platform, customers)?),
            settings: settings(),
        };
        let running = platform.start_tuned(services, tuning).await?;
        let url = running.layout.url("gateway");
        let endpoint = format!("{url}/graphql");
        let operations = Operations::learn(&endpoint, SHOP).await?;
        let target = Target {
            client: http::Client::new(),
            url: endpoint,
            headers: vec![("x-tenant".to_owned(), SHOP.to_owned())],
        };
        operations.stock_up(&target).await?;
        let mut world = Self {
            address: running.layout.endpoint("gateway").reach.parse()?,
            gateway: Gateway::find(&platform.supervisor, url)?,
            owner: operations.owner_token().into(),
            operations,
            target,
            customers: Vec::new(),
        };
        let name = format!("{customers} customers sign in and order");
        world.customers = step(&name, world.welcome(customers)).await?;
        Ok(world)
    }

    async fn welcome(&self, customers: usize) -> Result<Vec<Customer>> {
        stream::iter(0..customers)
            .map(async |number| {
                let token = self.sign_in(&email(number)).await?;
                let body = self.operations.order(next_number());
                let placed = self.post(&token, body).await?;
                let order = placed["placeOrder"]["order"]["id"]
                    .as_str()
                    .with_context(|| format!("no order: {placed}"))?
                    .to_owned();
                Ok(Customer { token, order })
            })
            .buffered(AT_ONCE)
            .try_collect()
            .await
    }

    async fn sign_in(&self, email: &str) -> Result<Arc<str>> {
        let input = json!({ "email": email, "password": PASSWORD });
        let operation = json!({ "query": SIGN_IN, "variables": { "input": input } });
        let (url, headers) = (&self.target.url, &self.target.headers);
        let data = self.target.client.graphql(url, headers, &operation).await?;
        let token = data["signIn"]["accessToken"].as_str();
        Ok(token
            .with_context(|| format!("{email} cannot sign in"))?
            .into())
    }

    /// Runs an operation as somebody; errors and user errors are an error.
    pub async fn post(&self, token: &str, body: hyper::body::Bytes) -> Result<Value> {
        let mut headers = self.target.headers.clone();
        headers.push(("authorization".to_owned(), format!("Bearer {token}")));
        let url = &self.target.url;
        let answer = self.target.client.post(url, &headers, body).await?;
        let mut document: Value = serde_json::from_slice(&answer.body)?;
        let refused = document["data"]
            .as_object()
            .into_iter()
            .flat_map(|fields| fields.values())
            .any(|payload| {
                payload["userErrors"]
                    .as_array()
                    .is_some_and(|errors| !errors.is_empty())
            });
        if refused || document.get("errors").is_some() {
            bail!("{document}");
        }
        Ok(document["data"].take())
    }
}

const PASSWORD: &str = "Demo-2026-pass";

fn email(number: usize) -> String {
    format!("customer-{number}@example.com")
}

/// Nothing may end or refuse a socket for being one of many, or for its age.
fn settings() -> Environment {
    let limits = LIMITS.map(|limit| format!("CUSTOMERS_PLANS__LARGE__{limit}"));
    let lives = TOKEN_LIVES.map(|name| (name.to_owned(), "86400".to_owned()));
    let rates = RATES.map(str::to_owned);
    limits
        .into_iter()
        .chain(rates)
        .map(|name| (name, "100000".to_owned()))
        .chain(lives)
        .collect()
}

/// The demo shops, with more customers in the measured one.
fn write_seeds(platform: &Platform<'_>, customers: usize) -> Result<PathBuf> {
    let (from, to) = (
        platform.workspace.root.join("seeds"),
        platform.instance.folder.join("seeds"),
    );
    for shop in fs::read_dir(&from)? {
        let shop = shop?.path();
        if shop.is_dir() {
            copy_folder(&shop, &to.join(shop.file_name().unwrap_or_default()))?;
        }
    }
    let file = to.join(SHOP).join("people.json");
    let mut people: Value = serde_json::from_slice(&fs::read(&file)?)?;
    people["password"] = PASSWORD.into();
    let listed = people["customers"]
        .as_array_mut()
        .context("people.json has no customers")?;
    listed.extend((0..customers).map(|number| {
        json!({
            "id": format!("019b8cf4-9d80-7000-8000-{number:012x}"),
            "email": email(number),
            "name": format!("Customer {number}"),
        })
    }));
    fs::write(&file, serde_json::to_vec(&people)?)?;
    Ok(to)
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for file in fs::read_dir(from)? {
        let file = file?;
        fs::copy(file.path(), to.join(file.file_name()))?;
    }
    Ok(())
}
