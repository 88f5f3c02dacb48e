//! Places an order.

use std::sync::Arc;

use database::StoreError;
use graphql_server::{CommandError, Failure, Rejection};
use idempotency::{Claimed, Lead, Request, SavedReply, Turn};
use identity::Caller;
use ids::{CustomerId, OrderId};
use service::Deadline;
use tokio::sync::oneshot;

use super::model::{self, MAX_LINES, OrderDraft, OrderInput, OrderRequest, PriceError, Refusal};
use super::outcome::{PlaceOrderError, PlaceOrderReply, PlacedOrder};
use super::run_placement::ClaimedPlacement;
use crate::app::App;
use crate::orders;
use crate::placements::{Claim, OPERATION};

/// The command, with its idempotency key.
pub struct PlaceOrder {
    pub key: String,
    pub input: OrderInput,
}

pub async fn place_order(
    app: &Arc<App>,
    caller: &Caller,
    command: PlaceOrder,
    deadline: Deadline,
) -> Answer {
    let request = Request::new(caller, OPERATION, command.key, &command.input)?;
    check_limits(&command.input)?;
    let order = model::validate(&command.input).map_err(CommandError::Refused)?;
    let attempt = Attempt {
        app: Arc::clone(app),
        customer: caller.customer(),
        request,
        order,
        deadline,
    };
    loop {
        match app.idempotency.turn(&attempt.request) {
            Turn::Lead(lead) => return attempt.lead(lead).await,
            Turn::Follow(leader) => {
                leader.finished(deadline).await?;
                if let Some(answer) = attempt.saved_answer().await? {
                    return answer;
                }
            }
        }
    }
}

fn check_limits(input: &OrderInput) -> Result<(), Rejection> {
    if input.lines.len() > MAX_LINES {
        let limit = format!("an order has at most {MAX_LINES} lines");
        return Err(Rejection::bad_input(limit));
    }
    let token = input.payment_token.as_deref();
    if !token.is_none_or(model::is_one_line) {
        let rule = "a payment token has at most 255 characters, none of them a control character";
        return Err(Rejection::bad_input(rule));
    }
    Ok(())
}

/// One request's attempt to place an order.
struct Attempt {
    app: Arc<App>,
    customer: Option<CustomerId>,
    request: Request,
    order: OrderRequest,
    deadline: Deadline,
}

type Answer = Result<PlacedOrder, PlaceOrderError>;

/// A saved reply names an order that does not exist.
#[derive(Debug, thiserror::Error)]
#[error("the order of a saved reply does not exist")]
struct OrderMissing;

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
                Claimed::Now | Claimed::Before => return self.run(draft, lead).await,
                Claimed::No => {
                    if let Some(answer) = self.saved_answer().await? {
                        return answer;
                    }
                }
            }
        }
    }

    async fn price(&self) -> Result<OrderDraft, PlaceOrderError> {
        let stock = &self.app.stock;
        let variants = self.order.variants();
        let priced = stock
            .prices(self.request.tenant, &variants, self.deadline)
            .await
            .map_err(Failure::unavailable)?;
        self.order
            .price(priced, self.customer, &*self.app.ids)
            .map_err(|error| match error {
                PriceError::Refused(refusals) => CommandError::Refused(refusals),
                PriceError::Money(_) => Failure::internal(error).into(),
            })
    }

    async fn claim(&self, draft: &OrderDraft) -> Result<Claimed, PlaceOrderError> {
        let claim = Claim {
            order: draft.id,
            request: self.request.clone(),
            has_payment: draft.payment_method.takes_payment(),
            due_at: self.app.now() + self.app.checkout.settings.saga_deadline,
        };
        let claims = &self.app.checkout.claims;
        let claimed = claims.submit(self.request.tenant, claim, self.deadline);
        Ok(claimed.await??)
    }

    /// Runs the saga in a task of its own. The lead moves into the task, so that requests that wait for the key wait
    /// for the saga and not for this client.
    async fn run(self, draft: Arc<OrderDraft>, lead: Lead) -> Answer {
        let (answer, received) = oneshot::channel();
        let tasks = self.app.tasks.clone();
        let placement = ClaimedPlacement {
            app: self.app,
            tenant: self.request.tenant,
            key: self.request.key,
            request: self.order,
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
        received.await.map_err(Failure::unavailable)?
    }

    /// The answer of the key's first request. Waits while that request runs in another process. Returns `None` when the
    /// key is free.
    async fn saved_answer(&self) -> Result<Option<Answer>, Failure> {
        let keys = &self.app.idempotency;
        let saved = keys.saved_reply(&self.request, self.deadline).await?;
        Ok(match saved {
            SavedReply::None => None,
            SavedReply::Conflict => Some(refused(vec![Refusal::IdempotencyConflict])),
            SavedReply::Found(PlaceOrderReply::Refused { refusals }) => Some(refused(refusals)),
            SavedReply::Found(PlaceOrderReply::Placed { order }) => {
                Some(Ok(self.find_placed(order).await?))
            }
        })
    }

    /// The order of a saved reply, in its current state.
    async fn find_placed(&self, id: OrderId) -> Result<PlacedOrder, StoreError> {
        let snapshot = self.app.db.command_snapshot(self.request.tenant);
        let mut guard = snapshot.lock().await?;
        let mut orders = orders::load_orders_by_ids(&mut guard, &[id]).await?;
        let mut lines = orders::load_lines_by_orders(&mut guard, &[id]).await?;
        drop(guard);
        snapshot.finish().await?;
        let order = orders.remove(&id).ok_or(OrderMissing);
        Ok(PlacedOrder {
            order: Arc::new(order.map_err(StoreError::inconsistent)?),
            lines: Arc::new(lines.remove(&id).unwrap_or_default()),
        })
    }
}

fn refused(refusals: Vec<Refusal>) -> Answer {
    Err(CommandError::Refused(refusals))
}
