//! Lists what a reader should judge: names that say nothing, and the longest files. Never fails.

use std::path::Path;

use anyhow::Result;

use crate::files::files_below;

/// Names that hide what is inside.
const EMPTY_NAMES: [&str; 9] = [
    "utils", "common", "helpers", "misc", "shared", "core", "types", "manager", "util",
];

pub fn list(root: &Path) -> Result<()> {
    let mut files = Vec::new();
    for folder in ["crates", "subgraphs", "gateway", "xtask", "tools", "bench"] {
        files.extend(files_below(&root.join(folder), "rs"));
    }
    let mut lengths = Vec::new();
    for path in &files {
        let shown = path.strip_prefix(root).unwrap_or(path);
        let doubtful = shown
            .components()
            .map(|part| part.as_os_str().to_string_lossy())
            .any(|part| EMPTY_NAMES.contains(&part.trim_end_matches(".rs")));
        if doubtful {
            println!("  a name that says little: {}", shown.display());
        }
        lengths.push((std::fs::read_to_string(path)?.lines().count(), shown));
    }
    lengths.sort_unstable_by(|left, right| right.cmp(left));
    println!("  longest files:");
    for (lines, path) in lengths.iter().take(8) {
        println!("    {lines:>5} {}", path.display());
    }
    Ok(())
}
