//! Taking orders back.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use graphql_server::{ContextExt, Failure, Rejection};

use super::objects::Order;
use crate::app::App;
use crate::orders::cancel_order::{CancelInput, CancelOrder, CancelOrderError, cancel_order};
use crate::orders::model;

/// Which order to cancel.
#[derive(InputObject)]
pub struct CancelOrderInput {
    /// 1 to 255 characters. The same key with the same input gives the same answer for at least 24 hours; a repeat
    /// that arrives during the first waits for it.
    idempotency_key: String,
    /// The order.
    order_id: ID,
    /// Why, for the shop's records; at most 255 characters.
    reason: Option<String>,
}

impl CancelOrderInput {
    fn into_command(self) -> CancelOrder {
        let input = CancelInput {
            order: self.order_id.to_string(),
            reason: self.reason,
        };
        CancelOrder {
            key: self.idempotency_key,
            input,
        }
    }
}

/// The outcome of a cancellation.
#[derive(Default, SimpleObject)]
pub struct CancelOrderPayload {
    /// The cancelled order.
    order: Option<Order>,
    /// Why it was not cancelled.
    user_errors: Vec<CancelOrderUserError>,
}

/// Why an order was not cancelled.
#[derive(SimpleObject)]
pub struct CancelOrderUserError {
    /// For programs.
    code: CancelOrderErrorCode,
    /// For people.
    message: String,
    /// Path of the input field that it is about.
    field: Option<Vec<String>>,
}

/// Why an order was not cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum CancelOrderErrorCode {
    /// There is no such order that the caller may cancel.
    OrderNotFound,
    /// Goods have left already.
    AlreadyShipped,
    /// It is cancelled already.
    AlreadyCancelled,
    /// The key was used with another input.
    IdempotencyConflict,
}

impl CancelOrderPayload {
    fn from_result(result: Result<model::Order, CancelOrderError>) -> Result<Self, Failure> {
        let error = match result {
            Ok(order) => {
                let order = Some(Order::new(Arc::new(order)));
                return Ok(Self {
                    order,
                    user_errors: Vec::new(),
                });
            }
            Err(error) => error,
        };
        let message = error.to_string();
        let (code, field) = match error {
            CancelOrderError::OrderNotFound => (CancelOrderErrorCode::OrderNotFound, "orderId"),
            CancelOrderError::AlreadyShipped => (CancelOrderErrorCode::AlreadyShipped, "orderId"),
            CancelOrderError::AlreadyCancelled => {
                (CancelOrderErrorCode::AlreadyCancelled, "orderId")
            }
            CancelOrderError::IdempotencyConflict => {
                (CancelOrderErrorCode::IdempotencyConflict, "idempotencyKey")
            }
            CancelOrderError::InvalidKey(_) | CancelOrderError::InvalidReason => {
                return Err(Rejection::bad_input(message).into());
            }
            CancelOrderError::Denied(denied) => return Err(denied.into()),
            CancelOrderError::StillRunning => return Err(Failure::unavailable(error)),
            CancelOrderError::Encoding(error) => return Err(Failure::internal(error)),
            CancelOrderError::Store(error) => return Err(error.into()),
        };
        let field = Some(vec!["input".to_owned(), field.to_owned()]);
        let user_errors = vec![CancelOrderUserError {
            code,
            message,
            field,
        }];
        Ok(Self {
            order: None,
            user_errors,
        })
    }
}

/// Root fields.
#[derive(Default)]
pub struct OrderMutations;

#[Object]
impl OrderMutations {
    /// Staff, or the customer while nothing has been shipped. Gives the stock back.
    async fn cancel_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which order.")] input: CancelOrderInput,
    ) -> Result<CancelOrderPayload, Failure> {
        let (app, caller) = (ctx.app::<App>()?, ctx.caller()?);
        let command = input.into_command();
        CancelOrderPayload::from_result(cancel_order(app, caller, command, ctx.deadline()?).await)
    }
}
