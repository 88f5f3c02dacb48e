//! Who may import whom: a literal table, so that a new edge of the architecture is a one-line diff here.
//!
//! Dev-dependencies may also name `testkit`, and members of lower levels that a test looks at.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result};
use toml::{Table, Value};

use crate::files::member_folders;

/// Crate → crates of ours that it may depend on. Levels go upward; sideways edges within a level are marked.
const ALLOWED: [(&str, &[&str]); 25] = [
    // level 0: pure values
    ("ids", &[]),
    ("money", &[]),
    // level 1: vocabulary and start-up
    ("event-contracts", &["ids", "money"]),
    ("internal-api", &["ids", "money"]),
    ("identity", &["ids"]),
    ("service", &["ids"]),
    // level 2: one outside system each (they read settings and deadlines of `service`)
    ("database", &["ids", "service"]),
    ("messaging", &["event-contracts", "ids", "service"]),
    ("cache", &["ids", "service"]),
    (
        "internal-call",
        &["identity", "ids", "internal-api", "service"],
    ),
    // level 3: combinations
    (
        "event-log",
        &[
            "database",
            "event-contracts",
            "ids",
            "internal-api",
            "messaging",
            "service",
        ],
    ),
    (
        "graphql-server",
        &["database", "identity", "ids", "money", "service"],
    ),
    // sideways: the sockets serve the same schema in the same scopes as the endpoint
    (
        "graphql-sockets",
        &["graphql-server", "identity", "service"],
    ),
    // level 4: what every subgraph is, whatever its features are
    (
        "subgraph",
        &[
            "database",
            "event-contracts",
            "event-log",
            "graphql-server",
            "graphql-sockets",
            "identity",
            "ids",
            "internal-api",
            "internal-call",
            "messaging",
            "service",
        ],
    ),
    // the subgraphs, never each other
    ("catalog", SUBGRAPH),
    ("orders", SUBGRAPH),
    (
        "customers",
        &[
            "cache",
            "database",
            "event-contracts",
            "event-log",
            "graphql-server",
            "identity",
            "ids",
            "internal-api",
            "money",
            "service",
            "subgraph",
        ],
    ),
    // the edge knows no database and no subgraph
    (
        "gateway",
        &[
            "event-log",
            "identity",
            "ids",
            "internal-api",
            "internal-call",
            "messaging",
            "service",
        ],
    ),
    // tests only
    (
        "testkit",
        &[
            "database",
            "event-contracts",
            "event-log",
            "graphql-server",
            "identity",
            "ids",
            "internal-api",
            "messaging",
            "money",
            "service",
        ],
    ),
    // tools: nobody imports them, they import nobody
    ("xtask", &[]),
    ("dev-tools", &[]),
    ("bench", &["dev-tools"]),
    ("tidy", &[]),
    ("static-subgraph", &[]),
    ("compose", &[]),
];

const SUBGRAPH: &[&str] = &[
    "database",
    "event-contracts",
    "event-log",
    "graphql-server",
    "identity",
    "ids",
    "internal-api",
    "internal-call",
    "money",
    "service",
    "subgraph",
];

/// Outside package (or all that start with it, with a `*`) → the only members that may depend on it.
const FENCES: [(&str, &[&str]); 12] = [
    (
        "sqlx",
        &[
            "database",
            "event-log",
            "subgraph",
            "catalog",
            "orders",
            "customers",
            "testkit",
        ],
    ),
    ("lapin", &["messaging"]),
    ("deadpool-redis", &["cache"]),
    ("redis", &["cache"]),
    ("elasticsearch", &["catalog"]),
    ("jsonwebtoken", &["identity"]),
    ("ed25519-dalek", &["identity"]),
    (
        "async-graphql*",
        &[
            "graphql-server",
            "graphql-sockets",
            "subgraph",
            "catalog",
            "orders",
            "customers",
            "static-subgraph",
            "tidy",
        ],
    ),
    ("dataloader", &["graphql-server"]),
    ("opentelemetry*", &["service"]),
    ("tracing-opentelemetry", &["service"]),
    ("apollo-compiler", &["gateway"]),
];

pub fn problems(root: &Path) -> Result<Vec<String>> {
    let allowed: BTreeMap<&str, &[&str]> = ALLOWED.into_iter().collect();
    let mut problems = Vec::new();
    for folder in member_folders(root)? {
        let path = root.join(&folder).join("Cargo.toml");
        let manifest: Table = std::fs::read_to_string(&path)?
            .parse()
            .with_context(|| format!("{} is not TOML", path.display()))?;
        let name = manifest
            .get("package")
            .and_then(|package| package.get("name"))
            .and_then(Value::as_str)
            .unwrap_or_default();
        let Some(may) = allowed.get(name) else {
            problems.push(format!("{name}: not in the table of {}", file!()));
            continue;
        };
        for (section, dependency) in dependencies(&manifest) {
            let ours = allowed.contains_key(dependency.as_str());
            let in_test = section == "dev-dependencies";
            if ours
                && !may.contains(&dependency.as_str())
                && !allowed_in_test(in_test, name, &dependency)
            {
                problems.push(format!(
                    "{name} may not depend on {dependency} (see {})",
                    file!()
                ));
            }
            if let Some(members) = fence(&dependency)
                && !in_test
                && !members.contains(&name)
            {
                problems.push(format!(
                    "{name} may not depend on {dependency}: it is fenced to {}",
                    members.join(", ")
                ));
            }
        }
    }
    Ok(problems)
}

/// Tests may use `testkit`, but nothing may go round it to a subgraph.
fn allowed_in_test(in_test: bool, name: &str, dependency: &str) -> bool {
    let subgraphs = ["catalog", "orders", "customers", "gateway", "dev-tools"];
    in_test && name != dependency && !subgraphs.contains(&dependency)
}

fn dependencies(manifest: &Table) -> impl Iterator<Item = (&'static str, String)> {
    ["dependencies", "dev-dependencies", "build-dependencies"]
        .into_iter()
        .flat_map(|section| {
            manifest
                .get(section)
                .and_then(Value::as_table)
                .into_iter()
                .flatten()
                .map(move |(key, value)| {
                    // A renamed dependency keeps its real name in `package`.
                    let name = value.get("package").and_then(Value::as_str).unwrap_or(key);
                    (section, name.to_owned())
                })
        })
}

fn fence(dependency: &str) -> Option<&'static [&'static str]> {
    FENCES
        .iter()
        .find(|(pattern, _)| match pattern.strip_suffix('*') {
            Some(start) => dependency.starts_with(start),
            None => dependency == *pattern,
        })
        .map(|(_, members)| *members)
}
