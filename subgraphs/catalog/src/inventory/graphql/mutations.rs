//! Mutations of stock.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use graphql_server::{ContextExt, Failure, UserError, outcome};

use crate::app::App;
use crate::inventory::adjust_stock::{AdjustStock, AdjustStockRefusal, adjust_stock};
use crate::products::ProductVariant;

/// A change of the units of a variant at a warehouse.
#[derive(InputObject)]
pub struct AdjustStockInput {
    /// 1 to 255 characters. The same key with the same input gives the same reply for at least 24 hours; a repeat
    /// that arrives while the first request runs waits for its reply.
    idempotency_key: String,
    /// The variant.
    variant_id: ID,
    /// Default warehouse if absent.
    warehouse_id: Option<ID>,
    /// Units to add; negative to remove.
    delta: i32,
    /// Reason for the records, e.g. `stocktaking`; at most 255 characters.
    reason: Option<String>,
}

/// The outcome of `adjustStock`.
#[derive(SimpleObject)]
pub struct AdjustStockPayload {
    /// The variant with its availability right after the change; null if nothing was changed.
    variant: Option<ProductVariant>,
    /// Why nothing was changed.
    user_errors: Vec<UserError<AdjustStockRefusal>>,
}

/// Mutations of stock.
#[derive(Default)]
pub struct StockMutations;

/// Mutations of stock.
#[Object]
impl StockMutations {
    /// Adds `delta` units (negative to remove) of a variant at a warehouse. For staff.
    async fn adjust_stock(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: AdjustStockInput,
    ) -> Result<AdjustStockPayload, Failure> {
        let command = AdjustStock {
            key: input.idempotency_key,
            variant: input.variant_id.0,
            warehouse: input.warehouse_id.map(|id| id.0),
            delta: input.delta,
            reason: input.reason,
        };
        let app = ctx.app::<App>()?;
        let result = adjust_stock(app, ctx.caller()?, command, ctx.deadline()?).await;
        let (adjusted, user_errors) = outcome(result)?;
        let variant = match adjusted {
            Some(adjusted) => ProductVariant::load(ctx, adjusted.variant)
                .await?
                .map(|variant| variant.with_available(adjusted.available)),
            None => None,
        };
        Ok(AdjustStockPayload {
            variant,
            user_errors,
        })
    }
}
