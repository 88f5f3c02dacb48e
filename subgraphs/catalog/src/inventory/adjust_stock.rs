//! Adjusts the units on hand of a variant at a warehouse; for staff.
//!
//! Adjustments of one tenant queue up, one transaction at a time. So a stocktaking that sends many at once waits instead of
//! being refused, and leaves the connections of the pool to shoppers and to other tenants.

use std::collections::BTreeMap;

use database::{StoreError, TenantTx};
use futures_util::FutureExt as _;
use graphql_server::{CommandError, Refusal, Rejection};
use idempotency::{Command, Done, Idempotency, Request};
use identity::{Caller, Permission};
use ids::{TenantId, VariantId, WarehouseId};
use serde::{Deserialize, Serialize};
use service::{CommandQueue, Deadline, QueueOptions};
use subgraph::Core;

use super::ledger::{Ledger, LedgerError};
use super::model::{Cause, Movement};
use super::record_movements::write_movements;
use super::store;
use crate::app::App;

const OPERATION: &str = "adjustStock";
const MAX_REASON_CHARS: usize = 255;

const QUEUE: QueueOptions = QueueOptions {
    name: "adjust_stock",
    capacity: 1_000,
    workers: 2,
    max_batch: 20,
};

/// The command, with its idempotency key.
pub struct AdjustStock {
    pub key: String,
    pub variant: String,
    /// `None` is the default warehouse.
    pub warehouse: Option<String>,
    pub delta: i32,
    pub reason: Option<String>,
}

/// The variant and its availability after the adjustment; a repeat gets the same reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdjustedStock {
    pub variant: VariantId,
    pub available: i32,
}

/// Why stock was not adjusted.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, async_graphql::Enum, thiserror::Error,
)]
#[graphql(name = "AdjustStockErrorCode")]
#[serde(rename_all = "snake_case")]
pub enum AdjustStockRefusal {
    /// The shop has no such variant.
    #[error("variant was not found")]
    VariantNotFound,
    /// The shop has no such warehouse.
    #[error("warehouse was not found")]
    WarehouseNotFound,
    /// More units would be removed than are neither reserved nor sold.
    #[error("the warehouse has too few units that are neither reserved nor sold")]
    WouldGoNegative,
    /// `delta` is zero: nothing would change.
    #[error("the change must not be zero units")]
    DeltaIsZero,
    /// The idempotency key was used with another input.
    #[error("the idempotency key was used with another input")]
    IdempotencyConflict,
}

impl Refusal for AdjustStockRefusal {
    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Self::VariantNotFound => "variantId",
            Self::WarehouseNotFound => "warehouseId",
            Self::WouldGoNegative | Self::DeltaIsZero => "delta",
            Self::IdempotencyConflict => "idempotencyKey",
        })
    }
}

type AdjustStockError = CommandError<AdjustStockRefusal>;

/// Queue of the adjustments of all tenants.
pub type AdjustQueue = CommandQueue<TenantId, Adjustment, Result<AdjustedStock, AdjustStockError>>;

/// Starts the workers that process adjustments, one at a time per tenant.
pub fn start_adjust_queue(core: &Core, idempotency: &Idempotency) -> AdjustQueue {
    let idempotency = idempotency.clone();
    CommandQueue::start(
        &core.tasks,
        QUEUE,
        move |_tenant, batch: Vec<Adjustment>| {
            let idempotency = idempotency.clone();
            async move {
                let mut results = Vec::with_capacity(batch.len());
                for adjustment in &batch {
                    results.push(adjust(&idempotency, adjustment).await);
                }
                results
            }
            .boxed()
        },
    )
}

async fn adjust(
    idempotency: &Idempotency,
    adjustment: &Adjustment,
) -> Result<AdjustedStock, AdjustStockError> {
    let outcome = idempotency
        .once(&adjustment.request, adjustment, adjustment.deadline)
        .await?;
    Ok(outcome.reply?)
}

