//! The steps of a claimed placement: hold, authorise, settle. They run in a task of their own, so that a client that
//! disconnects does not leave an unfinished saga.

use std::sync::Arc;
use std::time::Duration;

use graphql_server::{CommandError, Failure};
use idempotency::Key;
use ids::TenantId;
use internal_api::inventory::HoldResponse;
use service::{Deadline, deadlines};

use super::model::{OrderDraft, OrderRequest, Payment, PaymentOutcome, Refusal};
use super::outcome::{PlaceOrderError, PlacedOrder};
use super::settle_placements::{Settled, Settlement, Verdict};
use crate::app::App;
use crate::checkpoint::Checkpoint;
use crate::payment_provider::{Authorization, PaymentKey};
use crate::placements::{self, Abandonment, UNDO_DUE, Undo};

/// Part of the request's budget that is reserved for settling when a provider is slow.
const SETTLE_BUDGET: Duration = Duration::from_millis(1_500);
const DECLINED: &str = "payment was declined";
const ABANDONED: &str = "placement was abandoned";

/// A placement whose idempotency key and saga are saved.
pub struct ClaimedPlacement {
    pub app: Arc<App>,
    pub tenant: TenantId,
    pub key: Key,
    pub request: OrderRequest,
    pub draft: Arc<OrderDraft>,
    pub deadline: Deadline,
}

/// The saga passed its deadline: a sweeper has begun to undo it, or catalog has ended its hold.
#[derive(Debug, thiserror::Error)]
#[error("the saga exceeded its deadline")]
struct DeadlineExceeded;

impl From<DeadlineExceeded> for PlaceOrderError {
    fn from(error: DeadlineExceeded) -> Self {
        Failure::unavailable(error).into()
    }
}

impl ClaimedPlacement {
    /// Runs the saga to its answer.
    pub async fn run(self) -> Result<PlacedOrder, PlaceOrderError> {
        self.app.reached(Checkpoint::Claimed).await;
        let answer = self.steps().await;
        match &answer {
            // Settled: the order or the refusal is saved.
            Ok(_) | Err(CommandError::Refused(_)) => {}
            Err(CommandError::Failed(_)) => self.abandon().await,
        }
        answer
    }

    async fn steps(&self) -> Result<PlacedOrder, PlaceOrderError> {
        let lines = self.draft.hold_lines();
        let held = self
            .app
            .stock
            .hold(self.tenant, self.draft.id, &lines, self.deadline)
            .await
            .map_err(Failure::unavailable)?;
        match held {
            HoldResponse::Held => {}
            HoldResponse::OutOfStock { shortages } => {
                let refusals = self.request.out_of_stock(&shortages);
                return Err(self.refuse(refusals, None).await);
            }
            HoldResponse::Ended => return Err(DeadlineExceeded.into()),
        }
        self.app.reached(Checkpoint::StockHeld).await;

        let authorized = self.authorize().await;
        self.app.reached(Checkpoint::PaymentAsked).await;
        let Ok(payment) = authorized else {
            let refusals = vec![Refusal::PaymentDeclined];
            return Err(self.refuse(refusals, Some(DECLINED)).await);
        };
        match self.settle(Verdict::Place(payment)).await? {
            Settled::Placed(order) => {
                let lines = Arc::new(self.draft.lines.clone());
                Ok(PlacedOrder {
                    order: Arc::new(*order),
                    lines,
                })
            }
            Settled::Refused | Settled::DeadlineExceeded => Err(DeadlineExceeded.into()),
        }
    }

    async fn authorize(&self) -> Result<PaymentOutcome, Declined> {
        let Payment::Card { token } = &self.request.payment else {
            return Ok(PaymentOutcome::NotNeeded);
        };
        let budget = self.deadline.remaining().saturating_sub(SETTLE_BUDGET);
        let timeout = budget.min(self.app.checkout.settings.payment_timeout);
        let key = PaymentKey {
            tenant: self.tenant,
            order: self.draft.id,
        };
        let authorized = self.app.payments.authorize(key, self.draft.total, token);
        match tokio::time::timeout(timeout, authorized).await {
            Ok(Ok(Authorization::Authorized)) => Ok(PaymentOutcome::Authorized),
            Ok(Ok(Authorization::Declined)) => Err(Declined),
            // The payment may or may not be authorised: the order stays pending until the provider's state is known.
            Ok(Err(error)) => {
                tracing::warn!(
                    order.id = %self.draft.id,
                    error = %service::log::chain(&error),
                    "payment state unknown: the sweeper polls the provider"
                );
                Ok(PaymentOutcome::Unanswered)
            }
            Err(_elapsed) => Ok(PaymentOutcome::Unanswered),
        }
    }

    /// Saves the refusal and undoes the placement if needed. Returns the error for the client.
    async fn refuse(&self, refusals: Vec<Refusal>, undo: Option<&'static str>) -> PlaceOrderError {
        let verdict = match undo {
            Some(reason) => Verdict::RefuseAndUndo(refusals.clone(), reason),
            None => Verdict::Refuse(refusals.clone()),
        };
        match self.settle(verdict).await {
            Ok(Settled::Refused) => {}
            Ok(Settled::Placed(_) | Settled::DeadlineExceeded) => {
                return DeadlineExceeded.into();
            }
            Err(error) => return error,
        }
        if let Some(reason) = undo {
            self.undo(reason).await;
        }
        CommandError::Refused(refusals)
    }

    async fn settle(&self, verdict: Verdict) -> Result<Settled, PlaceOrderError> {
        let settlement = Settlement {
            draft: Arc::clone(&self.draft),
            key: self.key.clone(),
            verdict,
            trace: service::trace::current(),
        };
        let queue = &self.app.checkout.settlements;
        let settled = queue.submit(self.tenant, settlement, self.deadline);
        Ok(settled.await??)
    }

    /// Gives up the saga and undoes the placement. The sweeper does what fails here. An order that has been settled after
    /// all stays: only a `STARTED` saga is given up.
    async fn abandon(&self) {
        let abandonment = Abandonment {
            key: Some(&self.key),
            attempts: None,
            due_at: self.app.now() + UNDO_DUE,
        };
        let undo = self.undo_of(ABANDONED);
        match placements::abandon_placement(&self.app, self.tenant, &undo, abandonment).await {
            Ok(true) => self.undo(ABANDONED).await,
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(
                    order.id = %self.draft.id,
                    error = %service::log::chain(&error),
                    "undoing a placement deferred to the sweeper"
                );
            }
        }
    }

    async fn undo(&self, reason: &'static str) {
        let deadline = Deadline::after(deadlines::INTERNAL_CALL);
        placements::undo_or_defer(&self.app, self.tenant, &self.undo_of(reason), deadline).await;
    }

    fn undo_of(&self, reason: &str) -> Undo {
        Undo {
            order: self.draft.id,
            has_payment: self.draft.payment_method.takes_payment(),
            reason: reason.to_owned(),
        }
    }
}

/// The provider declined the payment.
struct Declined;
