//! How much one person, one shop and one address may ask for: [`quotas`] of open subscriptions, places of an address
//! ([`addresses`]), and how often something may happen ([`pace`]). All counted in this process.

pub mod addresses;
pub mod pace;
pub mod quotas;
