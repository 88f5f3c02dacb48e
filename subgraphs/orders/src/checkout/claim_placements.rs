//! The first durable step of placements, in batches per tenant: inserts idempotency keys and sagas.

use std::sync::Arc;

use database::{StoreError, TenantDb};
use idempotency::{Claimed, Request};
use ids::TenantId;
use service::{CommandQueue, QueueOptions};
use subgraph::Core;
use uuid::Uuid;

use crate::placements::{self, Claim};

/// Returns one outcome per claim. An error of the batch is returned for each claim in it.
pub type ClaimQueue = CommandQueue<TenantId, Claim, Result<Claimed, Arc<StoreError>>>;

/// Starts the queue.
pub fn claim_queue(core: &Core, options: QueueOptions, db: TenantDb) -> ClaimQueue {
    let core = core.clone();
    let tasks = core.tasks.clone();
    CommandQueue::start(&tasks, options, move |tenant, claims: Vec<Claim>| {
        let (core, db) = (core.clone(), db.clone());
        Box::pin(async move {
            match database::retry(|| claim_batch(&core, &db, tenant, &claims)).await {
                Ok(outcomes) => outcomes.into_iter().map(Ok).collect(),
                Err(error) => {
                    let error = Arc::new(error);
                    claims.iter().map(|_| Err(Arc::clone(&error))).collect()
                }
            }
        })
    })
}

async fn claim_batch(
    core: &Core,
    db: &TenantDb,
    tenant: TenantId,
    claims: &[Claim],
) -> Result<Vec<Claimed>, StoreError> {
    let now = core.now();
    let keys: Vec<(&Request, Uuid)> = claims
        .iter()
        .map(|claim| (&claim.request, claim.order.uuid()))
        .collect();
    let mut tx = db.write(tenant).await?;
    let claimed = idempotency::claim(&mut tx, &keys, now).await?;
    let new: Vec<&Claim> = claims
        .iter()
        .zip(&claimed)
        .filter_map(|(claim, claimed)| (*claimed == Claimed::Now).then_some(claim))
        .collect();
    if !new.is_empty() {
        placements::insert_placements(&mut tx, &new, now).await?;
    }
    tx.commit().await?;
    Ok(claimed)
}
