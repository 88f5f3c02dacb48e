mod crash_points;
mod idempotency;
mod payments;
mod place_order;
mod queue;
