//! Members in layers: which folder below `src` may import which. A literal table, so that a new edge is a one-line diff
//! here. An arrow is what [`crate::arrows`] finds.

use std::path::Path;

use anyhow::Result;

use crate::arrows;
use crate::sources::{self, Source};

/// A folder or file below `src`, and those that it may import besides itself.
type Layer = (&'static str, &'static [&'static str]);

/// Member → its layers, from top to bottom.
const LAYERS: [(&str, &[Layer]); 1] = [(
    "gateway",
    &[
        (
            "app",
            &["http", "live", "access", "upstream", "schema", "config"],
        ),
        (
            "http",
            &[
                "live",
                "access",
                "upstream",
                "schema",
                "answer",
                "config",
                "principal",
                "pages",
            ],
        ),
        (
            "live",
            &[
                "access",
                "upstream",
                "schema",
                "answer",
                "config",
                "principal",
            ],
        ),
        (
            "access",
            &["upstream", "schema", "answer", "config", "principal"],
        ),
        ("upstream", &["answer", "config", "principal"]),
        ("schema", &["answer"]),
        ("answer", &[]),
        ("config", &[]),
        ("principal", &[]),
        ("pages", &[]),
    ],
)];

pub fn problems(root: &Path) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for (member, layers) in LAYERS {
        let sources = sources::read(root, &Path::new(member).join("src"))?;
        problems.extend(violations(layers, &sources));
    }
    Ok(problems)
}

fn violations(layers: &[Layer], sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for (from, targets) in arrows::of(sources) {
        let layer = layer_of(&from);
        let Some((_, may)) = layers.iter().find(|(name, _)| *name == layer) else {
            // The roots of the member: `lib.rs`, `main.rs`.
            if !layer.is_empty() {
                found.push(format!("{layer}: not in the table of {}", file!()));
            }
            continue;
        };
        for to in targets {
            let target = layer_of(&to);
            if target != layer && !may.contains(&target.as_str()) {
                found.push(format!(
                    "{}: {layer} may not import {target} ({})",
                    from.display(),
                    to.display()
                ));
            }
        }
    }
    found
}

/// The first module of a file; empty for the roots of the member.
fn layer_of(file: &Path) -> String {
    let mut module = sources::module_of(file);
    module.drain(..).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: [Layer; 2] = [("top", &["bottom"]), ("bottom", &[])];

    fn violations_of(top: &str, bottom: &str) -> Vec<String> {
        let files = [
            ("lib", "mod top; mod bottom;"),
            ("top/mod", top),
            ("bottom/mod", "pub mod value; pub use value::Value;"),
            ("bottom/value", bottom),
        ];
        let sources = files.map(|(name, text)| {
            let path = format!("gateway/src/{name}.rs");
            sources::parse(Path::new(&path), text).unwrap()
        });
        violations(&TABLE, &sources)
    }

    #[test]
    fn a_layer_may_import_those_below_it() {
        let top = "use crate::bottom::Value; pub fn take(_: Value) {}";

        assert!(violations_of(top, "pub struct Value;").is_empty());
    }

    #[test]
    fn a_layer_may_not_import_one_above_it() {
        let bottom = "pub struct Value; fn take() { crate::top::take() }";

        let found = violations_of("pub fn take() {}", bottom);

        assert_eq!(
            found,
            ["gateway/src/bottom/value.rs: bottom may not import top (gateway/src/top/mod.rs)"]
        );
    }

    #[test]
    fn every_folder_is_in_the_table() {
        let other = sources::parse(Path::new("gateway/src/other.rs"), "").unwrap();

        assert_eq!(violations(&TABLE, &[other]).len(), 1);
    }
}
