//! The gateway as clients see it, in front of stubs of the router and the customers service.

#![cfg(test)]

mod http_client;
mod platform;

mod access;
mod answers;
mod documents;
mod forwarding;
mod identities;
mod operations;
mod requests;
mod subscriptions;
mod tenants;
