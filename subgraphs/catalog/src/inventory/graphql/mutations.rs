//! Mutations of stock.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use graphql_server::{ContextExt, Failure, Rejection};

use crate::app::App;
use crate::inventory::adjust_stock::{
    AdjustStock, AdjustStockError, AdjustedStock, AdjustedWarehouse, Refusal, adjust_stock,
};
use crate::products::ProductVariant;

/// Most characters of a one-line text.
const MAX_LINE_CHARS: usize = 255;

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

impl AdjustStockInput {
    fn into_command(self) -> Result<AdjustStock, Failure> {
        if self.idempotency_key.is_empty() || self.idempotency_key.chars().count() > MAX_LINE_CHARS
        {
            return Err(Rejection::bad_input("`idempotencyKey` has 1 to 255 characters").into());
        }
        if self
            .reason
            .as_ref()
            .is_some_and(|reason| reason.chars().count() > MAX_LINE_CHARS)
        {
            return Err(Rejection::bad_input("`reason` has at most 255 characters").into());
        }
        let parts = (
            &*self.variant_id,
            self.warehouse_id.as_deref(),
            self.delta,
            &self.reason,
        );
        let fingerprint = serde_json::to_string(&parts).map_err(Failure::internal)?;
        Ok(AdjustStock {
            variant: self.variant_id.parse().ok(),
            warehouse: self.warehouse_id.map_or(AdjustedWarehouse::Default, |id| {
                AdjustedWarehouse::Named(id.parse().ok())
            }),
            delta: self.delta,
            idempotency_key: self.idempotency_key,
            reason: self.reason,
            fingerprint,
        })
    }
}

/// The outcome of `adjustStock`.
#[derive(SimpleObject)]
pub struct AdjustStockPayload {
    /// The variant with its availability right after the change; null if nothing was changed.
    variant: Option<ProductVariant>,
    /// Why nothing was changed.
    user_errors: Vec<AdjustStockUserError>,
}

/// A reason why stock was not adjusted.
#[derive(SimpleObject)]
pub struct AdjustStockUserError {
    /// Machine-readable code.
    code: AdjustStockErrorCode,
    /// Explanation for developers.
    message: String,
    /// Path of the input field at fault, if there is one.
    field: Option<Vec<String>>,
}

/// Reasons why stock is not adjusted.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum AdjustStockErrorCode {
    /// The shop has no such variant.
    VariantNotFound,
    /// The shop has no such warehouse.
    WarehouseNotFound,
    /// More units would be removed than are neither reserved nor sold.
    WouldGoNegative,
    /// `delta` is zero: nothing would change.
    DeltaIsZero,
    /// The key was used with another input.
    IdempotencyConflict,
}

impl AdjustStockPayload {
    async fn of(
        ctx: &Context<'_>,
        result: Result<AdjustedStock, AdjustStockError>,
    ) -> Result<Self, Failure> {
        match result {
            Ok(adjusted) => {
                let variant = ProductVariant::load(ctx, adjusted.variant).await?;
                let variant = variant.map(|variant| variant.with_available(adjusted.available));
                Ok(Self {
                    variant,
                    user_errors: Vec::new(),
                })
            }
            Err(AdjustStockError::Refused(refusal)) => Ok(Self {
                variant: None,
                user_errors: vec![refusal.into()],
            }),
            Err(AdjustStockError::TooLarge) => {
                Err(Rejection::bad_input("the units of a variant must fit in 32 bits").into())
            }
            Err(AdjustStockError::Denied(denied)) => Err(denied.into()),
            Err(AdjustStockError::Queue(error)) => Err(Failure::unavailable(error)),
            Err(AdjustStockError::Store(error)) => Err(error.into()),
        }
    }
}

impl From<Refusal> for AdjustStockUserError {
    fn from(refusal: Refusal) -> Self {
        let (code, field) = match refusal {
            Refusal::VariantNotFound => (AdjustStockErrorCode::VariantNotFound, "variantId"),
            Refusal::WarehouseNotFound => (AdjustStockErrorCode::WarehouseNotFound, "warehouseId"),
            Refusal::WouldGoNegative => (AdjustStockErrorCode::WouldGoNegative, "delta"),
            Refusal::DeltaIsZero => (AdjustStockErrorCode::DeltaIsZero, "delta"),
            Refusal::IdempotencyConflict => {
                (AdjustStockErrorCode::IdempotencyConflict, "idempotencyKey")
            }
        };
        let field = Some(vec!["input".to_owned(), field.to_owned()]);
        Self {
            code,
            message: refusal.to_string(),
            field,
        }
    }
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
        let command = input.into_command()?;
        let queue = &ctx.app::<App>()?.adjustments;
        let result = adjust_stock(queue, ctx.caller()?, command, ctx.deadline()?).await;
        AdjustStockPayload::of(ctx, result).await
    }
}
