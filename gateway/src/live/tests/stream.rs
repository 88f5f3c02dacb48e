use identity::Caller;
use ids::CustomerId;
use serde_json::json;
use uuid::Uuid;

use super::super::stream::{Interest, LiveField};
use super::*;

fn interest(field: &str, arguments: &Value, caller: &Caller) -> Interest {
    LiveField::named(field).unwrap().interest(arguments, caller)
}

#[test]
fn staff_without_a_filter_watch_everything() {
    let caller = testkit::owner(&testkit::a_tenant("kava", 1));

    let interest = interest("orderEvents", &json!({}), &caller);

    assert!(interest.matches("order.placed.v1", &["order_1".to_owned()]));
    assert!(interest.matches("order.no_such_thing.v9", &[]));
}

#[test]
fn a_customer_watches_entries_with_the_customer_as_subject() {
    let id = CustomerId::from_uuid(Uuid::from_u128(7));
    let caller = testkit::customer(&testkit::a_tenant("kava", 1), id);

    let own = interest("orderEvents", &json!({}), &caller);
    let one = interest(
        "orderEvents",
        &json!({ "filter": { "orderId": "order_1" } }),
        &caller,
    );

    assert!(own.matches("order.placed.v1", &["order_1".to_owned(), id.to_string()]));
    assert!(!own.matches(
        "order.placed.v1",
        &["order_1".to_owned(), "customer_2".to_owned()]
    ));
    assert!(one.matches("order.placed.v1", &["order_1".to_owned()]));
    assert!(!one.matches("order.placed.v1", &["order_2".to_owned(), id.to_string()]));
}

#[test]
fn types_are_compared_without_version() {
    let caller = testkit::owner(&testkit::a_tenant("kava", 1));
    let arguments = json!({ "filter": { "types": ["PLACED", "CANCELLED"] } });

    let interest = interest("orderEvents", &arguments, &caller);

    assert!(interest.matches_type("order.placed.v1"));
    assert!(interest.matches_type("order.cancelled.v2"));
    assert!(!interest.matches_type("order.confirmed.v1"));
}

#[test]
fn a_type_that_the_table_does_not_know_widens_to_all() {
    let caller = testkit::owner(&testkit::a_tenant("kava", 1));
    let arguments = json!({ "filter": { "types": ["PLACED", "NEWER"] } });

    let interest = interest("orderEvents", &arguments, &caller);

    assert!(interest.matches_type("order.confirmed.v1"));
}

#[test]
fn stock_is_indexed_by_variant() {
    let caller = testkit::owner(&testkit::a_tenant("kava", 1));
    let arguments = json!({ "filter": { "variantIds": ["variant_1", "variant_2"] } });

    let some = interest("stockEvents", &arguments, &caller);
    let none = interest(
        "stockEvents",
        &json!({ "filter": { "variantIds": [] } }),
        &caller,
    );

    assert!(some.matches("stock.sold.v1", &["variant_2".to_owned()]));
    assert!(!some.matches("stock.sold.v1", &["variant_3".to_owned()]));
    assert!(!none.matches("stock.sold.v1", &["variant_3".to_owned()]));
}

#[test]
fn null_in_a_filter_means_no_filter() {
    let caller = testkit::owner(&testkit::a_tenant("kava", 1));
    let arguments = json!({ "filter": { "variantIds": null, "types": null } });

    assert_eq!(
        interest("stockEvents", &arguments, &caller),
        Interest::default()
    );
    assert_eq!(
        interest("stockEvents", &json!({ "filter": null }), &caller),
        Interest::default()
    );
}

/// The committed schema and the table agree: each subscription field has a stream and a connection of the same name,
/// and each type in the filter is known.
#[test]
fn every_subscription_field_of_the_api_can_be_served() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../schemas/api.graphql");
    let api = ApiSchema::parse(&std::fs::read_to_string(path).unwrap()).unwrap();
    let root = api.schema().get_object("Subscription").unwrap();
    assert_eq!(root.fields.len(), LiveField::all().len());
    let caller = testkit::owner(&testkit::a_tenant("kava", 1));

    for (name, field) in &root.fields {
        let text = format!("subscription {{ {name} {{ id cursor }} }}");
        let valid = api.parse_and_validate(&text, None).unwrap();
        let variables = serde_json::Map::new();
        let live = rewrite(&api, &valid.document, &valid.operation, &variables).unwrap();
        api.parse_and_validate(&live.query.text, None).unwrap();

        let types = format!("{}Type", field.ty.inner_named_type());
        for value in api.schema().get_enum(&types).unwrap().values.keys() {
            let filter = json!({ "filter": { "types": [value.as_str()] } });
            assert!(
                interest(name, &filter, &caller).types.is_some(),
                "{value} of {types}"
            );
        }
    }
}
