//! Port: prices and stock, which catalog owns. Every operation is idempotent by the order's id.

mod catalog;

use std::error::Error;

use async_trait::async_trait;
use ids::{OrderId, TenantId, VariantId};
use internal_api::inventory::{CommitResult, HoldLine, HoldResponse, PricedVariant};
use service::Deadline;

pub use catalog::CatalogStock;

/// Catalog gave no answer; whether it acted is not known.
#[derive(Debug, thiserror::Error)]
#[error("catalog did not answer")]
pub struct StockUnavailable(#[source] pub Box<dyn Error + Send + Sync>);

/// What an order asks of the stock.
#[async_trait]
pub trait Stock: Send + Sync {
    /// What the variants cost now; unknown and foreign ones are absent.
    async fn prices(
        &self,
        tenant: TenantId,
        variants: &[VariantId],
        deadline: Deadline,
    ) -> Result<Vec<PricedVariant>, StockUnavailable>;

    /// Holds the lines of an order, all or none.
    async fn hold(
        &self,
        tenant: TenantId,
        order: OrderId,
        lines: &[HoldLine],
        deadline: Deadline,
    ) -> Result<HoldResponse, StockUnavailable>;

    /// Turns holds into sales; one result per order.
    async fn commit(
        &self,
        tenant: TenantId,
        orders: &[OrderId],
        deadline: Deadline,
    ) -> Result<Vec<CommitResult>, StockUnavailable>;

    /// Gives an order's units back, held or sold, and refuses a later hold for it.
    async fn release(
        &self,
        tenant: TenantId,
        order: OrderId,
        reason: &str,
        deadline: Deadline,
    ) -> Result<(), StockUnavailable>;
}
