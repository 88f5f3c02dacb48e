//! Who a caller is, and what a verified token does not say: whether the caller still has access.
//!
//! A token is valid for its whole lifetime, but a session can end earlier, a staff member can get another role, and a
//! tenant can be suspended. The customers service writes each of these to the stream `accounts` of its log. Every
//! gateway follows that stream for the tenants whose callers it serves.
//!
//! Reading order: [`identify`] has the order of the checks. [`tenants`] resolves the tenant of a [`tenant_hint`],
//! [`authenticate`] verifies tokens with the published [`token_keys`]. [`known_revocations`] is what is known about one
//! tenant, and decides about one caller. [`registry`] has every open connection and subscription. [`revocations`] (with
//! [`followed_tenant`], its state per tenant) reads the stream and ends at once what a change revokes. [`tickets`]
//! authenticates a browser's `EventSource`, which cannot send headers.
//!
//! Invariants:
//! 1. A connection or subscription is registered first and checked after that, so that no change can fall between the
//!    two.
//! 2. A hint or a head only wakes the reader. Changes are read by position, so none is missed.
//! 3. While customers is unavailable, the known revocations stay in force. For a tenant without any known state, valid
//!    tokens are accepted, and what they opened is ended once customers answers.

pub mod authenticate;
pub mod followed_tenant;
pub mod host_name;
pub mod identify;
pub mod known_revocations;
pub mod locale;
pub mod registry;
pub mod revocations;
pub mod tenant_hint;
pub mod tenants;
pub mod tickets;
pub mod token_keys;

pub use identify::Access;
pub use revocations::Revocations;
pub use tenant_hint::TenantHint;
pub use tenants::Tenants;
pub use tickets::Ticket;
