use std::path::Path;

#[test]
fn the_committed_schema_is_the_one_that_is_served() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/customers.graphql");

    let committed = std::fs::read_to_string(file).unwrap();

    assert_eq!(
        committed,
        subgraph::sdl::<customers::Customers>(),
        "run `cargo xtask generate`"
    );
}
