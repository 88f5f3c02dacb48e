use anyhow::{Context as _, Result};

use super::facts::Facts;
use super::markdown::{self, code};

/// The packages below `crates/`, with the descriptions of their manifests.
pub fn table(facts: &Facts) -> Result<String> {
    let packages = facts.packages.iter();
    let crates = packages.filter(|package| package.manifest_path.contains("/crates/"));
    let mut rows = Vec::new();
    for package in crates {
        let description = package.description.clone();
        let description =
            description.with_context(|| format!("{} has no description", package.manifest_path))?;
        rows.push([code([package.name.as_str()]), description]);
    }
    rows.sort_unstable();
    Ok(markdown::table(["Crate", "Holds"], rows))
}
