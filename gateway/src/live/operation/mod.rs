//! Rewrites a subscription to the query of the same name.
//!
//! `subscription { live: orderEvents(filter: $f, after: $a) { …selection } }` becomes `query { orderEvents(filter:
//! $f, after: $liveAfter, first: $liveFirst) { edges { cursor node { …selection } } pageInfo { endCursor hasNextPage
//! } } }`. The client's selection moves under `node` as a whole and the gateway adds nothing next to it, so no alias
//! of the client can collide with the wrapper. The client's response key is kept separately; [`super::event_page`]
//! puts it back.
//!
//! Invariants: exactly one root field; fragments on the subscription type are inlined and removed; a variable that
//! only the replaced arguments used is removed (an unused variable is a validation error at the router); the
//! operation keeps its name.

use std::collections::HashSet;

use apollo_compiler::ast::OperationType;
use apollo_compiler::executable::{
    Argument, DirectiveList, Field, Operation, SelectionSet, Type, Value, VariableDefinition,
};
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Name, Node, Schema, name};
use serde_json::value::RawValue;

use super::stream::LiveField;
use crate::answer::{ErrorCode, Refusal};
use crate::schema::{ApiSchema, SchemaId};

pub mod error;
mod root;
mod used;
pub mod values;

use self::error::RewriteError;
use self::root::{RootField, refuse_incremental};
use self::used::Used;
use self::values::{Variables, coerce_variables, resolve_value};

/// A subscription, ready to be read page by page.
#[derive(Debug)]
pub struct LiveOperation {
    /// Table row of the root field.
    pub field: &'static LiveField,
    /// The key under which the client expects each event (the alias or the field's name).
    pub response_key: String,
    /// Cursor after which the client wants events; `None` means "from now on".
    pub after: Option<String>,
    /// Arguments of the root field except `after`, with variables and defaults filled in.
    pub arguments: serde_json::Value,
    /// The query to run.
    pub query: PageQuery,
    /// Schema against which the operation is valid.
    pub schema: SchemaId,
    /// The client request, for a rebuild under another schema.
    pub source: OriginalRequest,
}

/// The rewritten query and its variables, without the position and size of the page.
#[derive(Debug, PartialEq, Eq)]
pub struct PageQuery {
    /// Normalized document: one operation and the fragments that it uses.
    pub text: String,
    /// Operation name of the client, for metrics and logs.
    pub operation_name: Option<String>,
    /// Variables of the client that are still used: a JSON object in canonical order.
    pub variables: String,
    after_variable: String,
    first_variable: String,
}

/// The client request that a subscription was built from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginalRequest {
    /// The operation and the fragments that it uses, without the rest of the document.
    text: Box<str>,
    /// JSON text: takes a fraction of the memory of a map.
    variables: Box<str>,
}

impl OriginalRequest {
    /// Keeps the parts of a client's request that a rebuild needs.
    pub fn new(
        document: &ExecutableDocument,
        operation: &Operation,
        variables: &Variables,
    ) -> Self {
        let alone = Used::document_of(document, operation);
        Self {
            text: alone.serialize().no_indent().to_string().into(),
            variables: serde_json::Value::Object(variables.clone())
                .to_string()
                .into(),
        }
    }
}

impl LiveOperation {
    /// The same subscription under another schema, or the refusal if it is not valid there.
    pub fn renewed(&self, api: &ApiSchema) -> Result<Self, Refusal> {
        let OriginalRequest { text, variables } = &self.source;
        let valid = api
            .parse_and_validate(text, None)
            .map_err(|rejection| no_longer_valid(&rejection.to_string()))?;
        let variables: Variables =
            serde_json::from_str(variables).map_err(|error| no_longer_valid(&error.to_string()))?;
        let renewed = rewrite(api, &valid.document, &valid.operation, &variables)
            .map_err(|error| no_longer_valid(&error.to_string()))?;
        Ok(Self {
            after: self.after.clone(),
            ..renewed
        })
    }
}

/// The refusal of a subscription that a new schema does not have.
pub fn no_longer_valid(reason: &str) -> Refusal {
    let message = format!("the schema has changed and no longer has this subscription: {reason}");
    Refusal::new(ErrorCode::GraphqlValidationFailed, &message)
}

impl PageQuery {
    /// The variables of one page: at most `first` events after the position `after`.
    pub fn page_variables(
        &self,
        after: &str,
        first: u32,
    ) -> Result<Box<RawValue>, serde_json::Error> {
        let head = self.variables.strip_suffix('}').unwrap_or(&self.variables);
        let comma = if head == "{" { "" } else { "," };
        let after = serde_json::to_string(after)?;
        let Self {
            after_variable,
            first_variable,
            ..
        } = self;
        let text =
            format!("{head}{comma}\"{after_variable}\":{after},\"{first_variable}\":{first}}}");
        RawValue::from_string(text)
    }
}

