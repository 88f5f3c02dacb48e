//! Adapter of the stock port: internal calls to the catalog service.

use async_trait::async_trait;
use graphql_server::internal::{CallError, InternalClient};
use ids::{OrderId, TenantId, VariantId};
use internal_api::inventory::{
    COMMIT_HOLDS, CommitHoldsRequest, CommitHoldsResponse, CommitResult, HOLDS, HoldLine,
    HoldRequest, HoldResponse, PRICES, PricedVariant, PricesRequest, PricesResponse, RELEASE_HOLD,
    ReleaseHoldRequest, ReleaseHoldResponse,
};
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
}

fn no_answer(error: CallError) -> StockUnavailable {
    StockUnavailable(Box::new(error))
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
        let answer: PricesResponse = self
            .client
            .post(PRICES, Some(tenant), &request, deadline)
            .await
            .map_err(no_answer)?;
        Ok(answer.variants)
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
        self.client
            .post(HOLDS, Some(tenant), &request, deadline)
            .await
            .map_err(no_answer)
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
        let answer: CommitHoldsResponse = self
            .client
            .post(COMMIT_HOLDS, Some(tenant), &request, deadline)
            .await
            .map_err(no_answer)?;
        Ok(answer.results)
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
        let ReleaseHoldResponse { .. } = self
            .client
            .post(RELEASE_HOLD, Some(tenant), &request, deadline)
            .await
            .map_err(no_answer)?;
        Ok(())
    }
}
