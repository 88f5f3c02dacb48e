//! Adjusts the units on hand of a variant at a warehouse; for staff.
//!
//! Adjustments of one tenant queue up. So a stocktaking that sends many at once waits instead of being refused, and a repeat
//! waits for the first use of its idempotency key without holding a database connection.

use database::{StoreError, TenantTx};
use futures_util::FutureExt as _;
use identity::{Caller, Denied, Permission};
use ids::{TenantId, VariantId, WarehouseId};
use serde::{Deserialize, Serialize};
use service::{CommandQueue, Deadline, QueueError, QueueOptions};
use subgraph::Core;

use super::ledger::{Ledger, LedgerError};
use super::model::{Cause, Movement};
use super::record_movements::record_movements;
use super::store::{self, IdempotencyKey, SavedReply};

const OPERATION: &str = "adjustStock";

const QUEUE: QueueOptions = QueueOptions {
    name: "adjust_stock",
    capacity: 1_000,
    workers: 2,
    max_batch: 20,
};

/// Input of an adjustment. A malformed id matches nothing, so it arrives as `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdjustStock {
    pub idempotency_key: String,
    pub variant: Option<VariantId>,
    pub warehouse: AdjustedWarehouse,
    pub delta: i32,
    pub reason: Option<String>,
    /// Fingerprint of the input: equal for equal inputs.
    pub fingerprint: String,
}

/// Warehouse to adjust.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdjustedWarehouse {
    Default,
    Named(Option<WarehouseId>),
}

/// The variant and its availability after the adjustment; a repeat gets the same reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdjustedStock {
    pub variant: VariantId,
    pub available: i32,
}

/// Why nothing was adjusted; the client gets it as a user error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    #[error("variant was not found")]
    VariantNotFound,
    #[error("warehouse was not found")]
    WarehouseNotFound,
    #[error("the warehouse has too few units that are neither reserved nor sold")]
    WouldGoNegative,
    #[error("the change must not be zero units")]
    DeltaIsZero,
    #[error("the idempotency key was used with another input")]
    IdempotencyConflict,
}

