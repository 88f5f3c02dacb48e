//! Calls from orders to catalog: prices and stock. Every command is idempotent by the order's id.

use ids::{OrderId, ProductId, TenantId, VariantId};
use money::Money;
use serde::{Deserialize, Serialize};

use crate::InternalRequest;

/// `POST` [`PricesRequest`] → [`PricesResponse`].
pub const PRICES: &str = "/internal/prices";
/// `POST` [`HoldRequest`] → [`HoldResponse`].
pub const HOLDS: &str = "/internal/holds";
/// `POST` [`CommitHoldsRequest`] → [`CommitHoldsResponse`].
pub const COMMIT_HOLDS: &str = "/internal/holds/commit";
/// `POST` [`ReleaseHoldRequest`] → [`ReleaseHoldResponse`].
pub const RELEASE_HOLD: &str = "/internal/holds/release";

/// Asks for the current prices of variants.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PricesRequest {
    /// Tenant that owns the variants.
    pub tenant: TenantId,
    /// The variants, in any order.
    pub variants: Vec<VariantId>,
}

impl InternalRequest for PricesRequest {
    const PATH: &'static str = PRICES;
    type Response = PricesResponse;

    fn tenant(&self) -> Option<TenantId> {
        Some(self.tenant)
    }

    fn items(&self) -> usize {
        self.variants.len()
    }
}

/// The prices of the variants that exist; unknown variants and those of other tenants are absent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PricesResponse {
    /// The priced variants, in no particular order.
    pub variants: Vec<PricedVariant>,
}

/// A variant as an order line stores it.
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
    /// Tenant that owns the stock.
    pub tenant: TenantId,
    /// The order that the units are held for; the idempotency key.
    pub order: OrderId,
    /// One line per variant.
    pub lines: Vec<HoldLine>,
    /// Seconds until the hold expires.
    pub expires_in_secs: u32,
}

impl InternalRequest for HoldRequest {
    const PATH: &'static str = HOLDS;
    type Response = HoldResponse;

    fn tenant(&self) -> Option<TenantId> {
        Some(self.tenant)
    }

    fn items(&self) -> usize {
        self.lines.len()
    }
}

/// Units of one variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldLine {
    /// The variant.
    pub variant: VariantId,
    /// Number of units, at least one.
    pub quantity: u32,
}

/// Outcome of a hold request.
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
    /// An earlier hold of the order was committed, was released or expired; no new hold is made.
    Ended,
}

/// A variant that lacks units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shortage {
    /// The variant.
    pub variant: VariantId,
    /// Units available for sale, over all warehouses.
    pub available: u32,
}

/// Asks to commit holds: the held units become sold.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CommitHoldsRequest {
    /// Tenant that owns the stock.
    pub tenant: TenantId,
    /// The orders, at most 500.
    pub orders: Vec<OrderId>,
}

impl InternalRequest for CommitHoldsRequest {
    const PATH: &'static str = COMMIT_HOLDS;
    type Response = CommitHoldsResponse;

    fn tenant(&self) -> Option<TenantId> {
        Some(self.tenant)
    }

    fn items(&self) -> usize {
        self.orders.len()
    }
}

/// One result per requested order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CommitHoldsResponse {
    /// The results, in the order of the request.
    pub results: Vec<CommitResult>,
}

/// Outcome of the commit of one order's hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitResult {
    /// The order.
    pub order: OrderId,
    /// The outcome.
    pub outcome: CommitOutcome,
}

/// Whether a hold was committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommitOutcome {
    /// The hold is committed, by this call or an earlier one: the units are sold.
    Committed,
    /// The hold had expired or was released, and its units are no longer available.
    Lost,
}

/// Asks to release an order's units, held or already committed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReleaseHoldRequest {
    /// Tenant that owns the stock.
    pub tenant: TenantId,
    /// The order. If it is unknown to catalog, a later hold for it is refused.
    pub order: OrderId,
    /// Reason for the movement ledger, e.g. `payment declined`.
    pub reason: String,
}

impl InternalRequest for ReleaseHoldRequest {
    const PATH: &'static str = RELEASE_HOLD;
    type Response = ReleaseHoldResponse;

    fn tenant(&self) -> Option<TenantId> {
        Some(self.tenant)
    }
}

/// The order no longer has held or committed units.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct ReleaseHoldResponse {
    /// Whether this call released units; `false` if there were none.
    pub released: bool,
}
