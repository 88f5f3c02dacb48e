use super::facts::Facts;
use super::markdown::{self, code};

/// Every event type.
pub fn table(facts: &Facts) -> String {
    let rows = facts.shared.events.iter().map(|event| {
        let stream = &event.event_type.stream;
        [
            code([event.event_type.name.as_str()]),
            code([stream.name.as_str()]),
            stream.service.clone(),
            code([stream.exchange.as_str()]),
            event.when.clone(),
            code(event.fields.iter().map(String::as_str)),
        ]
    });
    let heading = [
        "Type",
        "Stream",
        "Published by",
        "Exchange",
        "When",
        "Payload",
    ];
    markdown::table(heading, rows)
}

/// Every queue with its consumer.
pub fn consumers(facts: &Facts) -> String {
    let rows = facts.shared.queues.iter().map(|queue| {
        [
            code([queue.name.as_str()]),
            queue.service.clone(),
            code(queue.event_types.iter().map(|one| one.name.as_str())),
            queue.effect.clone(),
        ]
    });
    markdown::table(["Consumer = queue", "Service", "Events", "Effect"], rows)
}
