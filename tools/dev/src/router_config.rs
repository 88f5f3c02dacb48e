//! `router.yaml` must hold nothing that Apollo Router refuses to start with, or may not be used, without a licence.

use anyhow::{Context as _, Result, bail};
use serde_yaml_ng::Value;

/// Paths that are licensed as soon as they are there, also when disabled. `subscription` without `enabled` would slip past
/// the router's own check; it is licensed all the same.
const LICENSED: [&str; 16] = [
    "subscription",
    "batching",
    "persisted_queries",
    "demand_control",
    "coprocessor",
    "authentication.router",
    "authentication.subgraph",
    "authorization.directives",
    "response_cache",
    "preview_entity_cache",
    "limits.router.max_depth",
    "limits.router.max_height",
    "limits.router.max_aliases",
    "limits.router.max_root_fields",
    "license_enforcement",
    "progressive_override",
];

/// Switches that belong to experiments on one's own desk.
const NOT_IN_PRODUCTION: [&str; 3] = [
    "experimental_chaos",
    "experimental_diagnostics",
    "experimental_mock_subgraphs",
];

pub fn check(text: &str) -> Result<()> {
    let config: Value = serde_yaml_ng::from_str(text).context("router.yaml is not YAML")?;
    let mut found: Vec<String> = LICENSED
        .iter()
        .chain(&NOT_IN_PRODUCTION)
        .filter(|path| lookup(&config, path).is_some())
        .map(|path| (*path).to_owned())
        .collect();
    collect_redis(&config, "", &mut found);
    if !found.is_empty() {
        bail!(
            "router.yaml uses what needs a licence or is not for production: {}",
            found.join(", ")
        );
    }
    Ok(())
}

fn lookup<'a>(config: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.')
        .try_fold(config, |value, key| value.get(key))
}

/// Any `redis` anywhere: distributed caches are licensed wherever they appear.
fn collect_redis(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Mapping(entries) => {
            for (key, child) in entries {
                let path = format!("{path}.{}", key.as_str().unwrap_or_default());
                if key.as_str() == Some("redis") {
                    found.push(path.trim_start_matches('.').to_owned());
                }
                collect_redis(child, &path, found);
            }
        }
        Value::Sequence(items) => {
            for item in items {
                collect_redis(item, path, found);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_the_committed_configuration() {
        let text = include_str!("../../../router.yaml");

        assert!(check(text).is_ok(), "{:?}", check(text));
    }

    #[test]
    fn refuses_every_licensed_key_also_when_disabled() {
        for path in LICENSED {
            let yaml = path
                .split('.')
                .rev()
                .fold("{ enabled: false }".to_owned(), |inner, key| {
                    format!("{{ {key}: {inner} }}")
                });

            assert!(check(&yaml).is_err(), "{path} was accepted");
        }
    }

    #[test]
    fn refuses_redis_wherever_it_is() {
        let yaml = "supergraph: { query_planning: { cache: { redis: { urls: [] } } } }";

        let error = check(yaml).unwrap_err().to_string();

        assert!(
            error.contains("supergraph.query_planning.cache.redis"),
            "{error}"
        );
    }
}
