//! The adapter against a real RabbitMQ.
#![cfg(test)]

mod consuming;
mod gate;
mod hints;
mod publishing;
mod reconnecting;
mod world;
