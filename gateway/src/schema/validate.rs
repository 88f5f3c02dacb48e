//! Parses and validates the document, selects the operation, and checks that its method and root fields are allowed.

use std::sync::Arc;

use http::Method;

use super::current::CurrentSchema;
use super::request::GraphqlRequest;
use super::{ApiSchema, OperationKind, RootFields, ValidOperation};
use crate::answer::{ClientRejection, Rejection};

/// A valid operation, and the schema under which it is valid.
pub struct Validated {
    /// The schema.
    pub api: Arc<ApiSchema>,
    /// The operation to run.
    pub operation: Arc<ValidOperation>,
}

impl CurrentSchema {
    /// The operation to run. Mutations need POST; introspection has to be open.
    pub fn validate(
        &self,
        request: &GraphqlRequest,
        method: &Method,
    ) -> Result<Validated, Rejection> {
        let api = self.get();
        let operation =
            api.parse_and_validate(&request.query, request.operation_name.as_deref())?;
        if operation.kind == OperationKind::Mutation && method == Method::GET {
            return Err(ClientRejection::MutationOverGet.into());
        }
        match operation.root {
            RootFields::Introspection | RootFields::Mixed if !self.introspection_is_open() => {
                Err(Rejection::invalid_document("introspection is not open"))
            }
            RootFields::Mixed => Err(Rejection::invalid_document(
                "introspection cannot be combined with other fields in one operation",
            )),
            RootFields::Data | RootFields::Introspection | RootFields::Typename => {
                Ok(Validated { api, operation })
            }
        }
    }
}
