//! Answers operations that only concern the schema from the schema itself: introspection, and a lone `__typename`.

use apollo_compiler::response::JsonMap;
use apollo_compiler::{introspection, request};
use bytes::Bytes;
use serde_json::value::RawValue;

use super::request::GraphqlRequest;
use super::validate::Validated;
use super::{OperationKind, RootFields};
use crate::answer::{ClientRejection, InternalRejection, Rejection};

impl Validated {
    /// The whole answer, `{"data":…}`, or `None` when the router has to run the operation.
    pub fn answer_introspection(
        &self,
        request: &GraphqlRequest,
    ) -> Result<Option<Bytes>, Rejection> {
        match (self.operation.kind, self.operation.root) {
            (OperationKind::Query, RootFields::Introspection | RootFields::Typename) => {
                self.introspect(request.variables.as_deref()).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// Rejects variables that do not match their declarations (`BAD_REQUEST`) and excessive nesting
    /// (`GRAPHQL_VALIDATION_FAILED`).
    fn introspect(&self, variables: Option<&RawValue>) -> Result<Bytes, Rejection> {
        let (api, operation) = (&self.api, &self.operation);
        let variables = match variables {
            None => JsonMap::new(),
            Some(json) => serde_json::from_str::<Option<JsonMap>>(json.get())
                .map_err(|_not_a_map| Rejection::bad_request("variables must be an object"))?
                .unwrap_or_default(),
        };
        let variables =
            request::coerce_variable_values(&api.schema, &operation.operation, &variables)
                .map_err(|error| ClientRejection::VariablesInvalid {
                    message: error.message().to_string(),
                })?;
        introspection::check_max_depth(&operation.document, &operation.operation)
            .map_err(|error| Rejection::invalid_document(error.message().to_string()))?;
        let answer = introspection::partial_execute(
            &api.schema,
            &api.implementers,
            &operation.document,
            &operation.operation,
            &variables,
        )
        .map_err(|error| Rejection::invalid_document(error.message().to_string()))?;
        let answer = serde_json::to_vec(&answer)
            .map_err(|source| InternalRejection::broken("introspection", source))?;
        Ok(answer.into())
    }
}
