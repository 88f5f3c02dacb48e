//! Queues of the consumers: who receives which events.

use std::marker::PhantomData;

use serde::Serialize;

use crate::customers::CustomerOrderRecordedV1;
use crate::orders::OrderPlacedV1;
use crate::{Event, EventType};

/// The queue of one consumer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Queue {
    /// Name at the broker; also the name of the consumer in the inbox. After a rename, messages that are delivered
    /// again are handled again.
    pub name: &'static str,
    /// The service that consumes it.
    pub service: &'static str,
    /// Event types to which it is bound.
    pub event_types: &'static [EventType],
    /// What the consumer does with an event.
    pub effect: &'static str,
}

/// A queue together with the payload that its handler takes.
#[derive(Debug)]
pub struct QueueOf<E> {
    /// The row of [`QUEUES`].
    pub queue: Queue,
    payload: PhantomData<fn() -> E>,
}

impl<E: Event> QueueOf<E> {
    /// A queue that is bound to the type of `E`.
    pub const fn new(name: &'static str, service: &'static str, effect: &'static str) -> Self {
        let event_types = const { &[E::TYPE] };
        Self {
            queue: Queue {
                name,
                service,
                event_types,
                effect: effect.trim_ascii(),
            },
            payload: PhantomData,
        }
    }
}

/// Defines the queues and, from the same rows, [`QUEUES`]. The comment of a row is the effect of its consumer.
macro_rules! queues {
    ($($(#[doc = $effect:literal])+ $name:ident: $event:ty = $queue:literal of $service:literal;)+) => {
        $(
            $(#[doc = $effect])+
            pub const $name: QueueOf<$event> = QueueOf::new($queue, $service, concat!($($effect),+));
        )+

        /// Every queue of the platform. A type that is in no row is published without a receiver.
        pub const QUEUES: &[Queue] = &[$($name.queue),+];
    };
}

queues! {
    /// Adds orders to the history of their customers.
    ORDER_HISTORY: OrderPlacedV1 = "customers.order_history" of "customers";
    /// Sets the customer of guests' orders.
    CUSTOMER_OF_GUEST: CustomerOrderRecordedV1 = "orders.customer_of_guest" of "orders";
}
