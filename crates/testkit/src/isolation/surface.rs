//! Every way into a subgraph, by name.

use std::collections::BTreeSet;

use async_graphql_parser::parse_schema;
use async_graphql_parser::types::{
    ConstDirective, ObjectType, TypeDefinition, TypeKind, TypeSystemDefinition,
};

const ROOTS: [&str; 3] = ["Query", "Mutation", "Subscription"];

/// Root fields and entities of the schema, and the internal routes. The SDL of a subgraph names neither `_entities`,
/// whose cases are the entities, nor `_service`, which answers with the SDL itself.
pub(super) fn of(sdl: &str, internal_paths: &[&str]) -> BTreeSet<String> {
    let document = parse_schema(sdl).expect("the SDL is well-formed");
    let mut surface = BTreeSet::new();
    for definition in document.definitions {
        if let TypeSystemDefinition::Type(definition) = definition
            && let TypeKind::Object(object) = &definition.node.kind
        {
            surface.extend(of_type(&definition.node, object));
        }
    }
    assert!(!surface.is_empty(), "the schema has a root field");
    surface.extend(internal_paths.iter().map(|path| format!("POST {path}")));
    surface
}

fn of_type(definition: &TypeDefinition, object: &ObjectType) -> Vec<String> {
    let name = definition.name.node.as_str();
    let mut surface = Vec::new();
    if ROOTS.contains(&name) {
        let fields = object.fields.iter();
        surface.extend(fields.map(|field| format!("{name}.{}", field.node.name.node)));
    }
    if definition
        .directives
        .iter()
        .any(|key| is_resolvable_key(&key.node))
    {
        surface.push(format!("entity {name}"));
    }
    surface
}

fn is_resolvable_key(directive: &ConstDirective) -> bool {
    let resolvable = directive.get_argument("resolvable");
    directive.name.node == "key"
        && resolvable.is_none_or(|argument| argument.node.to_string() != "false")
}
