//! What orders asks of catalog: prices and stock. Every operation is idempotent by the order's id.

use ids::{OrderId, ProductId, TenantId, VariantId};
use money::Money;
use serde::{Deserialize, Serialize};

/// `POST` [`PricesRequest`] → [`PricesResponse`].
pub const PRICES: &str = "/internal/prices";
/// `POST` [`HoldRequest`] → [`HoldResponse`].
pub const HOLDS: &str = "/internal/holds";
/// `POST` [`CommitHoldsRequest`] → [`CommitHoldsResponse`].
pub const COMMIT_HOLDS: &str = "/internal/holds/commit";
/// `POST` [`ReleaseHoldRequest`] → [`ReleaseHoldResponse`].
pub const RELEASE_HOLD: &str = "/internal/holds/release";

/// Asks what variants cost now.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PricesRequest {
    /// Whose variants.
    pub tenant: TenantId,
    /// Which, in any order.
    pub variants: Vec<VariantId>,
}

/// The variants that exist; unknown and foreign ones are absent alike.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PricesResponse {
    /// In no particular order.
    pub variants: Vec<PricedVariant>,
}

/// A variant as an order line remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PricedVariant {
    /// The variant.
    pub variant: VariantId,
    /// Its product.
    pub product: ProductId,
    /// Stock-keeping unit.
    pub sku: String,
    /// Product and variant name in the tenant's default locale.
    pub name: String,
    /// Price of one unit.
    pub price: Money,
}

/// Asks to hold units for an order: all lines or none.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HoldRequest {
    /// Whose stock.
    pub tenant: TenantId,
    /// For which order; the idempotency key.
    pub order: OrderId,
    /// One line per variant.
    pub lines: Vec<HoldLine>,
    /// After how many seconds the hold ends by itself.
    pub expires_in_secs: u32,
}

/// Units of one variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldLine {
    /// The variant.
    pub variant: VariantId,
    /// Units, at least one.
    pub quantity: u32,
}

/// What became of a hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum HoldResponse {
    /// The units are held, by this call or by an earlier one for the same order.
    Held,
    /// Nothing is held.
    OutOfStock {
        /// The variants that lack units.
        shortages: Vec<Shortage>,
    },
    /// The order's hold was committed, released or expired before; nothing is held anew.
    Ended,
}

/// A variant that lacks units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shortage {
    /// The variant.
    pub variant: VariantId,
    /// Units that could be sold, over all warehouses.
    pub available: u32,
}

/// Asks to turn holds into sales.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CommitHoldsRequest {
    /// Whose stock.
    pub tenant: TenantId,
    /// The orders, at most 500.
    pub orders: Vec<OrderId>,
}

/// One result per asked order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CommitHoldsResponse {
    /// In the order of the request.
    pub results: Vec<CommitResult>,
}

/// What became of one order's hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitResult {
    /// The order.
    pub order: OrderId,
    /// Its end.
    pub outcome: CommitOutcome,
}

/// The end of a hold that was to be committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommitOutcome {
    /// The units are sold, by this call or an earlier one.
    Committed,
    /// The hold had expired or was released, and its units are no longer there.
    Lost,
}

/// Asks to give an order's units back, held or already committed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReleaseHoldRequest {
    /// Whose stock.
    pub tenant: TenantId,
    /// The order. When catalog does not know it, a later hold for it is refused.
    pub order: OrderId,
    /// For the movement ledger, e.g. `payment declined`.
    pub reason: String,
}

/// The order holds no units any more.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct ReleaseHoldResponse {
    /// Whether this call gave units back; `false` when there were none.
    pub released: bool,
}
