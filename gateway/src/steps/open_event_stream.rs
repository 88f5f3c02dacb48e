//! Hands a request that wants Server-Sent Events to the subscriptions.

use std::sync::Arc;

use http::request::Parts;

use super::send_answer::Answer;
use crate::app::App;
use crate::principal::Principal;
use crate::router_client::GraphqlRequest;
use crate::subscriptions;

/// Where a client that comes back says what it has seen.
const LAST_EVENT_ID: &str = "last-event-id";

/// The stream, or a refusal in its form.
pub async fn open_event_stream(
    app: &Arc<App>,
    parts: &Parts,
    principal: Principal,
    request: GraphqlRequest,
) -> Answer {
    let last_event_id = parts
        .headers
        .get(LAST_EVENT_ID)
        .and_then(|value| value.to_str().ok())
        .filter(|cursor| !cursor.is_empty())
        .map(ToOwned::to_owned);
    let request = (&parts.method, request);
    Answer::Events(subscriptions::sse(Arc::clone(app), principal, request, last_event_id).await)
}
