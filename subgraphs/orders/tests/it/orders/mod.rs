mod cancel_order;
mod events;
mod list_orders;
mod on_customer_order_recorded;
mod statements;