/// Adjusts the units on hand, once per idempotency key.
pub async fn adjust_stock(
    app: &App,
    caller: &Caller,
    command: AdjustStock,
    deadline: Deadline,
) -> Result<AdjustedStock, AdjustStockError> {
    caller.require(Permission::StockAdjust)?;
    let input = (
        &command.variant,
        &command.warehouse,
        command.delta,
        &command.reason,
    );
    let request = Request::new(caller, OPERATION, command.key, &input)?;
    let reason = command.reason;
    if reason
        .as_ref()
        .is_some_and(|reason| reason.chars().count() > MAX_REASON_CHARS)
    {
        return Err(Rejection::bad_input("`reason` has at most 255 characters").into());
    }
    let adjustment = Adjustment {
        core: Core::clone(app),
        request,
        variant: command.variant.parse().ok(),
        warehouse: command.warehouse.map_or(AdjustedWarehouse::Default, |id| {
            AdjustedWarehouse::Named(id.parse().ok())
        }),
        delta: command.delta,
        reason,
        deadline,
    };
    let queue = &app.adjustments;
    queue
        .submit(caller.tenant_id(), adjustment, deadline)
        .await?
}

/// An adjustment whose caller has the permission. A malformed id matches nothing: it is `None`.
pub struct Adjustment {
    core: Core,
    request: Request,
    variant: Option<VariantId>,
    warehouse: AdjustedWarehouse,
    delta: i32,
    reason: Option<String>,
    deadline: Deadline,
}

/// Warehouse to adjust.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AdjustedWarehouse {
    Default,
    Named(Option<WarehouseId>),
}

impl Command for Adjustment {
    /// A repeat gets the refusal too, although the stock may have changed.
    type Reply = Result<AdjustedStock, AdjustStockRefusal>;
    type Refusal = AdjustStockRefusal;
    const CONFLICT: AdjustStockRefusal = AdjustStockRefusal::IdempotencyConflict;

    async fn run(&self, tx: &mut TenantTx<'_>) -> Result<Done<Self::Reply>, AdjustStockError> {
        if self.delta == 0 {
            // Refused regardless of the stock, so the key stays unused.
            return Err(AdjustStockRefusal::DeltaIsZero.into());
        }
        let (reply, movements) = match self.decide_on_locked_stock(tx).await? {
            Decision::Adjusted(adjusted, movements) => (Ok(adjusted), movements),
            Decision::Refused(refusal) => (Err(refusal), Vec::new()),
            Decision::TooLarge => {
                let rule = "the units of a variant must fit in 32 bits";
                return Err(Rejection::bad_input(rule).into());
            }
        };
        let cause = Cause {
            actor: &self.request.key.principal,
            reason: self.reason.as_deref(),
        };
        let traces = BTreeMap::new();
        let events = write_movements(&self.core, tx, &movements, cause, &traces).await?;
        Ok(Done { reply, events })
    }
}

impl Adjustment {
    async fn decide_on_locked_stock(&self, tx: &mut TenantTx<'_>) -> Result<Decision, StoreError> {
        let Some(variant) = self.variant else {
            return Ok(Decision::Refused(AdjustStockRefusal::VariantNotFound));
        };
        let mut ledger = Ledger::new(store::lock_levels(tx, &[variant]).await?);
        if !ledger.has_variant(variant) {
            return Ok(Decision::Refused(AdjustStockRefusal::VariantNotFound));
        }
        let Some(warehouse) = find_warehouse(tx, self.warehouse).await? else {
            return Ok(Decision::Refused(AdjustStockRefusal::WarehouseNotFound));
        };
        if ledger.open_level(variant, warehouse) {
            store::insert_level(tx, variant, warehouse).await?;
        }
        Ok(decide(ledger, variant, warehouse, self.delta))
    }
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

/// Decision on an adjustment.
#[derive(Debug, PartialEq, Eq)]
pub enum Decision {
    Adjusted(AdjustedStock, Vec<Movement>),
    Refused(AdjustStockRefusal),
    /// The units would not fit in 32 bits.
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
        Err(LedgerError::WouldGoNegative) => Decision::Refused(AdjustStockRefusal::WouldGoNegative),
        Err(LedgerError::TooLarge) => Decision::TooLarge,
        Err(LedgerError::UnknownLevel) => Decision::Refused(AdjustStockRefusal::WarehouseNotFound),
    }
}
