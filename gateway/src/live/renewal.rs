//! Revalidates subscriptions when the API schema changes.
//!
//! Subscriptions that are still valid continue from their position under the new schema; the others end with an
//! error.

use std::sync::Arc;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::channels::Channels;
use crate::schema::ApiSchema;

/// Renews all groups at every change of the schema.
pub async fn watch(
    channels: Arc<Channels>,
    mut schema: watch::Receiver<Arc<ApiSchema>>,
    stopping: CancellationToken,
) {
    loop {
        let api = tokio::select! {
            changed = schema.changed() => match changed {
                Ok(()) => Arc::clone(&schema.borrow_and_update()),
                Err(_) => return,
            },
            () = stopping.cancelled() => return,
        };
        for channel in channels.in_use() {
            channel.renew(&api);
            tokio::task::yield_now().await;
        }
    }
}
