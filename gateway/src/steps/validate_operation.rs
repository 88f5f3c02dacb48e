//! Parses and validates the document, selects the operation, and checks that its method and root fields are allowed.

use std::sync::Arc;

use http::Method;

use crate::api_schema::{ApiSchema, OperationKind, RootFields, ValidOperation};
use crate::rejection::{ClientRejection, Rejection};
use crate::router_client::GraphqlRequest;

/// The operation to run. Mutations need POST; introspection is allowed when `introspection_is_open`.
pub fn validate_operation(
    api: &ApiSchema,
    request: &GraphqlRequest,
    method: &Method,
    introspection_is_open: bool,
) -> Result<Arc<ValidOperation>, Rejection> {
    let operation = api.parse_and_validate(&request.query, request.operation_name.as_deref())?;
    if operation.kind == OperationKind::Mutation && method == Method::GET {
        return Err(ClientRejection::MutationOverGet.into());
    }
    match operation.root {
        RootFields::Introspection | RootFields::Mixed if !introspection_is_open => {
            Err(Rejection::invalid_document("introspection is not open"))
        }
        RootFields::Mixed => Err(Rejection::invalid_document(
            "introspection cannot be combined with other fields in one operation",
        )),
        RootFields::Data | RootFields::Introspection | RootFields::Typename => Ok(operation),
    }
}
