mod find_customer;
mod on_order_placed;
