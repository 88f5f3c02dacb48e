//! Who may import whom: a literal table, so that a new edge of the architecture is a one-line diff here.
//!
//! Dev-dependencies may also name `testkit` and `subgraph-testkit`, and members of lower levels that a test looks at.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result};
use toml::{Table, Value};

use crate::files::member_folders;

/// Crate → crates of ours that it may depend on. Levels go upward; sideways edges within a level are marked.
const ALLOWED: [(&str, &[&str]); 28] = [
    // level 0: pure values
    ("ids", &[]),
    ("money", &[]),
    // level 1: vocabulary and start-up
    ("event-contracts", &["ids", "money"]),
    ("internal-api", &["ids", "money"]),
    ("identity", &["ids"]),
    ("service", &["ids"]),
    // level 2: one outside system each (they read settings and deadlines of `service`)
    ("database", &["ids", "money", "service"]),
    ("messaging", &["event-contracts", "ids", "service"]),
    ("cache", &["ids", "service"]),
    ("event-cursor", &["ids", "service"]),
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
            "event-cursor",
            "ids",
            "internal-api",
            "messaging",
            "service",
        ],
    ),
    (
        "graphql-server",
        &[
            "database",
            "event-contracts",
            "event-cursor",
            "event-log",
            "identity",
            "ids",
            "money",
            "service",
        ],
    ),
    // sideways: the sockets serve the same schema in the same scopes as the endpoint
    (
        "graphql-sockets",
        &["graphql-server", "identity", "service"],
    ),
    // level 4: what every subgraph is, and what some have, whatever their features are
    (
        "idempotency",
        &[
            "database",
            "event-log",
            "graphql-server",
            "identity",
            "ids",
            "service",
        ],
    ),
    (
        "subgraph",
        &[
            "database",
            "event-contracts",
            "event-cursor",
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
            "event-cursor",
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
            "event-contracts",
            "event-cursor",
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
        &["database", "identity", "ids", "internal-api", "service"],
    ),
    // a whole subgraph in a test; apart, so that the crates below `subgraph` compile `testkit` without it
    (
        "subgraph-testkit",
        &[
            "database",
            "event-contracts",
            "event-cursor",
            "event-log",
            "identity",
            "ids",
            "service",
            "subgraph",
            "testkit",
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
    "idempotency",
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
            // optional: see OPTIONS
            "ids",
            "money",
            "database",
            "event-log",
            "idempotency",
            "subgraph",
            "catalog",
            "orders",
            "customers",
            "testkit",
            "subgraph-testkit",
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
            // optional: see OPTIONS
            "event-contracts",
            "graphql-server",
            "graphql-sockets",
            "subgraph",
            "catalog",
            "orders",
            "customers",
            "testkit",
            "subgraph-testkit",
            "static-subgraph",
            "tidy",
        ],
    ),
    ("dataloader", &["graphql-server"]),
    ("opentelemetry*", &["service"]),
    ("tracing-opentelemetry", &["service"]),
    ("apollo-compiler", &["gateway"]),
];

/// Member → outside package that it must not reach through our crates either.
const UNREACHABLE: [(&str, &str); 2] = [("gateway", "sqlx"), ("gateway", "async-graphql")];

/// A feature of a crate that depends on an outside package, off by default, and the only member that asks for it.
struct OptionalFeature {
    member: &'static str,
    feature: &'static str,
    package: &'static str,
    asker: &'static str,
}

/// Pure values that are columns where there is a database, and types of events that are enums where there is a schema. So
/// the gateway, which has neither, compiles no database driver and no GraphQL server for them.
const OPTIONS: [OptionalFeature; 3] = [
    OptionalFeature {
        member: "ids",
        feature: "sqlx",
        package: "sqlx",
        asker: "database",
    },
    OptionalFeature {
        member: "money",
        feature: "sqlx",
        package: "sqlx",
        asker: "database",
    },
    OptionalFeature {
        member: "event-contracts",
        feature: "graphql",
        package: "async-graphql",
        asker: "graphql-server",
    },
];

