mod cancel_order;
mod events;
mod list_orders;
mod live_events;
mod on_customer_order_recorded;
mod sockets;
mod statements;
