//! Places an order.

use std::sync::Arc;
use std::time::Duration;

use identity::Caller;
use ids::{CustomerId, TenantId};
use service::Deadline;
use tokio::sync::oneshot;

use super::model::{self, MAX_LINES, OrderDraft, OrderInput, OrderRequest, PriceError, Refusal};
use super::outcome::{MUTATION, PlaceOrderError, PlaceOrderReply, PlacedOrder, unavailable};
use super::run_placement::ClaimedPlacement;
use crate::app::App;
use crate::idempotency::{self, Fingerprint, KeyScope, KeyState, Lead, Turn};
use crate::orders;
use crate::placements::{Claim, ClaimOutcome};

/// Interval between two polls of a key that another process holds.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// The command, with its idempotency key.
pub struct PlaceOrder {
    pub key: String,
    pub input: OrderInput,
}

#[derive(Debug, thiserror::Error)]
#[error("an earlier request with the key did not finish in time")]
struct StillRunning;

pub async fn place_order(
    app: &Arc<App>,
    caller: &Caller,
    command: PlaceOrder,
    deadline: Deadline,
) -> Result<PlacedOrder, PlaceOrderError> {
    let scope = KeyScope::new(caller.principal(), MUTATION, command.key)?;
    let fingerprint = Fingerprint::of(&command.input)?;
    if command.input.lines.len() > MAX_LINES {
        return Err(PlaceOrderError::TooManyLines);
    }
    if !command
        .input
        .payment_token
        .as_deref()
        .is_none_or(model::is_one_line)
    {
        return Err(PlaceOrderError::InvalidToken);
    }
    let request = model::validate(&command.input).map_err(PlaceOrderError::Refused)?;
    let attempt = Attempt {
        app: Arc::clone(app),
        tenant: caller.tenant_id(),
        customer: caller.customer(),
        scope,
        fingerprint,
        request,
        deadline,
    };
    loop {
        match attempt
            .app
            .checkout
            .in_flight
            .enter(attempt.tenant, &attempt.scope)
        {
            Turn::Lead(lead) => return attempt.lead(lead).await,
            Turn::Follow(mut leader) => {
                // The channel closes, with an error, when the leader has finished.
                if deadline.run(leader.changed()).await.is_err() {
                    return Err(unavailable(StillRunning));
                }
                if let Some(answer) = attempt.saved_answer().await? {
                    return answer;
                }
            }
        }
    }
}

/// One request's attempt to place an order.
struct Attempt {
    app: Arc<App>,
    tenant: TenantId,
    customer: Option<CustomerId>,
    scope: KeyScope,
    fingerprint: Fingerprint,
    request: OrderRequest,
    deadline: Deadline,
}

type Answer = Result<PlacedOrder, PlaceOrderError>;

impl Attempt {
    /// Runs the command of the key, unless another process has run it or is running it.
    async fn lead(self, lead: Lead) -> Answer {
        loop {
            let draft = match self.price().await {
                Ok(draft) => Arc::new(draft),
                // A repeat gets the first answer, even if catalog is unavailable or the variant was removed since.
                Err(error) => return self.saved_answer().await?.unwrap_or(Err(error)),
            };
            match self.claim(&draft).await? {
                ClaimOutcome::Claimed => return self.run(draft, lead).await,
                ClaimOutcome::Used(_) => {
                    if let Some(answer) = self.saved_answer().await? {
                        return answer;
                    }
                }
            }
        }
    }

    async fn price(&self) -> Result<OrderDraft, PlaceOrderError> {
        let variants = self.request.variants();
        let priced = self
            .app
            .stock
            .prices(self.tenant, &variants, self.deadline)
            .await;
        self.request
            .price(priced.map_err(unavailable)?, self.customer, &*self.app.ids)
            .map_err(|error| match error {
                PriceError::Refused(refusals) => PlaceOrderError::Refused(refusals),
                PriceError::Money(_) => PlaceOrderError::Prices(error),
            })
    }

    async fn claim(&self, draft: &OrderDraft) -> Result<ClaimOutcome, PlaceOrderError> {
        let claim = Claim {
            order: draft.id,
            scope: self.scope.clone(),
            fingerprint: self.fingerprint,
            has_payment: draft.payment_method.takes_payment(),
            due_at: self.app.now() + self.app.checkout.settings.saga_deadline,
        };
        let claims = &self.app.checkout.claims;
        let claimed = claims.submit(self.tenant, claim, self.deadline).await;
        Ok(claimed.map_err(unavailable)??)
    }

    /// Runs the saga in a task of its own. The lead moves into the task, so that requests that wait for the key wait
    /// for the saga and not for this client.
    async fn run(self, draft: Arc<OrderDraft>, lead: Lead) -> Answer {
        let (answer, received) = oneshot::channel();
        let tasks = self.app.tasks.clone();
        let placement = ClaimedPlacement {
            app: self.app,
            tenant: self.tenant,
            scope: self.scope,
            request: self.request,
            draft,
            deadline: self.deadline,
        };
        tasks.spawn("place order", async move {
            let placed = placement.run().await;
            drop(lead);
            if answer.send(placed).is_err() {
                tracing::debug!("client disconnected before the order was placed");
            }
        });
        received
            .await
            .unwrap_or_else(|closed| Err(unavailable(closed)))
    }

    /// The answer of the key's first request. Waits while that request runs in another process. Returns `None` when the
    /// key is free.
    async fn saved_answer(&self) -> Result<Option<Answer>, PlaceOrderError> {
        loop {
            let snapshot = self.app.db.command_snapshot(self.tenant);
            let saved = idempotency::find_key(&mut snapshot.lock().await?, &self.scope).await?;
            let answer = match saved.map(|saved| saved.state_for(self.fingerprint)) {
                None => Some(None),
                Some(KeyState::Conflict) => Some(Some(Err(PlaceOrderError::Refused(vec![
                    Refusal::IdempotencyConflict,
                ])))),
                Some(KeyState::Finished(reply)) => Some(Some(
                    render(serde_json::from_value(reply)?, &snapshot).await?,
                )),
                Some(KeyState::Running(_)) => None,
            };
            snapshot.finish().await?;
            if let Some(answer) = answer {
                return Ok(answer);
            }
            if self.deadline.remaining() <= POLL_INTERVAL {
                return Err(unavailable(StillRunning));
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }
}

/// The answer for a saved reply, with the order in its current state.
async fn render(
    reply: PlaceOrderReply,
    snapshot: &database::ReadSnapshot,
) -> Result<Answer, PlaceOrderError> {
    let order = match reply {
        PlaceOrderReply::Placed { order } => order,
        PlaceOrderReply::Refused { refusals } => {
            return Ok(Err(PlaceOrderError::Refused(refusals)));
        }
    };
    let mut guard = snapshot.lock().await?;
    let found = orders::load_orders_by_ids(&mut guard, &[order])
        .await?
        .remove(&order);
    let lines = orders::load_lines_by_orders(&mut guard, &[order])
        .await?
        .remove(&order);
    let Some(found) = found else {
        let missing = format!("reply names order {order}, which does not exist");
        return Err(unavailable(std::io::Error::other(missing)));
    };
    Ok(Ok(PlacedOrder {
        order: Arc::new(found),
        lines: Arc::new(lines.unwrap_or_default()),
    }))
}
