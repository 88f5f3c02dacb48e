//! PostgreSQL stores every text but one with the character U+0000, which it refuses with an error that looks like ours. So
//! no string of an operation may contain it.

use std::convert::Infallible;

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};
use async_graphql::{Request, Response, Value};

use crate::scope::error_response;

/// The rejection of a request with such a string in its variables or literals, unless all of its root fields are among
/// `credential_mutations`: these compare strings with credentials and never store them, and answer a malformed one like a
/// wrong one.
pub fn reject_unstorable(request: &mut Request, credential_mutations: &[&str]) -> Option<Response> {
    let in_variables = request.variables.values().any(has_nul);
    // The only two ways to write it in a document. What contains neither needs no walk.
    let maybe_in_document = request.query.contains("\\u0000") || request.query.contains('\0');
    if !in_variables && !maybe_in_document {
        return None;
    }
    let document = request.parsed_query().ok()?;
    let is_unstorable = in_variables || document_has_nul(document);
    (is_unstorable && !has_only_root_fields(document, credential_mutations)).then(|| {
        tracing::debug!(error.code = "BAD_REQUEST", "request rejected");
        error_response(
            "BAD_REQUEST",
            "a string must not contain the character U+0000",
        )
    })
}

fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::List(values) => values.iter().any(has_nul),
        Value::Object(fields) => fields.values().any(has_nul),
        Value::Null | Value::Number(_) | Value::Boolean(_) | Value::Binary(_) | Value::Enum(_) => {
            false
        }
    }
}

fn document_has_nul(document: &ExecutableDocument) -> bool {
    let in_operations = document.operations.iter().any(|(_, operation)| {
        let mut defaults = operation.node.variable_definitions.iter();
        defaults.any(|one| {
            one.node
                .default_value
                .iter()
                .any(|value| has_nul(&value.node))
        }) || selections_have_nul(&operation.node.selection_set.node)
    });
    let mut fragments = document.fragments.values();
    in_operations || fragments.any(|one| selections_have_nul(&one.node.selection_set.node))
}

fn selections_have_nul(selections: &SelectionSet) -> bool {
    selections
        .items
        .iter()
        .any(|selection| match &selection.node {
            Selection::Field(field) => {
                let mut arguments = field.node.arguments.iter();
                arguments.any(|(_, literal)| {
                    let literal = literal.node.clone();
                    // Variables have been looked at already.
                    let value =
                        literal.into_const_with(|_variable| Ok::<_, Infallible>(Value::Null));
                    value.is_ok_and(|value| has_nul(&value))
                }) || selections_have_nul(&field.node.selection_set.node)
            }
            Selection::InlineFragment(part) => selections_have_nul(&part.node.selection_set.node),
            // The fragment itself is part of the document.
            Selection::FragmentSpread(_) => false,
        })
}

fn has_only_root_fields(document: &ExecutableDocument, allowed: &[&str]) -> bool {
    document.operations.iter().all(|(_, operation)| {
        let mut roots = operation.node.selection_set.node.items.iter();
        roots.all(|selection| match &selection.node {
            Selection::Field(field) => allowed.contains(&&*field.node.name.node),
            Selection::InlineFragment(_) | Selection::FragmentSpread(_) => false,
        })
    })
}
