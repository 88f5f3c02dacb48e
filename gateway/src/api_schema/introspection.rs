//! Answers `__schema`, `__type` and a lone `__typename` from the schema itself.

use apollo_compiler::response::JsonMap;
use apollo_compiler::{introspection, request};
use serde_json::value::RawValue;

use super::{ApiSchema, ValidOperation};
use crate::rejection::{ClientRejection, InternalRejection, Rejection};

impl ApiSchema {
    /// The whole answer, `{"data":…}`.
    ///
    /// Rejects variables that do not match their declarations (`BAD_REQUEST`) and excessive nesting
    /// (`GRAPHQL_VALIDATION_FAILED`).
    pub fn introspect(
        &self,
        operation: &ValidOperation,
        variables: Option<&RawValue>,
    ) -> Result<Vec<u8>, Rejection> {
        let variables = match variables {
            None => JsonMap::new(),
            Some(json) => serde_json::from_str::<Option<JsonMap>>(json.get())
                .map_err(|_not_a_map| Rejection::bad_request("variables must be an object"))?
                .unwrap_or_default(),
        };
        let variables =
            request::coerce_variable_values(&self.schema, &operation.operation, &variables)
                .map_err(|error| ClientRejection::VariablesInvalid {
                    message: error.message().to_string(),
                })?;
        introspection::check_max_depth(&operation.document, &operation.operation)
            .map_err(|error| Rejection::invalid_document(error.message().to_string()))?;
        let answer = introspection::partial_execute(
            &self.schema,
            &self.implementers,
            &operation.document,
            &operation.operation,
            &variables,
        )
        .map_err(|error| Rejection::invalid_document(error.message().to_string()))?;
        serde_json::to_vec(&answer).map_err(|source| {
            InternalRejection::Broken {
                operation: "introspection",
                source: source.into(),
            }
            .into()
        })
    }
}
