//! Every member takes the workspace's lints and is not published. Cargo cannot enforce the first by itself.

use std::path::Path;

use anyhow::{Context as _, Result};
use toml::{Table, Value};

use crate::files::member_folders;

pub fn problems(root: &Path) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for folder in member_folders(root)? {
        let path = folder.join("Cargo.toml");
        let manifest: Table = std::fs::read_to_string(root.join(&path))?
            .parse()
            .with_context(|| format!("{} is not TOML", path.display()))?;
        let inherits = |section: &str, key: &str| {
            let value = manifest.get(section).and_then(|section| section.get(key));
            value
                .and_then(|value| value.get("workspace"))
                .and_then(Value::as_bool)
                == Some(true)
        };
        let lints = manifest
            .get("lints")
            .and_then(|lints| lints.get("workspace"))
            .and_then(Value::as_bool);
        if lints != Some(true) {
            problems.push(format!(
                "{}: lacks `[lints] workspace = true`",
                path.display()
            ));
        }
        for key in ["edition", "rust-version", "license", "publish"] {
            if !inherits("package", key) {
                problems.push(format!(
                    "{}: lacks `{key}.workspace = true`",
                    path.display()
                ));
            }
        }
        for tests in test_roots(root, &folder) {
            let text = std::fs::read_to_string(&tests)?;
            if !text.lines().any(|line| line.trim() == "#![cfg(test)]") {
                let shown = tests.strip_prefix(root).unwrap_or(&tests);
                problems.push(format!("{}: lacks `#![cfg(test)]` on top", shown.display()));
            }
        }
    }
    Ok(problems)
}

/// Roots of integration test binaries: without `cfg(test)` on top clippy treats their helpers as ordinary code.
fn test_roots(root: &Path, member: &Path) -> Vec<std::path::PathBuf> {
    let main = root.join(member).join("tests/it/main.rs");
    if main.is_file() {
        vec![main]
    } else {
        Vec::new()
    }
}
