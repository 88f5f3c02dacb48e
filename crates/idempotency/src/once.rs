//! Commands that are one transaction.

use std::sync::Arc;

use database::{TenantDb, TenantTx};
use event_log::{EventLog, Recorded};
use graphql_server::{CommandError, Refusal};
use serde::Serialize;
use serde::de::DeserializeOwned;
use service::{Clock, Deadline};

use crate::leaders::Leaders;
use crate::store::{self, KeyState};
use crate::{Finished, Lead, Request, Turn, waiting};

/// Runs the idempotent commands of a subgraph. Clones share the keys that are in use.
#[derive(Clone)]
pub struct Idempotency {
    pub(crate) db: TenantDb,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) leaders: Leaders,
    log: EventLog,
}

/// A command that is one transaction, with an idempotency key.
pub trait Command: Sync {
    /// What is saved under the key. A repeat gets it as it was; for what must be current it has an id.
    type Reply: Serialize + DeserializeOwned + Send + Sync;
    /// Why the command is refused.
    type Refusal: Refusal;
    /// The refusal of a key that was used with another input.
    const CONFLICT: Self::Refusal;

    /// Reads, decides and writes. The caller of this function saves the reply and commits it with the events. After an
    /// error nothing is saved and the key stays unused; a refusal that a repeat must get is a reply.
    fn run(
        &self,
        tx: &mut TenantTx<'_>,
    ) -> impl Future<Output = Result<Done<Self::Reply>, CommandError<Self::Refusal>>> + Send;
}

/// What a command has done in its transaction.
pub struct Done<T> {
    /// The reply to save under the key.
    pub reply: T,
    /// The events of the command.
    pub events: Vec<Recorded>,
}

/// The reply of a command.
pub struct Outcome<T> {
    /// The saved reply.
    pub reply: T,
    /// Present if this request has run the command. Concurrent repeats wait until it is dropped.
    pub first: Option<Lead>,
}

/// How one attempt to run a command ended.
enum Attempt<T> {
    /// The command was run and its reply is saved.
    Ran(T),
    /// The key was used before.
    Used(KeyState<T>),
}

impl Idempotency {
    /// The commands of a subgraph, which are transactions of `db`.
    pub fn new(db: TenantDb, log: EventLog, clock: Arc<dyn Clock>) -> Self {
        Self {
            db,
            clock,
            leaders: Leaders::default(),
            log,
        }
    }

    /// Runs the command, or returns the reply that is saved under the key of the request. Waits while another request with
    /// the key runs, at most until the deadline.
    pub async fn once<C: Command>(
        &self,
        request: &Request,
        command: &C,
        deadline: Deadline,
    ) -> Result<Outcome<C::Reply>, CommandError<C::Refusal>> {
        loop {
            let lead = match self.leaders.enter(request) {
                Turn::Lead(lead) => lead,
                Turn::Follow(leader) => {
                    leader.finished(deadline).await?;
                    continue;
                }
            };
            let (reply, first) = match database::retry(|| self.attempt(request, command)).await? {
                Attempt::Ran(reply) => (reply, Some(lead)),
                Attempt::Used(KeyState::Finished(reply)) => (reply, None),
                Attempt::Used(KeyState::Conflict) => return Err(C::CONFLICT.into()),
                Attempt::Used(KeyState::Unused | KeyState::Running) => {
                    waiting::pause(deadline).await?;
                    continue;
                }
            };
            return Ok(Outcome { reply, first });
        }
    }

    async fn attempt<C: Command>(
        &self,
        request: &Request,
        command: &C,
    ) -> Result<Attempt<C::Reply>, CommandError<C::Refusal>> {
        let mut tx = self.db.write(request.tenant).await?;
        if !store::insert_unless_running(&mut tx, request, self.clock.now()).await? {
            let state = store::find_key_state(&mut tx, request).await?;
            tx.rollback().await?;
            return Ok(Attempt::Used(state));
        }
        let done = match command.run(&mut tx).await {
            Ok(done) => done,
            Err(error) => {
                // Frees the key now rather than at the connection's next use.
                tx.rollback().await?;
                return Err(error);
            }
        };
        let finished = Finished {
            key: &request.key,
            subject: None,
            reply: &done.reply,
        };
        store::finish(&mut tx, &[finished], self.clock.now()).await?;
        self.log.commit(tx, done.events).await?;
        Ok(Attempt::Ran(done.reply))
    }
}
