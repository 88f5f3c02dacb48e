//! `compose.yaml` starts the same platform as `cargo xtask up`: same processes, same ports, same settings. This compares
//! the file with what `up` would give each process, so that the two cannot drift apart.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, bail};
use serde_yaml_ng::Value;

use crate::instance::Secrets;
use crate::platform::PORTS;
use crate::platform::settings::{Endpoint, Environment, Layout, Role, preparation};
use crate::router_binary;
use crate::services::{postgres, rabbitmq, redis};
use crate::workspace::SUBGRAPHS;

pub fn check(text: &str) -> Result<()> {
    let mut file: Value = serde_yaml_ng::from_str(text).context("compose.yaml is not YAML")?;
    file.apply_merge()?;
    let services = file
        .get("services")
        .and_then(Value::as_mapping)
        .context("compose.yaml has no services")?;
    let services: BTreeMap<&str, &Value> = services
        .iter()
        .filter_map(|(name, service)| Some((name.as_str()?, service)))
        .collect();
    let expected = expected();
    let mut problems = Vec::new();

    let names: BTreeSet<&str> = services.keys().copied().collect();
    let wanted: BTreeSet<&str> = expected.keys().map(String::as_str).collect();
    problems.extend(
        wanted
            .difference(&names)
            .map(|name| format!("{name}: missing")),
    );
    problems.extend(
        names
            .difference(&wanted)
            .map(|name| format!("{name}: `cargo xtask up` has no such process")),
    );
    for (name, service) in &services {
        if let Some(expected) = expected.get(*name) {
            compare(name, service, expected, &mut problems);
        }
    }
    if !problems.is_empty() {
        bail!("{}", problems.join("\n"));
    }
    Ok(())
}

/// What a service must look like.
#[derive(Default)]
struct Expected {
    environment: Environment,
    /// The image's tag must start with this.
    image: Option<String>,
    /// Words that the command must hold, in this order.
    command: Vec<String>,
    /// The published port; all other services publish nothing.
    published: Option<String>,
    /// A long-running service reports its health.
    health: bool,
}

fn expected() -> BTreeMap<String, Expected> {
    let (layout, secrets) = (layout(), secrets());
    let mut all = BTreeMap::new();
    for name in SUBGRAPHS {
        let prepare: Environment = layout
            .subgraph(name, Role::Provision, &secrets)
            .into_iter()
            .chain(layout.subgraph(name, Role::Migrate, &secrets))
            .collect();
        let once = Expected {
            environment: prepare,
            command: preparation(name)
                .iter()
                .map(|role| format!("{name} {}", role.argument()))
                .collect(),
            ..Expected::default()
        };
        all.insert(format!("{name}-prepare"), once);
        for (process, role) in [
            (name.to_owned(), Role::Serve),
            (format!("{name}-work"), Role::Work),
        ] {
            let expected = Expected {
                environment: layout.subgraph(name, role, &secrets),
                command: vec![name.to_owned(), role.argument().to_owned()],
                health: true,
                ..Expected::default()
            };
            all.insert(process, expected);
        }
    }
    all.insert(
        "keys".to_owned(),
        Expected {
            command: vec![
                "gateway".to_owned(),
                "generate-keys".to_owned(),
                layout.keys_folder.clone(),
            ],
            ..Expected::default()
        },
    );
    all.insert(
        "gateway".to_owned(),
        Expected {
            environment: layout.gateway(&secrets),
            command: vec!["gateway".to_owned(), "serve".to_owned()],
            published: Some("4000:4000".to_owned()),
            health: true,
            ..Expected::default()
        },
    );
    all.insert("router".to_owned(), router(&layout, &secrets));
    all.extend(daemons(&secrets));
    all
}

fn router(layout: &Layout, secrets: &Secrets) -> Expected {
    let mut environment = layout.router(secrets);
    // Named by variables, because the image decides how its command line is put together.
    environment.insert(
        "APOLLO_ROUTER_CONFIG_PATH".to_owned(),
        "/dist/config/router.yaml".to_owned(),
    );
    environment.insert(
        "APOLLO_ROUTER_SUPERGRAPH_PATH".to_owned(),
        "/dist/config/supergraph.graphql".to_owned(),
    );
    Expected {
        environment,
        image: Some(format!(
            "ghcr.io/apollographql/router:v{}",
            router_binary::VERSION
        )),
        health: true,
        ..Expected::default()
    }
}

