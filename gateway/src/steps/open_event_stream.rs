//! Hands a request that wants a stream to the subscriptions.

use std::sync::Arc;

use http::request::Parts;

use super::negotiate_answer::StreamForm;
use super::send_answer::Answer;
use crate::app::App;
use crate::principal::Principal;
use crate::router_client::GraphqlRequest;
use crate::subscriptions::answer_stream;
use crate::subscriptions::multipart::Multipart;
use crate::subscriptions::sse::Sse;

/// Where a client that comes back says what it has seen.
const LAST_EVENT_ID: &str = "last-event-id";

/// The stream, or a refusal in its form.
pub async fn open_event_stream(
    app: &Arc<App>,
    parts: &Parts,
    form: StreamForm,
    principal: Principal,
    request: GraphqlRequest,
) -> Answer {
    let last_event_id = parts
        .headers
        .get(LAST_EVENT_ID)
        .and_then(|value| value.to_str().ok())
        .filter(|cursor| !cursor.is_empty())
        .map(ToOwned::to_owned);
    let (app, request) = (Arc::clone(app), (&parts.method, request));
    Answer::Events(match form {
        StreamForm::EventStream => {
            answer_stream::answer::<Sse>(app, principal, request, last_event_id).await
        }
        StreamForm::Multipart => {
            answer_stream::answer::<Multipart>(app, principal, request, last_event_id).await
        }
    })
}
