//! A provider whose results depend on the token, for development and tests.
//!
//! It behaves like an outside system: it has its own ledger (table `scripted_payments`), survives restarts of this
//! service and returns the same results to every process. `tok_ok` is authorised; `tok_timeout` is authorised but the
//! call never returns; `tok_timeout_declined` is declined and the call never returns; every other token is declined.

mod store;

use std::sync::Arc;

use async_trait::async_trait;
use database::{StoreError, TenantDb};
use money::Money;
use service::Clock;

use super::{Authorization, NoAnswer, PaymentKey, PaymentProvider, PaymentState};

/// The scripted provider.
pub struct ScriptedProvider {
    db: TenantDb,
    clock: Arc<dyn Clock>,
}

/// Behaviour of the provider for a token.
struct Script {
    decision: PaymentState,
    answers: bool,
}

impl Script {
    fn of(token: &str) -> Self {
        let (decision, answers) = match token {
            "tok_ok" => (PaymentState::Authorized, true),
            "tok_timeout" => (PaymentState::Authorized, false),
            "tok_timeout_declined" => (PaymentState::Declined, false),
            _ => (PaymentState::Declined, true),
        };
        Self { decision, answers }
    }
}

impl ScriptedProvider {
    /// A provider with its ledger in the given database.
    pub fn new(db: TenantDb, clock: Arc<dyn Clock>) -> Self {
        Self { db, clock }
    }

    async fn decide(
        &self,
        key: PaymentKey,
        amount: Money,
        decision: PaymentState,
    ) -> Result<PaymentState, StoreError> {
        let mut tx = self.db.write(key.tenant).await?;
        let now = self.clock.now();
        let state =
            store::insert_payment(&mut tx, &key.idempotency_key(), decision, amount, now).await?;
        tx.commit().await?;
        Ok(state)
    }
}

#[async_trait]
impl PaymentProvider for ScriptedProvider {
    async fn authorize(
        &self,
        key: PaymentKey,
        amount: Money,
        token: &str,
    ) -> Result<Authorization, NoAnswer> {
        let script = Script::of(token);
        let state = self
            .decide(key, amount, script.decision)
            .await
            .map_err(no_answer)?;
        if !script.answers {
            return std::future::pending().await;
        }
        match state {
            PaymentState::Authorized => Ok(Authorization::Authorized),
            PaymentState::Declined
            | PaymentState::Voided
            | PaymentState::Pending
            | PaymentState::Unknown => Ok(Authorization::Declined),
        }
    }

    async fn status(&self, key: PaymentKey) -> Result<PaymentState, NoAnswer> {
        let read = async {
            let mut tx = self.db.write(key.tenant).await?;
            let state = store::find_state(&mut tx, &key.idempotency_key()).await?;
            tx.commit().await?;
            Ok::<_, StoreError>(state.unwrap_or(PaymentState::Unknown))
        };
        read.await.map_err(no_answer)
    }

    async fn void(&self, key: PaymentKey) -> Result<(), NoAnswer> {
        let write = async {
            let mut tx = self.db.write(key.tenant).await?;
            store::upsert_void(&mut tx, &key.idempotency_key(), self.clock.now()).await?;
            tx.commit().await
        };
        write.await.map_err(no_answer)
    }
}

fn no_answer(error: StoreError) -> NoAnswer {
    NoAnswer(Box::new(error))
}
