//! Mutations of orders.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use graphql_server::{ContextExt, Failure, UserError, outcome};

use super::objects::Order;
use crate::app::App;
use crate::orders::cancel_order::{CancelInput, CancelOrder, CancelOrderRefusal, cancel_order};

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

/// Result of `cancelOrder`.
#[derive(SimpleObject)]
pub struct CancelOrderPayload {
    /// The cancelled order; null with user errors.
    order: Option<Order>,
    /// Why the order was not cancelled.
    user_errors: Vec<UserError<CancelOrderRefusal>>,
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
        let command = CancelOrder {
            key: input.idempotency_key,
            input: CancelInput {
                order: input.order_id.0,
                reason: input.reason,
            },
        };
        let result = cancel_order(ctx.app::<App>()?, ctx.caller()?, command, ctx.deadline()?).await;
        let (order, user_errors) = outcome(result)?;
        Ok(CancelOrderPayload {
            order: order.map(|order| Order::new(Arc::new(order))),
            user_errors,
        })
    }
}
