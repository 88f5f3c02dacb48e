//! Mutations of orders.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use graphql_server::{ContextExt, Failure, Rejection};

use super::objects::Order;
use crate::app::App;
use crate::orders::cancel_order::{CancelInput, CancelOrder, CancelOrderError, cancel_order};
use crate::orders::model;

/// Input of `cancelOrder`.
#[derive(InputObject)]
pub struct CancelOrderInput {
    /// 1 to 255 characters. The same key with the same input returns the same result for at least 24 hours; a repeat
    /// that arrives while the first request runs waits for it.
    idempotency_key: String,
    /// Id of the order to cancel.
    order_id: ID,
    /// Reason, for the shop's records; at most 255 characters.
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

/// Result of `cancelOrder`.
#[derive(Default, SimpleObject)]
pub struct CancelOrderPayload {
    /// The cancelled order; null with user errors.
    order: Option<Order>,
    /// Why the order was not cancelled.
    user_errors: Vec<CancelOrderUserError>,
}

/// Why an order was not cancelled.
#[derive(SimpleObject)]
pub struct CancelOrderUserError {
    /// Machine-readable code.
    code: CancelOrderErrorCode,
    /// Human-readable message.
    message: String,
    /// Path of the input field that caused the error.
    field: Option<Vec<String>>,
}

/// Why an order was not cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum CancelOrderErrorCode {
    /// The order does not exist or the caller may not cancel it.
    OrderNotFound,
    /// The order has already shipped, at least in part.
    AlreadyShipped,
    /// The order is already cancelled.
    AlreadyCancelled,
    /// The idempotency key was used with another input.
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

/// Mutations of orders.
#[derive(Default)]
pub struct OrderMutations;

#[Object]
impl OrderMutations {
    /// Cancels an order: staff, or the customer, while nothing has been shipped. Releases the stock and voids the
    /// payment.
    async fn cancel_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The order and the idempotency key.")] input: CancelOrderInput,
    ) -> Result<CancelOrderPayload, Failure> {
        let (app, caller) = (ctx.app::<App>()?, ctx.caller()?);
        let command = input.into_command();
        CancelOrderPayload::from_result(cancel_order(app, caller, command, ctx.deadline()?).await)
    }
}