/// Rewrites `operation` of `document`, which must be valid against `api`.
///
/// `variables` are the client's values; they are checked against their declared types here, so that a wrong value is
/// refused at once and not at the first event.
pub fn rewrite(
    api: &ApiSchema,
    document: &ExecutableDocument,
    operation: &Operation,
    variables: &Variables,
) -> Result<LiveOperation, RewriteError> {
    let schema = api.schema();
    refuse_incremental(document, operation)?;
    let root = RootField::of(document, operation)?;
    let values = coerce_variables(schema, operation, variables)?;
    let no_stream = || RewriteError::NoStream {
        field: root.name.to_string(),
    };
    let field = LiveField::named(&root.name).ok_or_else(no_stream)?;
    let names = FreshNames::avoiding(operation);
    let query_root = page_field(schema, &root, &names).ok_or_else(no_stream)?;
    let source = OriginalRequest::new(document, operation, variables);
    let document = query_document(schema, document, operation, query_root).ok_or_else(no_stream)?;
    let used = document
        .operations
        .iter()
        .next()
        .map(|query| query.variables.as_slice());
    let kept: Variables = used
        .unwrap_or_default()
        .iter()
        .filter_map(|kept| variables.get_key_value(kept.name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let mut arguments: Variables = root
        .arguments
        .iter()
        .map(|argument| {
            (
                argument.name.to_string(),
                resolve_value(&argument.value, &values),
            )
        })
        .collect();
    let after = match arguments.remove(AFTER) {
        Some(serde_json::Value::String(cursor)) => Some(cursor),
        _ => None,
    };

    Ok(LiveOperation {
        field,
        response_key: root.response_key.to_string(),
        after,
        arguments: serde_json::Value::Object(arguments),
        query: PageQuery {
            text: document.serialize().no_indent().to_string(),
            operation_name: operation.name.as_ref().map(ToString::to_string),
            // The map sorts its keys, so that equal variables have equal texts.
            variables: serde_json::Value::Object(kept).to_string(),
            after_variable: names.after.to_string(),
            first_variable: names.first.to_string(),
        },
        schema: api.id(),
        source,
    })
}

const AFTER: &str = "after";
const FIRST: &str = "first";

/// Names for the added variables that do not collide with those of the client.
struct FreshNames {
    after: Name,
    first: Name,
}

impl FreshNames {
    fn avoiding(operation: &Operation) -> Self {
        let taken: HashSet<&str> = operation
            .variables
            .iter()
            .map(|variable| variable.name.as_str())
            .collect();
        Self {
            after: fresh(name!("liveAfter"), &taken),
            first: fresh(name!("liveFirst"), &taken),
        }
    }
}

fn fresh(wanted: Name, taken: &HashSet<&str>) -> Name {
    let mut name = wanted;
    while taken.contains(name.as_str()) {
        // An underscore appended to a valid name is a valid name.
        name = Name::new_unchecked(&format!("{name}_"));
    }
    name
}

/// `field(…, after: $after, first: $first) { edges { cursor node { … } } pageInfo { … } }`, or `None` when the
/// schema has no event connection of that name.
fn page_field(schema: &Valid<Schema>, root: &RootField, names: &FreshNames) -> Option<Field> {
    let query = SelectionSet::new(schema.root_operation(OperationType::Query)?.clone());
    let mut field = query.new_field(schema, root.name.clone()).ok()?;
    field.definition.argument_by_name(FIRST)?;
    field.definition.argument_by_name(AFTER)?;
    let others = root
        .arguments
        .iter()
        .filter(|argument| argument.name != AFTER && argument.name != FIRST);
    field.arguments = others.cloned().collect();
    field = field
        .with_argument(name!("after"), Value::Variable(names.after.clone()))
        .with_argument(name!("first"), Value::Variable(names.first.clone()));
    field.directives = root.directives.clone();

    let connection = &field.selection_set;
    let mut edges = connection.new_field(schema, name!("edges")).ok()?;
    let edge = &edges.selection_set;
    let cursor = edge.new_field(schema, name!("cursor")).ok()?;
    let mut node = edge.new_field(schema, name!("node")).ok()?;
    node.selection_set
        .selections
        .clone_from(&root.selection_set.selections);
    edges.selection_set.push(cursor);
    edges.selection_set.push(node);

    let mut page_info = connection.new_field(schema, name!("pageInfo")).ok()?;
    for name in [name!("endCursor"), name!("hasNextPage")] {
        let part = page_info.selection_set.new_field(schema, name).ok()?;
        page_info.selection_set.push(part);
    }
    field.selection_set.push(edges);
    field.selection_set.push(page_info);
    Some(field)
}

fn query_document(
    schema: &Valid<Schema>,
    document: &ExecutableDocument,
    operation: &Operation,
    root: Field,
) -> Option<ExecutableDocument> {
    let mut used = Used::default();
    used.walk_field(document, &root);
    let mut variables: Vec<Node<VariableDefinition>> = operation
        .variables
        .iter()
        .filter(|variable| used.variables.contains(variable.name.as_str()))
        .cloned()
        .collect();
    for argument in root
        .arguments
        .iter()
        .filter(|argument| argument.name == AFTER || argument.name == FIRST)
    {
        let ty = &root.definition.argument_by_name(&argument.name)?.ty;
        variables.push(definition_of(argument, ty)?);
    }
    let fragments = used.fragments_of(document);
    let mut selection_set = SelectionSet::new(schema.root_operation(OperationType::Query)?.clone());
    selection_set.push(root);
    let mut rewritten = ExecutableDocument::new();
    rewritten.operations.insert(Operation {
        operation_type: OperationType::Query,
        name: operation.name.clone(),
        variables,
        directives: DirectiveList::default(),
        selection_set,
    });
    rewritten.fragments = fragments;
    Some(rewritten)
}

/// Declares the variable of an added argument, with the type of that argument.
fn definition_of(argument: &Node<Argument>, ty: &Type) -> Option<Node<VariableDefinition>> {
    let Value::Variable(name) = &*argument.value else {
        return None;
    };
    Some(Node::new(VariableDefinition {
        name: name.clone(),
        ty: Node::new(ty.clone()),
        default_value: None,
        directives: DirectiveList::default(),
    }))
}
