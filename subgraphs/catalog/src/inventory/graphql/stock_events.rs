//! Stock events for staff: the query `stockEvents` and the subscription, its live tail.

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, SimpleObject, Subscription};
use event_contracts::stock::{StockChangedV1, StockEventType, StockLowV1};
use event_log::StoredEvent;
use graphql_server::events::{
    self, BoxError, EventConnection, EventFields, EventNode, EventStream, Selection, subjects,
};
use graphql_server::{ContextExt, Failure};
use identity::{Caller, Permission};
use ids::{VariantId, WarehouseId};
use serde::Deserialize;

use super::objects::Warehouse;
use crate::inventory::events::STREAM;
use crate::inventory::loaders::WarehouseById;
use crate::products::{ProductVariant, VariantById};

/// Filter of stock events; all conditions must hold.
#[derive(Default, InputObject)]
pub struct StockEventFilter {
    /// Only events of these variants.
    variant_ids: Option<Vec<ID>>,
    /// Only these kinds of events.
    types: Option<Vec<StockEventType>>,
}

/// A change of the shop's stock. The numbers are as of the event; variant and warehouse are as they are now.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct StockEvent {
    #[graphql(flatten)]
    fields: EventFields<StockEventType>,
    #[graphql(skip)]
    variant_id: VariantId,
    #[graphql(skip)]
    warehouse_id: WarehouseId,
    /// ADJUSTED: change of units on hand. RESERVED: + units held. RELEASED: - units no longer held or committed.
    /// SOLD: units committed. `LOW_STOCK`: 0.
    delta: i32,
    /// Units of the variant available for sale right after this event, over all warehouses.
    available: i32,
}

#[ComplexObject]
impl StockEvent {
    /// The variant whose units changed.
    async fn variant(&self, ctx: &Context<'_>) -> Result<ProductVariant, Failure> {
        let variant = ctx.load_existing::<VariantById>(self.variant_id).await?;
        Ok(ProductVariant::from(&variant))
    }

    /// The warehouse whose units changed.
    async fn warehouse(&self, ctx: &Context<'_>) -> Result<Warehouse, Failure> {
        let warehouse = ctx
            .load_existing::<WarehouseById>(self.warehouse_id)
            .await?;
        Ok(Warehouse(warehouse))
    }
}

impl EventNode for StockEvent {
    const STREAM: &'static str = STREAM;
    type Kind = StockEventType;
    type Filter = StockEventFilter;

    fn select(caller: &Caller, filter: Self::Filter) -> Result<Selection<Self::Kind>, Failure> {
        caller.require(Permission::StockRead)?;
        Ok(Selection {
            kinds: filter.types,
            about: filter.variant_ids.map(subjects::<VariantId>),
            visible_to: None,
        })
    }

    fn from_event(fields: EventFields<Self::Kind>, event: &StoredEvent) -> Result<Self, BoxError> {
        Ok(match fields.kind {
            StockEventType::Adjusted
            | StockEventType::Reserved
            | StockEventType::Released
            | StockEventType::Sold => {
                let changed = StockChangedV1::deserialize(&event.payload)?;
                Self {
                    fields,
                    variant_id: changed.variant_id,
                    warehouse_id: changed.warehouse_id,
                    delta: changed.delta,
                    available: changed.available,
                }
            }
            StockEventType::LowStock => {
                let low = StockLowV1::deserialize(&event.payload)?;
                Self {
                    fields,
                    variant_id: low.variant_id,
                    warehouse_id: low.warehouse_id,
                    delta: 0,
                    available: low.available,
                }
            }
        })
    }
}

/// Queries of stock events.
#[derive(Default)]
pub struct StockEventQueries;

#[Object]
impl StockEventQueries {
    /// Changes of stock, oldest first. For staff.
    async fn stock_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Filter of the events.")] filter: Option<StockEventFilter>,
        #[graphql(desc = "Cursor to read after. Default: the oldest event.")] after: Option<String>,
        #[graphql(desc = "Page size: at most 100, 20 by default.")] first: Option<i32>,
    ) -> Result<EventConnection<StockEvent>, Failure> {
        let page = events::page::<StockEvent>(ctx, filter, after, first).await?;
        page.preload::<VariantById>(ctx, "variant", |event| event.variant_id)
            .await?;
        Ok(page)
    }
}

/// Subscriptions of stock events.
#[derive(Default)]
pub struct StockEventSubscriptions;

#[Subscription]
impl StockEventSubscriptions {
    /// Changes of stock as they happen. For staff.
    async fn stock_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Filter of the events.")] filter: Option<StockEventFilter>,
        #[graphql(desc = "Cursor to begin after. Default: the head.")] after: Option<String>,
    ) -> Result<EventStream<StockEvent>, Failure> {
        events::tail(ctx, filter, after).await
    }
}
