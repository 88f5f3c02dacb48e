//! Answers operations that only concern the schema in the gateway: introspection, and a lone `__typename`.

use crate::api_schema::{ApiSchema, OperationKind, RootFields, ValidOperation};
use crate::rejection::Rejection;
use crate::router_client::GraphqlRequest;

/// The whole answer, or `None` when the router has to run the operation.
pub fn answer_introspection(
    api: &ApiSchema,
    operation: &ValidOperation,
    request: &GraphqlRequest,
) -> Result<Option<Vec<u8>>, Rejection> {
    if operation.kind != OperationKind::Query {
        return Ok(None);
    }
    match operation.root {
        RootFields::Introspection | RootFields::Typename => api
            .introspect(operation, request.variables.as_deref())
            .map(Some),
        RootFields::Data | RootFields::Mixed => Ok(None),
    }
}