pub fn problems(root: &Path) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    let mut needed: BTreeMap<String, Vec<String>> = BTreeMap::new();
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
        let dependencies: Vec<Dependency> = dependencies(&manifest).collect();
        problems.extend(violations(name, &dependencies));
        let of_member = dependencies
            .into_iter()
            .filter(|dependency| dependency.section == "dependencies" && !dependency.optional);
        let of_member = of_member.map(|dependency| dependency.name).collect();
        needed.insert(name.to_owned(), of_member);
    }
    for (member, package) in UNREACHABLE {
        if let Some(through) = reaches(&needed, member, package) {
            problems.push(format!(
                "{member} may not reach {package}: {through} needs it"
            ));
        }
    }
    Ok(problems)
}

/// What a member depends on although the tables do not allow it.
fn violations(name: &str, dependencies: &[Dependency]) -> Vec<String> {
    let table = |wanted: &str| ALLOWED.iter().find(|(member, _)| *member == wanted);
    let Some((_, may)) = table(name) else {
        return vec![format!("{name}: not in the table of {}", file!())];
    };
    let mut problems = Vec::new();
    for dependency in dependencies {
        let other = dependency.name.as_str();
        let in_test = dependency.section == "dev-dependencies";
        let ours = table(other).is_some();
        if ours && !may.contains(&other) && !allowed_in_test(in_test, name, other) {
            problems.push(format!(
                "{name} may not depend on {other} (see {})",
                file!()
            ));
        }
        problems.extend(
            OPTIONS
                .iter()
                .filter_map(|option| option.violation(name, dependency)),
        );
        if let Some(members) = fence(other)
            && !in_test
            && !members.contains(&name)
        {
            problems.push(format!(
                "{name} may not depend on {other}: it is fenced to {}",
                members.join(", ")
            ));
        }
    }
    problems
}

impl OptionalFeature {
    /// What is wrong with a dependency of a member, if it is about this feature.
    fn violation(&self, name: &str, dependency: &Dependency) -> Option<String> {
        let Self {
            member,
            feature,
            package,
            asker,
        } = self;
        let asks = dependency.features.iter().any(|asked| asked == feature);
        if dependency.name == *member && asks && name != *asker {
            return Some(format!(
                "{name}: only {asker} asks for {member} with {feature}"
            ));
        }
        (name == *member && dependency.name == *package && !dependency.optional)
            .then(|| format!("{name} may depend on {package} only as an option"))
    }
}

/// The first crate of ours below a member, or the member itself, that depends on a package.
fn reaches(needed: &BTreeMap<String, Vec<String>>, member: &str, package: &str) -> Option<String> {
    let dependencies = needed.get(member)?;
    if dependencies.iter().any(|dependency| dependency == package) {
        return Some(member.to_owned());
    }
    dependencies
        .iter()
        .find_map(|dependency| reaches(needed, dependency, package))
}

/// Tests may use both kits, but nothing may go round it to a subgraph.
fn allowed_in_test(in_test: bool, name: &str, dependency: &str) -> bool {
    let subgraphs = ["catalog", "orders", "customers", "gateway", "dev-tools"];
    in_test && name != dependency && !subgraphs.contains(&dependency)
}

struct Dependency {
    section: &'static str,
    name: String,
    optional: bool,
    features: Vec<String>,
}

fn dependencies(manifest: &Table) -> impl Iterator<Item = Dependency> {
    ["dependencies", "dev-dependencies", "build-dependencies"]
        .into_iter()
        .flat_map(|section| {
            manifest
                .get(section)
                .and_then(Value::as_table)
                .into_iter()
                .flatten()
                .map(move |(key, value)| Dependency {
                    section,
                    // A renamed dependency keeps its real name in `package`.
                    name: value
                        .get("package")
                        .and_then(Value::as_str)
                        .unwrap_or(key)
                        .to_owned(),
                    optional: value.get("optional").and_then(Value::as_bool) == Some(true),
                    features: value
                        .get("features")
                        .and_then(Value::as_array)
                        .into_iter()
                        .flatten()
                        .filter_map(|feature| feature.as_str().map(str::to_owned))
                        .collect(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sees_a_package_behind_other_crates() {
        let needed = [("edge", "log"), ("log", "database"), ("database", "sqlx")]
            .map(|(member, dependency)| (member.to_owned(), vec![dependency.to_owned()]))
            .into();

        let through = reaches(&needed, "edge", "sqlx");

        assert_eq!(through.as_deref(), Some("database"));
        assert_eq!(reaches(&needed, "edge", "lapin"), None);
    }
}