fn daemons(secrets: &Secrets) -> [(String, Expected); 3] {
    let settings = postgres::SETTINGS
        .iter()
        .flat_map(|(name, value)| ["-c".to_owned(), format!("{name}={value}")]);
    let postgres = Expected {
        environment: environment(&[
            ("POSTGRES_USER", postgres::ADMIN),
            ("POSTGRES_PASSWORD", secrets.get("postgres")),
            (
                "POSTGRES_INITDB_ARGS",
                "--auth=scram-sha-256 -E UTF8 --locale=C.UTF-8",
            ),
        ]),
        image: Some("postgres:15".to_owned()),
        command: [String::from("postgres")]
            .into_iter()
            .chain(settings)
            .collect(),
        health: true,
        ..Expected::default()
    };
    let settings = redis::SETTINGS
        .iter()
        .flat_map(|(name, value)| [format!("--{name}"), (*value).to_owned()]);
    let redis = Expected {
        image: Some("redis:7".to_owned()),
        command: [String::from("redis-server")]
            .into_iter()
            .chain(settings)
            .collect(),
        health: true,
        ..Expected::default()
    };
    let rabbitmq = Expected {
        environment: environment(&[
            ("RABBITMQ_DEFAULT_USER", rabbitmq::USER),
            ("RABBITMQ_DEFAULT_PASS", secrets.get("rabbitmq")),
        ]),
        image: Some("rabbitmq:3".to_owned()),
        health: true,
        ..Expected::default()
    };
    [
        ("postgres".to_owned(), postgres),
        ("redis".to_owned(), redis),
        ("rabbitmq".to_owned(), rabbitmq),
    ]
}

fn environment(pairs: &[(&str, &str)]) -> Environment {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// The layout of the containers: every service under its own name, on its usual port.
fn layout() -> Layout {
    let endpoints = PORTS
        .iter()
        .map(|(name, port)| {
            let host = if name.starts_with("router") {
                "router"
            } else {
                name
            };
            ((*name).to_owned(), Endpoint::container(host, *port))
        })
        .collect();
    Layout {
        postgres: "postgres:5432".to_owned(),
        redis: "redis:6379".to_owned(),
        rabbitmq: "rabbitmq:5672".to_owned(),
        endpoints,
        keys_folder: "/keys".to_owned(),
        seeds_folder: "/app/seeds".to_owned(),
        api_schema: "/app/schemas/api.graphql".to_owned(),
        router_scripts: "/dist/config/router".to_owned(),
        otlp_endpoint: None,
        tuning: Environment::new(),
    }
}

/// The development values that stand as defaults in compose.yaml.
fn secrets() -> Secrets {
    Secrets::named(|name| match name {
        "cursor" => "k1:ZGV2ZWxvcG1lbnQtb25seS1jdXJzb3Ita2V5LTMyYnk=".to_owned(),
        _ => "development-only".to_owned(),
    })
}

fn compare(name: &str, service: &Value, expected: &Expected, problems: &mut Vec<String>) {
    let actual = environment_of(service);
    for (variable, value) in &expected.environment {
        match actual.get(variable) {
            None => problems.push(format!("{name}: {variable} is missing (`{value}`)")),
            Some(other) if other != value => {
                problems.push(format!(
                    "{name}: {variable} is `{other}`, expected `{value}`"
                ));
            }
            Some(_) => {}
        }
    }
    for variable in actual
        .keys()
        .filter(|variable| !expected.environment.contains_key(*variable))
    {
        problems.push(format!("{name}: {variable} is not set by `cargo xtask up`"));
    }
    if let Some(image) = &expected.image {
        let actual = service
            .get("image")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if !actual.starts_with(image.as_str()) {
            problems.push(format!("{name}: image is `{actual}`, expected `{image}`"));
        }
    }
    let command = words_of(service.get("command"));
    let mut position = 0;
    for word in &expected.command {
        match command
            .iter()
            .skip(position)
            .position(|actual| actual.contains(word.as_str()))
        {
            Some(found) => position += found,
            None => problems.push(format!("{name}: the command lacks `{word}`")),
        }
    }
    let published = words_of(service.get("ports"));
    if published != expected.published.iter().cloned().collect::<Vec<_>>() {
        problems.push(format!(
            "{name}: publishes {published:?}, expected {:?}",
            expected.published
        ));
    }
    if expected.health && service.get("healthcheck").is_none() {
        problems.push(format!("{name}: has no healthcheck"));
    }
}

fn environment_of(service: &Value) -> Environment {
    service
        .get("environment")
        .and_then(Value::as_mapping)
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| Some((name.as_str()?.to_owned(), interpolate(&scalar(value)))))
        .collect()
}

fn words_of(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Sequence(items)) => items
            .iter()
            .map(|item| interpolate(&scalar(item)))
            .collect(),
        Some(single) => vec![interpolate(&scalar(single))],
        None => Vec::new(),
    }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(value) => value.to_string(),
        Value::Number(value) => value.to_string(),
        _ => String::new(),
    }
}

/// Replaces `${NAME:-default}` by the default, as compose does in an empty environment.
fn interpolate(text: &str) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        result.push_str(before);
        let Some((inside, remaining)) = after.split_once('}') else {
            break;
        };
        result.push_str(inside.split_once(":-").map_or("", |(_, default)| default));
        rest = remaining;
    }
    result + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_the_committed_file() {
        let outcome = check(include_str!("../../../compose.yaml"));

        assert!(outcome.is_ok(), "{outcome:?}");
    }

    #[test]
    fn sees_a_setting_that_differs() {
        let text = include_str!("../../../compose.yaml")
            .replace("max_connections=300", "max_connections=7");

        let error = check(&text).unwrap_err().to_string();

        assert!(error.contains("postgres"), "{error}");
    }

    #[test]
    fn takes_defaults_of_variables() {
        assert_eq!(interpolate("a://${USER:-me}:${B:-x}@h/${C}"), "a://me:x@h/");
    }
}
