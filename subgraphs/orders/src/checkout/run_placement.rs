//! The steps of a claimed placement: hold, authorise, settle. It runs apart from the request, so that a client who
//! leaves does not leave a saga behind.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use ids::TenantId;
use internal_api::inventory::HoldResponse;
use service::{Deadline, deadlines};

use super::model::{OrderDraft, OrderRequest, Payment, PaymentOutcome, Refusal};
use super::place_order::{PlaceOrderError, PlacedOrder, unavailable};
use super::settle_placements::{Settled, Settlement, Verdict};
use crate::app::App;
use crate::checkpoint::Checkpoint;
use crate::idempotency::{self, KeyScope};
use crate::payment_provider::{Authorization, PaymentKey};
use crate::placements::{self, Step, Undo};

/// Time that is kept for settling when a provider is slow.
const SETTLE_BUDGET: Duration = Duration::from_millis(1_500);
const DECLINED: &str = "payment was declined";
const GIVEN_UP: &str = "placement was given up";
/// The request gives stock and payment back itself; after this time a sweeper does.
const UNDO_DUE: TimeDelta = TimeDelta::seconds(5);

/// A placement whose key is taken and whose saga is saved.
pub struct ClaimedPlacement {
    pub app: Arc<App>,
    pub tenant: TenantId,
    pub scope: KeyScope,
    pub request: OrderRequest,
    pub draft: Arc<OrderDraft>,
    pub deadline: Deadline,
}

/// A sweeper has begun to undo the saga, or catalog has ended its hold.
#[derive(Debug, thiserror::Error)]
#[error("the saga was past its deadline")]
struct Overtaken;

impl ClaimedPlacement {
    /// Runs the saga to its answer.
    pub async fn run(self) -> Result<PlacedOrder, PlaceOrderError> {
        self.app.checkout.reached(Checkpoint::Claimed).await;
        let answer = self.steps().await;
        match &answer {
            // Settled for good, one way or the other.
            Ok(_) | Err(PlaceOrderError::Refused(_)) => {}
            Err(_) => self.give_up().await,
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
            .map_err(unavailable)?;
        match held {
            HoldResponse::Held => {}
            HoldResponse::OutOfStock { shortages } => {
                let refusals = self.request.out_of_stock(&shortages);
                return Err(self.refuse(refusals, None).await);
            }
            HoldResponse::Ended => return Err(unavailable(Overtaken)),
        }
        self.app.checkout.reached(Checkpoint::StockHeld).await;

        let authorized = self.authorize().await;
        self.app.checkout.reached(Checkpoint::PaymentAsked).await;
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
            Settled::Refused | Settled::Overtaken => Err(unavailable(Overtaken)),
        }
    }

    async fn authorize(&self) -> Result<PaymentOutcome, Declined> {
        let Payment::Card { token } = &self.request.payment else {
            return Ok(PaymentOutcome::NotNeeded);
        };
        let left = self.deadline.remaining().saturating_sub(SETTLE_BUDGET);
        let patience = left.min(self.app.checkout.settings.payment_timeout);
        let key = PaymentKey {
            tenant: self.tenant,
            order: self.draft.id,
        };
        let asked = self.app.payments.authorize(key, self.draft.total, token);
        match tokio::time::timeout(patience, asked).await {
            Ok(Ok(Authorization::Authorized)) => Ok(PaymentOutcome::Authorized),
            Ok(Ok(Authorization::Declined)) => Err(Declined),
            // It may have taken the money or not: the order waits until the provider tells.
            Ok(Err(error)) => {
                tracing::warn!(order.id = %self.draft.id, error = %error, "payment is unknown");
                Ok(PaymentOutcome::Unanswered)
            }
            Err(_elapsed) => Ok(PaymentOutcome::Unanswered),
        }
    }

    /// Saves the refusal and gives back what is held; returns what to answer.
    async fn refuse(&self, refusals: Vec<Refusal>, undo: Option<&'static str>) -> PlaceOrderError {
        let verdict = match undo {
            Some(reason) => Verdict::RefuseAndUndo(refusals.clone(), reason),
            None => Verdict::Refuse(refusals.clone()),
        };
        match self.settle(verdict).await {
            Ok(Settled::Refused) => {}
            Ok(Settled::Placed(_) | Settled::Overtaken) => return unavailable(Overtaken),
            Err(error) => return error,
        }
        if let Some(reason) = undo {
            self.undo(reason).await;
        }
        PlaceOrderError::Refused(refusals)
    }

    async fn settle(&self, verdict: Verdict) -> Result<Settled, PlaceOrderError> {
        let settlement = Settlement {
            draft: Arc::clone(&self.draft),
            scope: self.scope.clone(),
            verdict,
            trace: service::trace::current(),
        };
        let queue = &self.app.checkout.settlements;
        let settled = queue.submit(self.tenant, settlement, self.deadline).await;
        Ok(settled.map_err(unavailable)??)
    }

    /// Makes sure that no order comes of it, frees the key and gives everything back. Whatever of this fails, the
    /// sweeper does. An order that was settled after all stays: the mark goes only on a saga at its start.
    async fn give_up(&self) {
        match self.mark_given_up().await {
            Ok(true) => {
                self.app.checkout.reached(Checkpoint::GivenUp).await;
                self.undo(GIVEN_UP).await;
            }
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(order.id = %self.draft.id, error = %error, "placement is undone later");
            }
        }
    }

    async fn mark_given_up(&self) -> Result<bool, database::StoreError> {
        let undo = self.undo_of(GIVEN_UP);
        let due_at = self.app.now() + UNDO_DUE;
        let mut tx = self.app.checkout.db.write(self.tenant).await?;
        let marked =
            placements::update_to_undoing(&mut tx, &undo, Step::Started, None, due_at).await?;
        if marked {
            idempotency::delete_running_key(&mut tx, &self.scope, self.draft.id).await?;
        }
        tx.commit().await?;
        Ok(marked)
    }

    async fn undo(&self, reason: &'static str) {
        let deadline = Deadline::after(deadlines::INTERNAL_CALL);
        let undo = self.undo_of(reason);
        let undone = placements::undo_placement(&self.app, self.tenant, &undo, deadline);
        match deadline.run(undone).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::warn!(order.id = %self.draft.id, error = %error, "placement is undone later");
            }
            Err(_over) => tracing::warn!(order.id = %self.draft.id, "placement is undone later"),
        }
    }

    fn undo_of(&self, reason: &str) -> Undo {
        Undo {
            order: self.draft.id,
            has_payment: self.draft.payment_method.takes_payment(),
            reason: reason.to_owned(),
        }
    }
}

/// The provider refuses the payment.
struct Declined;
