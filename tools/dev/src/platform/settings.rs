//! The environment of every process of ours where it differs from the defaults: `up` starts processes with it, and
//! `generate` writes it to `compose.yaml`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::instance::Secrets;
use crate::services::{postgres, rabbitmq};

/// A role of a subgraph's executable.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Makes the database and its roles.
    Provision,
    /// Runs migrations.
    Migrate,
    /// Loads the demo shops.
    Seed,
    /// Answers requests.
    Serve,
    /// Relay, consumers, sweepers.
    Work,
}

impl Role {
    /// The argument that selects it.
    pub fn argument(self) -> &'static str {
        match self {
            Self::Provision => "provision",
            Self::Migrate => "migrate",
            Self::Seed => "seed",
            Self::Serve => "serve",
            Self::Work => "work",
        }
    }
}

/// What runs once, in this order, before a subgraph starts. The demo shops hold no orders.
pub fn preparation(subgraph: &str) -> &'static [Role] {
    match subgraph {
        "orders" => &[Role::Provision, Role::Migrate],
        _ => &[Role::Provision, Role::Migrate, Role::Seed],
    }
}

/// Where a process listens, and under which `host:port` others reach it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Endpoint {
    pub listen: String,
    pub reach: String,
}

impl Endpoint {
    /// On loopback.
    pub fn local(port: u16) -> Self {
        let address = format!("127.0.0.1:{port}");
        Self {
            listen: address.clone(),
            reach: address,
        }
    }

    /// In a container called `host`.
    pub fn container(host: &str, port: u16) -> Self {
        Self {
            listen: format!("0.0.0.0:{port}"),
            reach: format!("{host}:{port}"),
        }
    }
}

/// Every address and path that settings mention.
#[derive(Clone, Serialize, Deserialize)]
pub struct Layout {
    pub postgres: String,
    pub redis: String,
    pub rabbitmq: String,
    /// By process name: `catalog`, `catalog-work`, …, `router`, `router-health`, `router-metrics`, `gateway`.
    pub endpoints: BTreeMap<String, Endpoint>,
    pub keys_folder: String,
    pub seeds_folder: String,
    pub api_schema: String,
    pub router_scripts: String,
    /// Where traces go, if anywhere.
    pub otlp_endpoint: Option<String>,
    /// Variables beyond the usual ones, each for the service that its name begins with.
    #[serde(default)]
    pub tuning: Environment,
}

/// A set of environment variables.
pub type Environment = BTreeMap<String, String>;

impl Layout {
    pub fn endpoint(&self, name: &str) -> Endpoint {
        self.endpoints.get(name).cloned().unwrap_or(Endpoint {
            listen: String::new(),
            reach: String::new(),
        })
    }

    /// `http://host:port` of a process.
    pub fn url(&self, name: &str) -> String {
        format!("http://{}", self.endpoint(name).reach)
    }

    /// `amqp://…` with the default virtual host.
    pub fn broker_url(&self, secrets: &Secrets) -> String {
        format!(
            "amqp://{}:{}@{}/%2f",
            rabbitmq::USER,
            secrets.get("rabbitmq"),
            self.rabbitmq
        )
    }

    /// A database as the superuser sees it.
    pub fn admin_url(&self, secrets: &Secrets, database: &str) -> String {
        let admin = postgres::ADMIN;
        format!(
            "postgres://{admin}:{}@{}/{database}",
            secrets.get("postgres"),
            self.postgres
        )
    }

