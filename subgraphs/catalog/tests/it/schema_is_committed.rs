use catalog::Catalog;
use subgraph_testkit::assert_schema_is_committed;

#[test]
fn the_committed_schema_is_up_to_date() {
    assert_schema_is_committed::<Catalog>();
}
