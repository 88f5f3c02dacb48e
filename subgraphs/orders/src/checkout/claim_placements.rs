//! The first durable step of placements, in batches per tenant: inserts idempotency keys and sagas.

use std::sync::Arc;

use database::{StoreError, TenantDb};
use ids::TenantId;
use service::{Clock, CommandQueue, QueueOptions, Tasks};

use super::place_order::MUTATION;
use crate::app::stored_now;
use crate::placements::{self, Claim, ClaimOutcome};

/// Returns one outcome per claim. An error of the batch is returned for each claim in it.
pub type ClaimQueue = CommandQueue<TenantId, Claim, Result<ClaimOutcome, Arc<StoreError>>>;

/// Starts the queue.
pub fn claim_queue(
    tasks: &Tasks,
    options: QueueOptions,
    db: TenantDb,
    clock: Arc<dyn Clock>,
) -> ClaimQueue {
    CommandQueue::start(tasks, options, move |tenant, claims: Vec<Claim>| {
        let (db, clock) = (db.clone(), Arc::clone(&clock));
        Box::pin(async move {
            match database::retry(|| claim_batch(&db, tenant, &claims, &*clock)).await {
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
    db: &TenantDb,
    tenant: TenantId,
    claims: &[Claim],
    clock: &dyn Clock,
) -> Result<Vec<ClaimOutcome>, StoreError> {
    let mut tx = db.write(tenant).await?;
    let outcomes = placements::insert_claims(&mut tx, MUTATION, claims, stored_now(clock)).await?;
    tx.commit().await?;
    Ok(outcomes)
}
