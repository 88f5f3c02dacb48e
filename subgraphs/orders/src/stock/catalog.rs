//! Adapter of the stock port: internal calls to the catalog service.

use async_trait::async_trait;
use ids::{OrderId, TenantId, VariantId};
use internal_api::InternalRequest;
use internal_api::inventory::{
    CommitHoldsRequest, CommitResult, HoldLine, HoldRequest, HoldResponse, PricedVariant,
    PricesRequest, ReleaseHoldRequest,
};
use internal_call::InternalClient;
use service::Deadline;

use super::{Stock, StockUnavailable};

/// Stock port over HTTP calls to catalog.
pub struct CatalogStock {
    client: InternalClient,
    hold_seconds: u32,
}

impl CatalogStock {
    /// Creates the adapter. Its holds expire after `hold_seconds` unless they are committed or released before.
    pub fn new(client: InternalClient, hold_seconds: u32) -> Self {
        Self {
            client,
            hold_seconds,
        }
    }

    async fn call<Req: InternalRequest>(
        &self,
        request: Req,
        deadline: Deadline,
    ) -> Result<Req::Response, StockUnavailable> {
        let answered = self.client.call(&request, deadline).await;
        answered.map_err(|error| StockUnavailable(Box::new(error)))
    }
}

#[async_trait]
impl Stock for CatalogStock {
    async fn prices(
        &self,
        tenant: TenantId,
        variants: &[VariantId],
        deadline: Deadline,
    ) -> Result<Vec<PricedVariant>, StockUnavailable> {
        let request = PricesRequest {
            tenant,
            variants: variants.to_vec(),
        };
        Ok(self.call(request, deadline).await?.variants)
    }

    async fn hold(
        &self,
        tenant: TenantId,
        order: OrderId,
        lines: &[HoldLine],
        deadline: Deadline,
    ) -> Result<HoldResponse, StockUnavailable> {
        let request = HoldRequest {
            tenant,
            order,
            lines: lines.to_vec(),
            expires_in_secs: self.hold_seconds,
        };
        self.call(request, deadline).await
    }

    async fn commit(
        &self,
        tenant: TenantId,
        orders: &[OrderId],
        deadline: Deadline,
    ) -> Result<Vec<CommitResult>, StockUnavailable> {
        let request = CommitHoldsRequest {
            tenant,
            orders: orders.to_vec(),
        };
        Ok(self.call(request, deadline).await?.results)
    }

    async fn release(
        &self,
        tenant: TenantId,
        order: OrderId,
        reason: &str,
        deadline: Deadline,
    ) -> Result<(), StockUnavailable> {
        let request = ReleaseHoldRequest {
            tenant,
            order,
            reason: reason.to_owned(),
        };
        self.call(request, deadline).await.map(drop)
    }
}
