use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};
use orders::Orders;
use subgraph_testkit::assert_schema_is_committed;

#[test]
fn the_committed_schema_is_current() {
    assert_schema_is_committed::<Orders>();
}

#[test]
fn every_element_has_a_description() {
    let document = parse_schema(subgraph::sdl::<Orders>()).unwrap();
    let mut undescribed = Vec::new();
    let mut check = |described: bool, name: String| {
        if !described {
            undescribed.push(name);
        }
    };
    for definition in document.definitions {
        let TypeSystemDefinition::Type(definition) = definition else {
            continue;
        };
        let definition = definition.node;
        let name = definition.name.node;
        let root = ["Query", "Mutation", "Subscription"].contains(&name.as_str());
        check(definition.description.is_some() || root, name.to_string());
        match definition.kind {
            TypeKind::Object(object) => {
                for field in object.fields.into_iter().map(|field| field.node) {
                    let path = format!("{name}.{}", field.name.node);
                    check(
                        field.description.is_some() || path.contains("._"),
                        path.clone(),
                    );
                    for argument in field.arguments.into_iter().map(|argument| argument.node) {
                        let described = argument.description.is_some() || path.contains("._");
                        check(described, format!("{path}({})", argument.name.node));
                    }
                }
            }
            TypeKind::InputObject(input) => {
                for field in input.fields.into_iter().map(|field| field.node) {
                    check(
                        field.description.is_some(),
                        format!("{name}.{}", field.name.node),
                    );
                }
            }
            TypeKind::Enum(values) => {
                for value in values.values.into_iter().map(|value| value.node) {
                    check(
                        value.description.is_some(),
                        format!("{name}.{}", value.value.node),
                    );
                }
            }
            TypeKind::Scalar | TypeKind::Interface(_) | TypeKind::Union(_) => {}
        }
    }
    assert!(
        undescribed.is_empty(),
        "without description: {undescribed:#?}"
    );
}