/// Refusal or failure of an adjustment.
#[derive(Debug, thiserror::Error)]
pub enum AdjustStockError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The units would not fit in 32 bits.
    #[error("stock would not fit in 32 bits")]
    TooLarge,
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error("adjustment was not processed")]
    Queue(#[from] QueueError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reply saved under the idempotency key.
type Reply = Result<AdjustedStock, Refusal>;

/// An adjustment whose caller has the permission.
pub struct AuthorizedAdjustment {
    principal: String,
    command: AdjustStock,
}

type AdjustResult = Result<AdjustedStock, AdjustStockError>;

/// Queue of the adjustments of all tenants.
pub type AdjustQueue = CommandQueue<TenantId, AuthorizedAdjustment, AdjustResult>;

/// Starts the workers that process adjustments, one at a time per tenant.
pub fn start_adjust_queue(core: &Core) -> AdjustQueue {
    let app = core.clone();
    CommandQueue::start(&core.tasks, QUEUE, move |tenant, adjustments| {
        let app = app.clone();
        async move {
            let mut results = Vec::with_capacity(adjustments.len());
            for adjustment in &adjustments {
                results.push(adjust(&app, tenant, adjustment).await);
            }
            results
        }
        .boxed()
    })
}

/// Adjusts the units on hand, once per idempotency key.
pub async fn adjust_stock(
    queue: &AdjustQueue,
    caller: &Caller,
    command: AdjustStock,
    deadline: Deadline,
) -> Result<AdjustedStock, AdjustStockError> {
    caller.require(Permission::StockAdjust)?;
    let adjustment = AuthorizedAdjustment {
        principal: caller.principal(),
        command,
    };
    queue
        .submit(caller.tenant_id(), adjustment, deadline)
        .await?
}

async fn adjust(app: &Core, tenant: TenantId, adjustment: &AuthorizedAdjustment) -> AdjustResult {
    match database::retry(|| adjust_in_one_transaction(app, tenant, adjustment)).await? {
        Attempt::Replied(reply) => Ok(reply?),
        Attempt::TooLarge => Err(AdjustStockError::TooLarge),
    }
}

/// Outcome of one run of the transaction.
enum Attempt {
    Replied(Reply),
    TooLarge,
}

async fn adjust_in_one_transaction(
    app: &Core,
    tenant: TenantId,
    adjustment: &AuthorizedAdjustment,
) -> Result<Attempt, StoreError> {
    let AuthorizedAdjustment { principal, command } = adjustment;
    let key = IdempotencyKey {
        principal,
        operation: OPERATION,
        key: &command.idempotency_key,
    };
    let mut tx = app.db.write(tenant).await?;
    let now = app.clock.now();
    if !store::insert_idempotency_key(&mut tx, &key, &command.fingerprint, now).await? {
        let reply = saved_reply(&mut tx, &key, &command.fingerprint).await?;
        tx.rollback().await?;
        return Ok(Attempt::Replied(reply));
    }
    let decided = decide_on_locked_stock(&mut tx, command).await?;
    match decided {
        Decision::Adjusted(adjusted, movements) => {
            store::update_reply(&mut tx, &key, &Reply::Ok(adjusted)).await?;
            let cause = Cause {
                actor: principal,
                reason: command.reason.as_deref(),
            };
            record_movements(app, tx, &movements, cause).await?;
            Ok(Attempt::Replied(Ok(adjusted)))
        }
        // Refused regardless of the stock: nothing was changed, so the key stays unused.
        Decision::Refused(refusal @ Refusal::DeltaIsZero) => {
            tx.rollback().await?;
            Ok(Attempt::Replied(Err(refusal)))
        }
        Decision::Refused(refusal) => {
            store::update_reply(&mut tx, &key, &Reply::Err(refusal)).await?;
            tx.commit().await?;
            Ok(Attempt::Replied(Err(refusal)))
        }
        Decision::TooLarge => {
            tx.rollback().await?;
            Ok(Attempt::TooLarge)
        }
    }
}

/// Decision on an adjustment.
#[derive(Debug, PartialEq, Eq)]
pub enum Decision {
    Adjusted(AdjustedStock, Vec<Movement>),
    Refused(Refusal),
    TooLarge,
}

/// Applies the adjustment to the ledger. Reserved and committed units cannot be removed.
pub fn decide(
    mut ledger: Ledger,
    variant: VariantId,
    warehouse: WarehouseId,
    delta: i32,
) -> Decision {
    match ledger.adjust(variant, warehouse, delta) {
        Ok(()) => {
            let adjusted = AdjustedStock {
                variant,
                available: ledger.available(variant),
            };
            Decision::Adjusted(adjusted, ledger.into_movements())
        }
        Err(LedgerError::WouldGoNegative) => Decision::Refused(Refusal::WouldGoNegative),
        Err(LedgerError::TooLarge) => Decision::TooLarge,
        Err(LedgerError::UnknownLevel) => Decision::Refused(Refusal::WarehouseNotFound),
    }
}

async fn decide_on_locked_stock(
    tx: &mut TenantTx<'_>,
    command: &AdjustStock,
) -> Result<Decision, StoreError> {
    if command.delta == 0 {
        return Ok(Decision::Refused(Refusal::DeltaIsZero));
    }
    let Some(variant) = command.variant else {
        return Ok(Decision::Refused(Refusal::VariantNotFound));
    };
    let mut ledger = Ledger::new(store::lock_levels(tx, &[variant]).await?);
    if !ledger.has_variant(variant) {
        return Ok(Decision::Refused(Refusal::VariantNotFound));
    }
    let Some(warehouse) = find_warehouse(tx, command.warehouse).await? else {
        return Ok(Decision::Refused(Refusal::WarehouseNotFound));
    };
    if ledger.open_level(variant, warehouse) {
        store::insert_level(tx, variant, warehouse).await?;
    }
    Ok(decide(ledger, variant, warehouse, command.delta))
}

async fn find_warehouse(
    tx: &mut TenantTx<'_>,
    wanted: AdjustedWarehouse,
) -> Result<Option<WarehouseId>, StoreError> {
    match wanted {
        AdjustedWarehouse::Default => store::find_default_warehouse(tx).await,
        AdjustedWarehouse::Named(Some(id)) => {
            Ok(store::exists_warehouse(tx, id).await?.then_some(id))
        }
        AdjustedWarehouse::Named(None) => Ok(None),
    }
}

async fn saved_reply(
    tx: &mut TenantTx<'_>,
    key: &IdempotencyKey<'_>,
    fingerprint: &str,
) -> Result<Reply, StoreError> {
    let saved: Option<SavedReply<Reply>> = store::find_saved_reply(tx, key).await?;
    Ok(match saved {
        Some(saved) if saved.fingerprint == fingerprint => saved.reply,
        Some(_) | None => Err(Refusal::IdempotencyConflict),
    })
}
