//! The keys of commands that are sagas: claimed with the first row of the saga, finished with its last answer, freed when
//! the saga was undone.

use chrono::{DateTime, Utc};
use database::{StoreError, TenantTx};
use graphql_server::Failure;
use serde::de::DeserializeOwned;
use service::Deadline;
use uuid::Uuid;

use crate::store::{self, KeyState};
use crate::{Idempotency, Request, Turn, waiting};

/// Outcome of the claim of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claimed {
    /// The key was free and is inserted.
    Now,
    /// The key was claimed for the same subject: an earlier attempt was committed although its answer was lost.
    Before,
    /// The key was used before.
    No,
}

/// What is saved under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SavedReply<T> {
    /// The key is unused.
    None,
    /// The key was used with another input.
    Conflict,
    /// The command has finished with this reply.
    Found(T),
}

impl Idempotency {
    /// Registers the request as the one that runs the command of its key in this process, or follows the one that does.
    pub fn turn(&self, request: &Request) -> Turn {
        self.leaders.enter(request)
    }

    /// The reply that is saved under the key of the request. Waits while the command runs, in another process or without a
    /// request, at most until the deadline.
    pub async fn saved_reply<T: DeserializeOwned>(
        &self,
        request: &Request,
        deadline: Deadline,
    ) -> Result<SavedReply<T>, Failure> {
        loop {
            let snapshot = self.db.command_snapshot(request.tenant);
            let state = store::find_key_state(&mut snapshot.lock().await?, request).await?;
            snapshot.finish().await?;
            match state {
                KeyState::Unused => return Ok(SavedReply::None),
                KeyState::Conflict => return Ok(SavedReply::Conflict),
                KeyState::Finished(reply) => return Ok(SavedReply::Found(reply)),
                KeyState::Running => waiting::pause(deadline).await?,
            }
        }
    }
}

/// Claims the keys of requests for the subjects of their sagas. Returns one outcome per request.
pub async fn claim(
    tx: &mut TenantTx<'_>,
    claims: &[(&Request, Uuid)],
    now: DateTime<Utc>,
) -> Result<Vec<Claimed>, StoreError> {
    let inserted = store::insert_claims(tx, claims, now).await?;
    let earlier = if inserted.len() == claims.len() {
        Vec::new()
    } else {
        store::list_subjects(tx, claims).await?
    };
    Ok(claims
        .iter()
        .map(|(_, subject)| match subject {
            subject if inserted.contains(subject) => Claimed::Now,
            subject if earlier.contains(subject) => Claimed::Before,
            _ => Claimed::No,
        })
        .collect())
}
