//! Events about stock. Stream `stock` of the catalog service.

use ids::{OrderId, VariantId, WarehouseId};
use serde::{Deserialize, Serialize};

/// Units on hand changed. Payload [`StockChangedV1`].
pub const STOCK_ADJUSTED: &str = "stock.adjusted.v1";
/// Units are held for an order. Payload [`StockChangedV1`].
pub const STOCK_RESERVED: &str = "stock.reserved.v1";
/// Units are no longer held or committed. Payload [`StockChangedV1`].
pub const STOCK_RELEASED: &str = "stock.released.v1";
/// Held units were sold. Payload [`StockChangedV1`].
pub const STOCK_SOLD: &str = "stock.sold.v1";
/// The available units of a variant fell to its threshold. Payload [`StockLowV1`].
pub const STOCK_LOW: &str = "stock.low.v1";

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

/// A variant has few units left.
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
