//! Port: prices and stock, which catalog owns. Every call is idempotent by the order's id.

mod catalog;

use std::error::Error;

use async_trait::async_trait;
use ids::{OrderId, TenantId, VariantId};
use internal_api::inventory::{CommitResult, HoldLine, HoldResponse, PricedVariant};
use service::Deadline;

pub use catalog::CatalogStock;

/// Catalog gave no answer. Whether it acted is unknown.
#[derive(Debug, thiserror::Error)]
#[error("catalog did not answer")]
pub struct StockUnavailable(#[source] pub Box<dyn Error + Send + Sync>);

/// Prices, and the hold of an order's units.
#[async_trait]
pub trait Stock: Send + Sync {
    /// Current prices of the variants. Unknown variants and variants of other tenants are absent.
    async fn prices(
        &self,
        tenant: TenantId,
        variants: &[VariantId],
        deadline: Deadline,
    ) -> Result<Vec<PricedVariant>, StockUnavailable>;

    /// Holds all lines of an order, or none.
    async fn hold(
        &self,
        tenant: TenantId,
        order: OrderId,
        lines: &[HoldLine],
        deadline: Deadline,
    ) -> Result<HoldResponse, StockUnavailable>;

    /// Commits holds. Returns one result per order.
    async fn commit(
        &self,
        tenant: TenantId,
        orders: &[OrderId],
        deadline: Deadline,
    ) -> Result<Vec<CommitResult>, StockUnavailable>;

    /// Releases the units of an order, held or committed, and blocks a later hold for it.
    async fn release(
        &self,
        tenant: TenantId,
        order: OrderId,
        reason: &str,
        deadline: Deadline,
    ) -> Result<(), StockUnavailable>;
}
