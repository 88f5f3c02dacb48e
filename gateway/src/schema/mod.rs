//! The public API schema: documents are parsed and validated against it ([`validate`]), introspection is answered from
//! it ([`introspection`]). [`request`] is a GraphQL request as clients send it.
//!
//! Loaded from `schemas/api.graphql` at the start and whenever that file changes ([`current`]). Valid documents are
//! cached by their text, so a client's usual operations are parsed once per schema.

use std::sync::Arc;

use apollo_compiler::collections::HashMap;
use apollo_compiler::executable::Operation;
use apollo_compiler::parser::Parser;
use apollo_compiler::schema::Implementers;
use apollo_compiler::validation::{DiagnosticList, Valid};
use apollo_compiler::{ExecutableDocument, Name, Node, Schema};
use moka::sync::Cache;
use sha2::{Digest, Sha256};

use crate::answer::rejection::{Location, Problem};
use crate::answer::{ClientRejection, Rejection};

pub mod current;
pub mod introspection;
pub mod request;
pub mod validate;

pub use current::CurrentSchema;
pub use request::{GraphqlRequest, WireRequest};
pub use validate::Validated;

/// Limit of tokens per document; the router has the same limit.
const TOKEN_LIMIT: usize = 8_000;
/// Limit of nesting per document; the router has the same limit.
const RECURSION_LIMIT: usize = 200;
/// Limit of errors that are reported for one document.
const PROBLEM_LIMIT: usize = 20;
/// Capacity of the document cache, in bytes of text. A parsed document takes several times the memory of its text.
const DOCUMENT_CACHE_BYTES: u64 = 4 * 1024 * 1024;
/// Bytes that the cache counts for each document on top of its text.
const DOCUMENT_OVERHEAD: usize = 512;

/// The schema with everything that is derived from it. Shared through `Arc<ApiSchema>`.
pub struct ApiSchema {
    id: SchemaId,
    schema: Valid<Schema>,
    implementers: HashMap<Name, Implementers>,
    documents: Cache<Arc<str>, Operations>,
}

/// Identifies a schema: the hash of its normal form, which comments and layout do not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SchemaId([u8; 32]);

impl SchemaId {
    /// The id of a schema with this text.
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text).into())
    }

    /// For hashes over more than the schema.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// One operation of a valid document.
pub struct ValidOperation {
    /// The whole document, fragments included.
    pub document: Arc<Valid<ExecutableDocument>>,
    /// The chosen operation, which is also part of `document`.
    pub operation: Node<Operation>,
    /// Query, mutation or subscription.
    pub kind: OperationKind,
    /// The kind of its root fields; decides whether the gateway or the router answers.
    pub root: RootFields,
}

/// The type of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperationKind {
    /// Reads data.
    Query,
    /// Changes data.
    Mutation,
    /// Subscribes to events.
    Subscription,
}

/// The root fields of an operation; they decide whether the gateway or the router answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RootFields {
    /// Only data fields.
    Data,
    /// Only `__schema`, `__type` (and `__typename`).
    Introspection,
    /// Only `__typename`.
    Typename,
    /// Introspection and data fields together.
    Mixed,
}

/// All operations of a valid document.
type Operations = Arc<[Arc<ValidOperation>]>;

/// Why the schema could not be loaded.
#[derive(Debug, thiserror::Error)]
#[error("the API schema is not valid: {problems}")]
pub struct SchemaInvalid {
    problems: String,
}

impl ApiSchema {
    /// Parses and validates the schema's text.
    pub fn parse(text: &str) -> Result<Self, SchemaInvalid> {
        let schema =
            Schema::parse_and_validate(text, "api.graphql").map_err(|invalid| SchemaInvalid {
                problems: invalid.errors.to_string(),
            })?;
        let implementers = schema.implementers_map();
        let documents = Cache::builder()
            .max_capacity(DOCUMENT_CACHE_BYTES)
            .weigher(|text: &Arc<str>, _: &Operations| {
                u32::try_from(text.len() + DOCUMENT_OVERHEAD).unwrap_or(u32::MAX)
            })
            .build();
        Ok(Self {
            id: SchemaId::of(&schema.serialize().to_string()),
            schema,
            implementers,
            documents,
        })
    }

