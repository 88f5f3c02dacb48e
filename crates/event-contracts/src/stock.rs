//! Events about stock. Stream `stock` of the catalog service.

use ids::{OrderId, VariantId, WarehouseId};
use serde::{Deserialize, Serialize};

use crate::event::public_types;
use crate::facts::events;
use crate::{Event, Stream};

events! {
    Stream::STOCK;
    /// Staff changed the units on hand.
    StockAdjustedV1 = "stock.adjusted.v1" about [0.variant_id];
    /// Units are held for an order.
    StockReservedV1 = "stock.reserved.v1" about [0.variant_id];
    /// A hold or a sale was released.
    StockReleasedV1 = "stock.released.v1" about [0.variant_id];
    /// A hold was committed.
    StockSoldV1 = "stock.sold.v1" about [0.variant_id];
    /// The available units fell to the variant's threshold.
    StockLowV1 = "stock.low.v1" about [variant_id];
}

public_types! {
    /// What happened to stock.
    StockEventType {
        /// Staff changed the units on hand.
        Adjusted = "ADJUSTED" of StockAdjustedV1::TYPE.name,
        /// Units are held for a checkout.
        Reserved = "RESERVED" of StockReservedV1::TYPE.name,
        /// Units are no longer held or committed: a checkout ended without an order, or an order was cancelled.
        Released = "RELEASED" of StockReleasedV1::TYPE.name,
        /// Held units were sold.
        Sold = "SOLD" of StockSoldV1::TYPE.name,
        /// The variant fell to its low-stock threshold.
        LowStock = "LOW_STOCK" of StockLowV1::TYPE.name,
    }
}

/// Units on hand changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StockAdjustedV1(pub StockChangedV1);

/// Units are held for an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StockReservedV1(pub StockChangedV1);

/// Units are no longer held or committed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StockReleasedV1(pub StockChangedV1);

/// Held units were sold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StockSoldV1(pub StockChangedV1);

/// A change of one variant at one warehouse.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StockChangedV1 {
    /// The variant.
    pub variant_id: VariantId,
    /// The warehouse.
    pub warehouse_id: WarehouseId,
    /// Change in units; the sign is that of `StockEvent.delta`.
    pub delta: i32,
    /// Units available for sale after the change, over all warehouses.
    pub available: i32,
    /// The order that caused the change, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_id: Option<OrderId>,
    /// The reason, if staff made the change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The available units of a variant fell to its threshold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StockLowV1 {
    /// The variant.
    pub variant_id: VariantId,
    /// The warehouse whose change crossed the threshold.
    pub warehouse_id: WarehouseId,
    /// Units available for sale after the change, over all warehouses.
    pub available: i32,
    /// The threshold.
    pub threshold: i32,
}
