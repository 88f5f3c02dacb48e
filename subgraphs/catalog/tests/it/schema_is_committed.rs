use std::fs;
use std::path::Path;

#[test]
fn the_committed_schema_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/catalog.graphql");
    let committed = fs::read_to_string(path).unwrap_or_default();

    assert!(
        committed == subgraph::sdl::<catalog::Catalog>(),
        "run `cargo xtask generate` and commit the result"
    );
}
