//! The first durable step of placements, in batches per tenant: inserts idempotency keys and sagas.

use std::sync::Arc;

use database::{StoreError, TenantDb};
use ids::TenantId;
use service::{CommandQueue, QueueOptions};
use subgraph::Core;

use super::outcome::MUTATION;
use crate::placements::{self, Claim, ClaimOutcome};

/// Returns one outcome per claim. An error of the batch is returned for each claim in it.
pub type ClaimQueue = CommandQueue<TenantId, Claim, Result<ClaimOutcome, Arc<StoreError>>>;

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
) -> Result<Vec<ClaimOutcome>, StoreError> {
    let mut tx = db.write(tenant).await?;
    let outcomes = placements::insert_claims(&mut tx, MUTATION, claims, core.now()).await?;
    tx.commit().await?;
    Ok(outcomes)
}