    /// Settings of a subgraph in a role. Long-running roles do not get to know the owner's and the superuser's password.
    pub fn subgraph(&self, name: &str, role: Role, secrets: &Secrets) -> Environment {
        let database = |kind: &str| {
            let login = format!("{name}_{kind}");
            format!(
                "postgres://{login}:{}@{}/{name}",
                secrets.get(&login),
                self.postgres
            )
        };
        let mut settings = vec![
            ("LISTEN", self.endpoint(name).listen),
            ("WORK_LISTEN", self.endpoint(&format!("{name}-work")).listen),
            ("DATABASE__APP_URL", database("app")),
            ("DATABASE__PLATFORM_URL", database("platform")),
            ("BROKER__URL", self.broker_url(secrets)),
            ("IDENTITY__KEYS_DIR", self.keys_folder.clone()),
            ("CURSOR__KEYS", secrets.get("cursor").to_owned()),
        ];
        match name {
            "orders" => settings.push(("CATALOG__URL", self.url("catalog"))),
            "customers" => settings.push(("REDIS__URL", format!("redis://{}", self.redis))),
            _ => {}
        }
        match role {
            Role::Provision => {
                settings.push(("DATABASE__OWNER_URL", database("owner")));
                settings.push(("DATABASE__ADMIN_URL", self.admin_url(secrets, "postgres")));
            }
            Role::Migrate => settings.push(("DATABASE__OWNER_URL", database("owner"))),
            Role::Seed | Role::Serve | Role::Work => {}
        }
        self.with_traces(name, settings)
    }

    /// Settings of the gateway.
    pub fn gateway(&self, secrets: &Secrets) -> Environment {
        self.gateway_called("gateway", secrets)
    }

    /// Settings of one of several gateways: only where it listens is its own.
    pub fn gateway_called(&self, process: &str, secrets: &Secrets) -> Environment {
        let settings = vec![
            ("LISTEN", self.endpoint(process).listen),
            ("ROUTER__URL", format!("{}/graphql", self.url("router"))),
            (
                "ROUTER__HEALTH_URL",
                format!("{}/health?ready", self.url("router-health")),
            ),
            ("ROUTER__SECRET", secrets.get("router").to_owned()),
            ("SUBGRAPHS__CATALOG_URL", self.url("catalog")),
            ("SUBGRAPHS__ORDERS_URL", self.url("orders")),
            ("SUBGRAPHS__CUSTOMERS_URL", self.url("customers")),
            ("BROKER__URL", self.broker_url(secrets)),
            ("IDENTITY__KEYS_DIR", self.keys_folder.clone()),
            ("CURSOR__KEYS", secrets.get("cursor").to_owned()),
            ("API_SCHEMA", self.api_schema.clone()),
            ("DEVELOPMENT", "true".to_owned()),
        ];
        self.with_traces("gateway", settings)
    }

    /// What router.yaml expands.
    pub fn router(&self, secrets: &Secrets) -> Environment {
        let mut settings = vec![
            ("APOLLO_TELEMETRY_DISABLED", "1".to_owned()),
            ("ROUTER_SECRET", secrets.get("router").to_owned()),
            ("ROUTER_LISTEN", self.endpoint("router").listen),
            (
                "ROUTER_HEALTH_LISTEN",
                self.endpoint("router-health").listen,
            ),
            (
                "ROUTER_METRICS_LISTEN",
                self.endpoint("router-metrics").listen,
            ),
            ("ROUTER_SCRIPTS", self.router_scripts.clone()),
            ("CATALOG_URL", format!("{}/graphql", self.url("catalog"))),
            ("ORDERS_URL", format!("{}/graphql", self.url("orders"))),
            (
                "CUSTOMERS_URL",
                format!("{}/graphql", self.url("customers")),
            ),
        ];
        if let Some(endpoint) = &self.otlp_endpoint {
            settings.push(("ROUTER_OTLP_ENABLED", "true".to_owned()));
            settings.push(("ROUTER_OTLP_ENDPOINT", endpoint.clone()));
        }
        settings
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }

    fn with_traces(&self, service: &str, mut settings: Vec<(&str, String)>) -> Environment {
        if let Some(endpoint) = &self.otlp_endpoint {
            settings.push(("TELEMETRY__OTLP_HTTP_ENDPOINT", endpoint.clone()));
        }
        let prefix = service.to_uppercase();
        let tuned = self
            .tuning
            .iter()
            .filter(|(name, _)| name.starts_with(&format!("{prefix}_")))
            .map(|(name, value)| (name.clone(), value.clone()));
        settings
            .into_iter()
            .map(|(name, value)| (format!("{prefix}_{name}"), value))
            .chain(tuned)
            .collect()
    }
}
