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
    Argument, DirectiveList, Field, Fragment, FragmentMap, Operation, Selection, SelectionSet,
    Type, Value, VariableDefinition,
};
use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Name, Node, Schema};
use serde_json::value::RawValue;

use super::renewal::OriginalRequest;
use super::stream::LiveField;
use crate::api_schema::{ApiSchema, SchemaId};

/// Variable values as clients send them.
pub type Variables = serde_json::Map<String, serde_json::Value>;

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

/// Why a valid subscription cannot be served.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RewriteError {
    /// The operation selects no field, or several.
    #[error("a subscription must select exactly one field")]
    NotOneField,
    /// `__typename` or another introspection field at the root.
    #[error("a subscription must not select `{field}` at its root")]
    Introspection {
        /// The offending field.
        field: String,
    },
    /// `@skip` or `@include` at the root: whether the subscription exists would depend on a variable.
    #[error("a subscription must not use @skip or @include at its root")]
    Conditional,
    /// `@defer` or `@stream`: an event is a single answer.
    #[error("@{directive} cannot be used in a subscription")]
    Incremental {
        /// The name without `@`.
        directive: String,
    },
    /// The field has no event stream.
    #[error("`{field}` cannot be subscribed to")]
    NoStream {
        /// The field's name.
        field: String,
    },
    /// A variable is missing or its value does not fit its type.
    #[error("{message}")]
    Variable {
        /// Names the variable and the expected type.
        message: String,
    },
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
    let root = single_root_field(document, operation)?;
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
            variables: canonical(&serde_json::Value::Object(kept)),
            after_variable: names.after.to_string(),
            first_variable: names.first.to_string(),
        },
        schema: api.id(),
        source,
    })
}

const AFTER: &str = "after";
const FIRST: &str = "first";

/// The root field after fragments were inlined and repeated fields merged.
struct RootField {
    name: Name,
    response_key: Name,
    arguments: Vec<Node<Argument>>,
    directives: DirectiveList,
    selection_set: SelectionSet,
}

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
            after: fresh(apollo_compiler::name!("liveAfter"), &taken),
            first: fresh(apollo_compiler::name!("liveFirst"), &taken),
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

fn single_root_field(
    document: &ExecutableDocument,
    operation: &Operation,
) -> Result<RootField, RewriteError> {
    let mut fields = Vec::new();
    collect_root(
        document,
        &operation.selection_set,
        &mut HashSet::new(),
        &mut fields,
    )?;
    let (first, others) = fields.split_first().ok_or(RewriteError::NotOneField)?;
    let same = |other: &&Node<Field>| {
        other.name == first.name && other.response_key() == first.response_key()
    };
    if !others.iter().all(same) {
        return Err(RewriteError::NotOneField);
    }
    if first.name.starts_with("__") {
        return Err(RewriteError::Introspection {
            field: first.name.to_string(),
        });
    }
    let mut selection_set = first.selection_set.clone();
    for other in others {
        selection_set
            .selections
            .extend(other.selection_set.selections.iter().cloned());
    }
    Ok(RootField {
        name: first.name.clone(),
        response_key: first.response_key().clone(),
        arguments: first.arguments.clone(),
        directives: first.directives.clone(),
        selection_set,
    })
}

