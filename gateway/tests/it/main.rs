//! The gateway as clients see it, in front of a router and a customers service that the tests play.

#![cfg(test)]

mod platform;

mod accounts;
mod answers;
mod documents;
mod forwarding;
mod identities;
mod operations;
mod requests;
mod subscriptions;
mod tenants;
