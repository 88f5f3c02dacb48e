use orders::Orders;
use subgraph_testkit::assert_schema_is_committed;

#[test]
fn the_committed_schema_is_current() {
    assert_schema_is_committed::<Orders>();
}
