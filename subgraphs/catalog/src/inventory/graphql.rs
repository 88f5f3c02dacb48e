//! GraphQL of stock: adjustments and the stream of events.

#![deny(clippy::wildcard_enum_match_arm)]

use std::sync::Arc;

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject, Subscription};
use futures_util::{Stream, TryStreamExt as _};
use graphql_server::types::{DateTime, ID, PageInfo};
use graphql_server::{ConnectionArguments, ContextExt, Failure, Loader, Rejection};
use identity::Permission;
use ids::WarehouseId;

use super::adjust_stock::{
    AdjustStock, AdjustStockError, AdjustedStock, AdjustedWarehouse, Refusal, adjust_stock,
};
use super::list_stock_events::{
    self, ListStockEvents, ListStockEventsError, StockEventFilter as Filter, StockEventKind,
    list_stock_events, tail_stock_events,
};
use super::loaders::WarehouseById;
use super::model;
use crate::app::App;
use crate::products::ProductVariant;

/// Most characters of a one-line text.
const MAX_LINE_CHARS: usize = 255;

/// A place that holds stock.
pub struct Warehouse(Arc<model::Warehouse>);

/// A place that holds stock.
#[Object]
impl Warehouse {
    /// Global id.
    async fn id(&self) -> ID {
        ID(self.0.id.to_string())
    }

    /// Short name, unique in the shop, e.g. `MAIN`.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// In the caller's language if the shop has it, else in the shop's default language.
    async fn name(&self) -> &str {
        &self.0.name
    }
}

/// A change of the shop's stock. The numbers are as of the event; variant and warehouse are as they are now.
pub struct StockEvent(list_stock_events::StockEvent);

/// A change of the shop's stock. The numbers are as of the event; variant and warehouse are as they are now.
#[Object]
impl StockEvent {
    /// Unique; the same event delivered twice has the same id.
    async fn id(&self) -> ID {
        ID(self.0.id.to_string())
    }

    /// Position in the stream: valid as `after` of `stockEvents`, with any filter.
    async fn cursor(&self) -> &str {
        &self.0.cursor
    }

    /// What happened.
    #[graphql(name = "type")]
    async fn kind(&self) -> StockEventType {
        self.0.kind.into()
    }

    /// When it happened.
    async fn occurred_at(&self) -> DateTime {
        DateTime(self.0.occurred_at)
    }

    /// The variant whose units changed.
    async fn variant(&self, ctx: &Context<'_>) -> Result<ProductVariant, Failure> {
        let variant = ProductVariant::load(ctx, self.0.variant).await?;
        variant.ok_or_else(|| Failure::internal(MissingReference(self.0.variant.to_string())))
    }

    /// The warehouse whose units changed.
    async fn warehouse(&self, ctx: &Context<'_>) -> Result<Warehouse, Failure> {
        let loader = ctx.loader::<Loader<WarehouseId, WarehouseById>>()?;
        let warehouse = loader.load(self.0.warehouse).await?;
        warehouse
            .map(Warehouse)
            .ok_or_else(|| Failure::internal(MissingReference(self.0.warehouse.to_string())))
    }

    /// ADJUSTED: change of units on hand. RESERVED: + units held. RELEASED: - units no longer held or committed.
    /// SOLD: units committed. `LOW_STOCK`: 0.
    async fn delta(&self) -> i32 {
        self.0.delta
    }

    /// Units of the variant available for sale right after this event, over all warehouses.
    async fn available(&self) -> i32 {
        self.0.available
    }
}

/// Should not happen: variants and warehouses are never deleted.
#[derive(Debug, thiserror::Error)]
#[error("{0}, to which a stock event refers, does not exist")]
struct MissingReference(String);

/// What happened to stock.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum StockEventType {
    /// Staff changed the units on hand.
    Adjusted,
    /// Units are held for a checkout.
    Reserved,
    /// Units are no longer held or committed: a checkout ended without an order, or an order was cancelled.
    Released,
    /// Held units were sold.
    Sold,
    /// The variant fell to its low-stock threshold.
    LowStock,
}

impl From<StockEventKind> for StockEventType {
    fn from(kind: StockEventKind) -> Self {
        match kind {
            StockEventKind::Adjusted => Self::Adjusted,
            StockEventKind::Reserved => Self::Reserved,
            StockEventKind::Released => Self::Released,
            StockEventKind::Sold => Self::Sold,
            StockEventKind::LowStock => Self::LowStock,
        }
    }
}

impl From<StockEventType> for StockEventKind {
    fn from(event_type: StockEventType) -> Self {
        match event_type {
            StockEventType::Adjusted => Self::Adjusted,
            StockEventType::Reserved => Self::Reserved,
            StockEventType::Released => Self::Released,
            StockEventType::Sold => Self::Sold,
            StockEventType::LowStock => Self::LowStock,
        }
    }
}

