use customers::Customers;
use subgraph_testkit::assert_schema_is_committed;

#[test]
fn the_committed_schema_is_the_one_that_is_served() {
    assert_schema_is_committed::<Customers>();
}
