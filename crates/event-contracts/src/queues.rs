//! Queues of the consumers: who receives which events.

use std::marker::PhantomData;

use crate::customers::CustomerOrderRecordedV1;
use crate::orders::OrderPlacedV1;
use crate::{Event, EventType};

/// The queue of one consumer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queue {
    /// Name at the broker; also the name of the consumer in the inbox. After a rename, messages that are delivered
    /// again are handled again.
    pub name: &'static str,
    /// The service that consumes it.
    pub service: &'static str,
    /// Event types to which it is bound.
    pub event_types: &'static [EventType],
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
    pub const fn new(name: &'static str, service: &'static str) -> Self {
        let event_types = const { &[E::TYPE] };
        Self {
            queue: Queue {
                name,
                service,
                event_types,
            },
            payload: PhantomData,
        }
    }
}

/// Defines the queues and, from the same rows, [`QUEUES`].
macro_rules! queues {
    ($($(#[$doc:meta])* $name:ident: $event:ty = $queue:literal of $service:literal;)+) => {
        $($(#[$doc])* pub const $name: QueueOf<$event> = QueueOf::new($queue, $service);)+

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
