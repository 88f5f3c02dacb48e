//! The message of an event.

use event_contracts::queues::Queue;
use event_contracts::{Envelope, SPEC_VERSION, Stream};
use messaging::Message;

use super::store::OutgoingEvent;

/// How events become messages.
#[derive(Debug, Clone, Copy)]
pub struct RelayOptions {
    /// `source` of the envelopes, e.g. `/orders`.
    pub source: &'static str,
    /// Queues of the platform: an unroutable message that one of them receives is a failure.
    pub queues: &'static [Queue],
}

/// A newer version of the service appended the event. Guessing an exchange would lose it: its stream waits.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("stream is unknown to this version, so is its exchange")]
pub(super) struct UnknownStream;

/// The message: its exchange is that of the stream, so an event type that only a newer version knows is routed as well.
pub(super) fn of(event: &OutgoingEvent, options: &RelayOptions) -> Result<Message, UnknownStream> {
    let stream = Stream::named(&event.stream.name).ok_or(UnknownStream)?;
    let envelope = Envelope {
        specversion: SPEC_VERSION.to_owned(),
        id: event.id,
        source: options.source.to_owned(),
        event_type: event.event_type.clone(),
        subject: event.subjects.first().cloned().unwrap_or_default(),
        time: event.occurred_at,
        datacontenttype: "application/json".to_owned(),
        tenantid: event.stream.tenant,
        stream: event.stream.name.clone(),
        sequence: event.seq.to_string(),
        traceparent: event.trace.clone(),
        data: event.payload.clone(),
    };
    let mut received = options.queues.iter().flat_map(|queue| queue.event_types);
    Ok(Message {
        exchange: stream.exchange.to_owned(),
        routing_key: event.event_type.clone(),
        // Text and JSON values always serialize; consumers treat an empty body as unreadable.
        body: serde_json::to_vec(&envelope).unwrap_or_default(),
        message_id: event.id.to_string(),
        traceparent: event.trace.clone(),
        mandatory: received.any(|t| t.name == event.event_type),
    })
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use event_contracts::queues::QUEUES;
    use ids::{EventId, TenantId};
    use serde_json::json;
    use uuid::Uuid;

    use super::super::store::StreamId;
    use super::*;

    const OPTIONS: RelayOptions = RelayOptions {
        source: "/orders",
        queues: QUEUES,
    };

    fn an_event(stream: &str, event_type: &str) -> OutgoingEvent {
        OutgoingEvent {
            stream: StreamId {
                tenant: TenantId::from_uuid(Uuid::from_u128(1)),
                name: stream.to_owned(),
            },
            seq: 42,
            id: EventId::from_uuid(Uuid::from_u128(2)),
            event_type: event_type.to_owned(),
            subjects: vec!["order_1".to_owned(), "customer_1".to_owned()],
            payload: json!({ "order_id": "order_1" }),
            trace: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned()),
            occurred_at: DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
        }
    }

    #[test]
    fn keeps_the_whole_message_byte_for_byte() {
        let message = of(&an_event("orders", "order.placed.v1"), &OPTIONS).unwrap();

        assert_eq!(
            String::from_utf8(message.body).unwrap(),
            concat!(
                r#"{"specversion":"1.0","id":"event_00000000000000000000000002","source":"/orders","#,
                r#""type":"order.placed.v1","subject":"order_1","time":"2027-01-15T08:00:00Z","#,
                r#""datacontenttype":"application/json","tenantid":"tenant_00000000000000000000000001","#,
                r#""stream":"orders","sequence":"42","#,
                r#""traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","#,
                r#""data":{"order_id":"order_1"}}"#,
            )
        );
        assert_eq!(
            (message.exchange.as_str(), message.routing_key.as_str()),
            ("orders", "order.placed.v1")
        );
        assert_eq!(message.message_id, "event_00000000000000000000000002");
        assert_eq!(
            message.traceparent.as_deref(),
            Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        );
        assert!(message.mandatory);
    }

    #[test]
    fn the_stream_decides_on_the_exchange_and_the_queues_on_mandatory() {
        for (stream, event_type, exchange, mandatory) in [
            ("orders", "order.confirmed.v1", "orders", false),
            ("stock", "stock.low.v1", "products", false),
            ("customers", "customer.order_recorded.v1", "customers", true),
            ("accounts", "session.ended.v1", "customers", false),
            ("orders", "order.of_a_newer_version.v1", "orders", false),
        ] {
            let message = of(&an_event(stream, event_type), &OPTIONS).unwrap();
            assert_eq!(
                (message.exchange.as_str(), message.mandatory),
                (exchange, mandatory)
            );
        }
    }

    #[test]
    fn an_event_of_an_unknown_stream_has_no_message() {
        let outcome = of(&an_event("carts", "cart.opened.v1"), &OPTIONS);

        assert_eq!(outcome.unwrap_err(), UnknownStream);
    }
}