fn collect_root<'doc>(
    document: &'doc ExecutableDocument,
    selections: &'doc SelectionSet,
    seen: &mut HashSet<&'doc str>,
    fields: &mut Vec<&'doc Node<Field>>,
) -> Result<(), RewriteError> {
    for selection in &selections.selections {
        let conditional = |name: &str| selection.directives().get(name).is_some();
        if conditional("skip") || conditional("include") {
            return Err(RewriteError::Conditional);
        }
        match selection {
            Selection::Field(field) => fields.push(field),
            Selection::InlineFragment(inline) => {
                collect_root(document, &inline.selection_set, seen, fields)?;
            }
            Selection::FragmentSpread(spread) => {
                let fragment = document.fragments.get(&spread.fragment_name);
                if let Some(fragment) = fragment
                    && seen.insert(fragment.name.as_str())
                {
                    collect_root(document, &fragment.selection_set, seen, fields)?;
                }
            }
        }
    }
    Ok(())
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
        .with_argument(
            apollo_compiler::name!("after"),
            Value::Variable(names.after.clone()),
        )
        .with_argument(
            apollo_compiler::name!("first"),
            Value::Variable(names.first.clone()),
        );
    field.directives = root.directives.clone();

    let connection = &field.selection_set;
    let mut edges = connection
        .new_field(schema, apollo_compiler::name!("edges"))
        .ok()?;
    let edge = &edges.selection_set;
    let cursor = edge
        .new_field(schema, apollo_compiler::name!("cursor"))
        .ok()?;
    let mut node = edge
        .new_field(schema, apollo_compiler::name!("node"))
        .ok()?;
    node.selection_set
        .selections
        .clone_from(&root.selection_set.selections);
    edges.selection_set.push(cursor);
    edges.selection_set.push(node);

    let mut page_info = connection
        .new_field(schema, apollo_compiler::name!("pageInfo"))
        .ok()?;
    for name in [
        apollo_compiler::name!("endCursor"),
        apollo_compiler::name!("hasNextPage"),
    ] {
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

/// Variables and fragments that a selection uses.
#[derive(Default)]
pub(super) struct Used<'doc> {
    variables: HashSet<&'doc str>,
    fragments: HashSet<&'doc str>,
}

impl<'doc> Used<'doc> {
    /// The operation and the fragments that it uses, without the rest of the document.
    pub(super) fn document_of(
        document: &'doc ExecutableDocument,
        operation: &'doc Operation,
    ) -> ExecutableDocument {
        let mut used = Self::default();
        used.walk(document, &operation.selection_set);
        let mut alone = ExecutableDocument::new();
        alone.operations.insert(operation.clone());
        alone.fragments = used.fragments_of(document);
        alone
    }

    fn fragments_of(&self, document: &ExecutableDocument) -> FragmentMap {
        document
            .fragments
            .iter()
            .filter(|(name, _)| self.fragments.contains(name.as_str()))
            .map(|(name, fragment): (&Name, &Node<Fragment>)| (name.clone(), fragment.clone()))
            .collect()
    }

    fn walk_field(&mut self, document: &'doc ExecutableDocument, field: &'doc Field) {
        for argument in &field.arguments {
            self.walk_value(&argument.value);
        }
        self.walk_directives(&field.directives);
        self.walk(document, &field.selection_set);
    }

    fn walk(&mut self, document: &'doc ExecutableDocument, selections: &'doc SelectionSet) {
        for selection in &selections.selections {
            match selection {
                Selection::Field(field) => self.walk_field(document, field),
                Selection::InlineFragment(inline) => {
                    self.walk_directives(&inline.directives);
                    self.walk(document, &inline.selection_set);
                }
                Selection::FragmentSpread(spread) => {
                    self.walk_directives(&spread.directives);
                    let fragment = document.fragments.get(&spread.fragment_name);
                    if let Some(fragment) = fragment
                        && self.fragments.insert(fragment.name.as_str())
                    {
                        self.walk_directives(&fragment.directives);
                        self.walk(document, &fragment.selection_set);
                    }
                }
            }
        }
    }

    fn walk_directives(&mut self, directives: &'doc DirectiveList) {
        for argument in directives.iter().flat_map(|directive| &directive.arguments) {
            self.walk_value(&argument.value);
        }
    }

    fn walk_value(&mut self, value: &'doc Value) {
        match value {
            Value::Variable(name) => {
                self.variables.insert(name.as_str());
            }
            Value::List(items) => items.iter().for_each(|item| self.walk_value(item)),
            Value::Object(fields) => fields.iter().for_each(|(_, item)| self.walk_value(item)),
            Value::Null
            | Value::Enum(_)
            | Value::String(_)
            | Value::Float(_)
            | Value::Int(_)
            | Value::Boolean(_) => {}
        }
    }
}

fn refuse_incremental(
    document: &ExecutableDocument,
    operation: &Operation,
) -> Result<(), RewriteError> {
    let mut pending = vec![&operation.selection_set];
    pending.extend(
        document
            .fragments
            .values()
            .map(|fragment| &fragment.selection_set),
    );
    while let Some(selections) = pending.pop() {
        for selection in &selections.selections {
            let directives = selection.directives();
            let found = ["defer", "stream"]
                .into_iter()
                .find(|name| directives.get(name).is_some());
            if let Some(directive) = found {
                return Err(RewriteError::Incremental {
                    directive: directive.to_owned(),
                });
            }
            match selection {
                Selection::Field(field) => pending.push(&field.selection_set),
                Selection::InlineFragment(inline) => pending.push(&inline.selection_set),
                Selection::FragmentSpread(_) => {}
            }
        }
    }
    Ok(())
}

fn coerce_variables(
    schema: &Valid<Schema>,
    operation: &Operation,
    variables: &Variables,
) -> Result<Valid<JsonMap>, RewriteError> {
    let values: JsonMap = variables
        .iter()
        .map(|(name, value)| (name.as_str().into(), JsonValue::from(value.clone())))
        .collect();
    coerce_variable_values(schema, operation, &values).map_err(|error| RewriteError::Variable {
        message: error.message().to_string(),
    })
}

/// A literal of the document as JSON, with variables replaced by their coerced values.
fn resolve_value(value: &Value, variables: &JsonMap) -> serde_json::Value {
    match value {
        Value::Variable(name) => {
            let value = variables.get(name.as_str());
            value
                .and_then(|value| serde_json::to_value(value).ok())
                .unwrap_or_default()
        }
        Value::Null => serde_json::Value::Null,
        Value::Enum(name) => name.as_str().into(),
        Value::String(text) => text.as_str().into(),
        Value::Boolean(flag) => (*flag).into(),
        Value::Int(number) => serde_json::from_str(number.as_str()).unwrap_or_default(),
        Value::Float(number) => serde_json::from_str(number.as_str()).unwrap_or_default(),
        Value::List(items) => items
            .iter()
            .map(|item| resolve_value(item, variables))
            .collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.to_string(), resolve_value(value, variables)))
            .collect(),
    }
}

/// JSON text with sorted object keys, independent of the map behind [`serde_json::Value`].
fn canonical(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Object(fields) => {
            let mut sorted: Vec<_> = fields.iter().collect();
            sorted.sort_unstable_by_key(|(name, _)| name.as_str());
            let parts: Vec<String> = sorted
                .into_iter()
                .map(|(name, value)| {
                    format!(
                        "{}:{}",
                        serde_json::Value::from(name.as_str()),
                        canonical(value)
                    )
                })
                .collect();
            format!("{{{}}}", parts.join(","))
        }
        serde_json::Value::Array(items) => {
            let parts: Vec<String> = items.iter().map(canonical).collect();
            format!("[{}]", parts.join(","))
        }
        other => other.to_string(),
    }
}
