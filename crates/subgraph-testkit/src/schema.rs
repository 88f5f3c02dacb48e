//! The schema of a subgraph, which composition reads from a committed file.

use std::fs;
use std::path::Path;

use subgraph::Subgraph;

/// Fails unless the committed schema is the one that the subgraph serves.
pub fn assert_schema_is_committed<S: Subgraph>() {
    let file = format!("schemas/{}.graphql", S::NAME.as_str());
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(&file);
    let committed = fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == subgraph::sdl::<S>(),
        "{file} is not current: run `cargo xtask generate`"
    );
}