    /// Which schema this is.
    pub fn id(&self) -> SchemaId {
        self.id
    }

    /// The schema itself.
    pub fn schema(&self) -> &Valid<Schema> {
        &self.schema
    }

    /// Parses and validates a document and selects the operation to run.
    ///
    /// Rejects with `GRAPHQL_PARSE_FAILED` or `GRAPHQL_VALIDATION_FAILED` (also for an operation name that is unknown
    /// or missing).
    pub fn parse_and_validate(
        &self,
        text: &str,
        operation_name: Option<&str>,
    ) -> Result<Arc<ValidOperation>, Rejection> {
        if let Some(operations) = self.documents.get(text) {
            return select(&operations, operation_name);
        }
        let operations = self.parse_document(text)?;
        self.documents.insert(text.into(), Arc::clone(&operations));
        select(&operations, operation_name)
    }

    fn parse_document(&self, text: &str) -> Result<Operations, Rejection> {
        let ast = Parser::new()
            .token_limit(TOKEN_LIMIT)
            .recursion_limit(RECURSION_LIMIT)
            .parse_ast(text, "operation.graphql")
            .map_err(|invalid| ClientRejection::ParseFailed {
                problems: problems(&invalid.errors),
            })?;
        let document = ast
            .to_executable_validate(&self.schema)
            .map_err(|invalid| ClientRejection::ValidationFailed {
                problems: problems(&invalid.errors),
            })?;
        Ok(operations_of(document))
    }
}

fn operations_of(document: Valid<ExecutableDocument>) -> Operations {
    let document = Arc::new(document);
    let operations = document.operations.iter().map(|operation| {
        Arc::new(ValidOperation {
            document: Arc::clone(&document),
            operation: operation.clone(),
            kind: OperationKind::of(operation),
            root: RootFields::of(&document, operation),
        })
    });
    operations.collect()
}

fn select(
    operations: &[Arc<ValidOperation>],
    name: Option<&str>,
) -> Result<Arc<ValidOperation>, Rejection> {
    let problem = match (name, operations) {
        (None, [only]) => return Ok(Arc::clone(only)),
        (None, []) => "the document has no operation",
        (None, _) => "the document has several operations: select one with operationName",
        (Some(name), _) => {
            let mut named = operations.iter().filter(|one| one.name() == Some(name));
            if let Some(operation) = named.next() {
                return Ok(Arc::clone(operation));
            }
            "the document has no operation with this operationName"
        }
    };
    Err(Rejection::invalid_document(problem))
}

impl ValidOperation {
    /// The name of the operation, if it has one.
    pub fn name(&self) -> Option<&str> {
        self.operation.name.as_ref().map(Name::as_str)
    }
}

impl OperationKind {
    fn of(operation: &Operation) -> Self {
        if operation.is_mutation() {
            Self::Mutation
        } else if operation.is_subscription() {
            Self::Subscription
        } else {
            Self::Query
        }
    }

    /// The GraphQL keyword, for logs and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Mutation => "mutation",
            Self::Subscription => "subscription",
        }
    }
}

impl RootFields {
    fn of(document: &ExecutableDocument, operation: &Operation) -> Self {
        let mut data = false;
        let mut introspection = false;
        for field in operation.root_fields(document) {
            match field.name.as_str() {
                "__schema" | "__type" => introspection = true,
                "__typename" => {}
                _ => data = true,
            }
        }
        match (data, introspection) {
            (true, true) => Self::Mixed,
            (true, false) => Self::Data,
            (false, true) => Self::Introspection,
            (false, false) => Self::Typename,
        }
    }
}

fn problems(errors: &DiagnosticList) -> Vec<Problem> {
    errors
        .iter()
        .take(PROBLEM_LIMIT)
        .map(|diagnostic| {
            let error = diagnostic.to_json();
            let locations = error
                .locations
                .iter()
                .map(|place| Location {
                    line: place.line,
                    column: place.column,
                })
                .collect();
            Problem {
                message: error.message,
                locations,
            }
        })
        .collect()
}
