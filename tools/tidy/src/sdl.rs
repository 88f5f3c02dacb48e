//! Every type, field, argument, input field and enum value of a subgraph's schema has a description: it is what clients
//! read.

use std::path::Path;

use anyhow::{Context as _, Result};
use async_graphql_parser::parse_schema;
use async_graphql_parser::types::{
    FieldDefinition, InputValueDefinition, TypeDefinition, TypeKind, TypeSystemDefinition,
};

use crate::files::SUBGRAPHS;

pub fn problems(root: &Path) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for subgraph in SUBGRAPHS {
        let file = format!("schemas/{subgraph}.graphql");
        for element in undescribed(&types(root, subgraph)?) {
            problems.push(format!("{file}: {element} has no description"));
        }
    }
    Ok(problems)
}

/// The types that a subgraph's committed schema defines or extends.
pub fn types(root: &Path, subgraph: &str) -> Result<Vec<TypeDefinition>> {
    let path = root.join(format!("schemas/{subgraph}.graphql"));
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    parse(&text).with_context(|| format!("{} is not a schema", path.display()))
}

fn parse(text: &str) -> Result<Vec<TypeDefinition>> {
    let document = parse_schema(text)?;
    Ok(document
        .definitions
        .into_iter()
        .filter_map(|definition| match definition {
            TypeSystemDefinition::Type(definition) => Some(definition.node),
            TypeSystemDefinition::Schema(_) | TypeSystemDefinition::Directive(_) => None,
        })
        .collect())
}

/// Names of the fields of a type, none if the schema lacks the type.
pub fn field_names(types: &[TypeDefinition], name: &str) -> Vec<String> {
    types
        .iter()
        .filter(|definition| definition.name.node == name)
        .flat_map(fields)
        .map(|field| field.name.node.to_string())
        .collect()
}

fn fields(definition: &TypeDefinition) -> Vec<&FieldDefinition> {
    match &definition.kind {
        TypeKind::Object(object) => object.fields.iter().map(|field| &field.node).collect(),
        TypeKind::Interface(interface) => {
            interface.fields.iter().map(|field| &field.node).collect()
        }
        TypeKind::Scalar | TypeKind::Union(_) | TypeKind::Enum(_) | TypeKind::InputObject(_) => {
            Vec::new()
        }
    }
}

fn undescribed(types: &[TypeDefinition]) -> Vec<String> {
    let mut found = Vec::new();
    for definition in types {
        let name = definition.name.node.as_str();
        // Root types are described by their fields, an extension by what it extends.
        let described_elsewhere =
            definition.extend || ["Query", "Mutation", "Subscription"].contains(&name);
        if definition.description.is_none() && !described_elsewhere {
            found.push(name.to_owned());
        }
        for field in fields(definition) {
            let path = format!("{name}.{}", field.name.node);
            found.extend(undescribed_inputs(
                field.arguments.iter().map(|argument| &argument.node),
                |argument| format!("{path}({argument}:)"),
            ));
            if field.description.is_none() {
                found.push(path);
            }
        }
        match &definition.kind {
            TypeKind::Enum(values) => found.extend(
                values
                    .values
                    .iter()
                    .filter(|value| value.node.description.is_none())
                    .map(|value| format!("{name}.{}", value.node.value)),
            ),
            TypeKind::InputObject(input) => found.extend(undescribed_inputs(
                input.fields.iter().map(|field| &field.node),
                |field| format!("{name}.{field}"),
            )),
            TypeKind::Scalar
            | TypeKind::Union(_)
            | TypeKind::Object(_)
            | TypeKind::Interface(_) => {}
        }
    }
    found
}

fn undescribed_inputs<'a>(
    values: impl Iterator<Item = &'a InputValueDefinition>,
    path: impl Fn(&str) -> String,
) -> Vec<String> {
    values
        .filter(|value| value.description.is_none())
        .map(|value| path(&value.name.node))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str = r#"
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable"])
        """
        A product.
        """
        type Product implements Node & Thing @key(fields: "id") @shareable {
          "Its id."
          id: ID!
          name(
            "Which language."
            locale: String = "uk", style: [Style!]! = [SHORT]
          ): String! @deprecated(reason: "say \"name\"")
        }
        enum Style { SHORT "Long." LONG }
        "Either." union Either = Product | Other
        scalar Date
        "A filter." input Filter { slug: String }
        type Query { product: Product }
    "#;

    #[test]
    fn names_what_is_not_described() {
        assert_eq!(
            undescribed(&parse(SCHEMA).unwrap()),
            [
                "Product.name(style:)",
                "Product.name",
                "Style",
                "Style.SHORT",
                "Date",
                "Filter.slug",
                "Query.product"
            ]
        );
    }

    #[test]
    fn lists_the_fields_of_a_type() {
        assert_eq!(
            field_names(&parse(SCHEMA).unwrap(), "Product"),
            ["id", "name"]
        );
    }
}