/// A page of the shop's stock events, oldest first.
pub struct StockEventConnection(list_stock_events::StockEventPage);

/// A page of the shop's stock events, oldest first.
#[Object]
impl StockEventConnection {
    /// The events with their cursors.
    async fn edges(&self) -> Vec<StockEventEdge> {
        self.0
            .events
            .iter()
            .map(|event| StockEventEdge {
                cursor: event.cursor.clone(),
                node: StockEvent(event.clone()),
            })
            .collect()
    }

    /// The events.
    async fn nodes(&self) -> Vec<StockEvent> {
        self.0.events.iter().cloned().map(StockEvent).collect()
    }

    /// Position of this page in the stream. `endCursor` is the position scanned, even if nothing matched.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next_page: self.0.has_more,
            has_previous_page: self.0.has_previous,
            start_cursor: self.0.events.first().map(|event| event.cursor.clone()),
            end_cursor: Some(self.0.scanned_to.clone()),
        }
    }
}

/// A stock event in a list.
#[derive(SimpleObject)]
pub struct StockEventEdge {
    /// Position of the event.
    cursor: String,
    /// The event.
    node: StockEvent,
}

/// Filter of stock events; all conditions must hold.
#[derive(InputObject)]
pub struct StockEventFilter {
    /// Only events of these variants.
    variant_ids: Option<Vec<ID>>,
    /// Only these kinds of events.
    types: Option<Vec<StockEventType>>,
}

impl StockEventFilter {
    /// A malformed id matches no variant.
    fn into_model(self) -> Filter {
        Filter {
            variants: self
                .variant_ids
                .map(|ids| ids.iter().filter_map(|id| id.parse().ok()).collect()),
            kinds: self
                .types
                .map(|types| types.into_iter().map(StockEventKind::from).collect()),
        }
    }
}

impl From<ListStockEventsError> for Failure {
    fn from(error: ListStockEventsError) -> Self {
        match error {
            ListStockEventsError::CursorInvalid => Rejection::CursorInvalid.into(),
            ListStockEventsError::CursorExpired => Rejection::CursorExpired.into(),
            ListStockEventsError::Unreadable { .. } | ListStockEventsError::UnknownType { .. } => {
                Self::internal(error)
            }
            ListStockEventsError::Store(error) => error.into(),
        }
    }
}

/// Root fields of stock.
#[derive(Default)]
pub struct StockQueries;

/// Root fields of stock.
#[Object]
impl StockQueries {
    /// Changes of stock, oldest first. For staff.
    async fn stock_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Filter of the events; all events if absent.")] filter: Option<
            StockEventFilter,
        >,
        #[graphql(desc = "Cursor of the position to read after; from the oldest event if absent.")]
        after: Option<String>,
        #[graphql(desc = "Maximum number of events; 20 if absent, at most 100.")] first: Option<
            i32,
        >,
    ) -> Result<StockEventConnection, Failure> {
        let caller = ctx.caller()?;
        caller.require(Permission::StockRead)?;
        let arguments = ConnectionArguments {
            first,
            ..ConnectionArguments::default()
        };
        let limit = arguments.into_request::<()>("stockEvents")?.limit;
        let filter = filter.map(StockEventFilter::into_model).unwrap_or_default();
        let query = ListStockEvents {
            filter,
            after,
            limit,
        };
        let mut db = ctx.snapshot()?.lock().await?;
        let keys = &ctx.app::<App>()?.cursor_keys;
        let page = list_stock_events(keys, &mut db, &query).await?;
        Ok(StockEventConnection(page))
    }
}

/// The live tails of the queries of the same names.
#[derive(Default)]
pub struct StockSubscriptions;

/// The live tails of the queries of the same names.
#[Subscription]
impl StockSubscriptions {
    /// Changes of stock as they happen. For staff.
    async fn stock_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Filter of the events; all events if absent.")] filter: Option<
            StockEventFilter,
        >,
        #[graphql(desc = "Cursor of the position to start after; from now on if absent.")]
        after: Option<String>,
    ) -> Result<impl Stream<Item = Result<StockEvent, Failure>> + use<>, Failure> {
        let caller = ctx.caller()?;
        caller.require(Permission::StockRead)?;
        let app = Arc::clone(ctx.app::<App>()?);
        let filter = filter.map(StockEventFilter::into_model).unwrap_or_default();
        let events = tail_stock_events(app, caller.tenant_id(), filter, after).await?;
        Ok(events.map_ok(StockEvent).map_err(Failure::from))
    }
}

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
