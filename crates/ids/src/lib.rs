//! Typed identifiers of the platform, in TypeID text form (`order_01h455vb4pex5vsknk084sn02q`).
//!
//! A `TypeID` is a prefix that names the type, an underscore, and the 26 characters of Crockford's base32
//! that spell a UUID (TypeID specification 0.3.0). In SQL an id is a plain `uuid`; in GraphQL, JSON and logs
//! it is the text, the same in every subgraph because it is the entity key.
//!
//! Ids of different things are different types, so that swapping two of them does not compile.

mod base32;
mod generator;
mod typed_id;

#[cfg(test)]
mod tests;

pub use generator::{IdGenerator, UuidV7Generator, next};
pub use typed_id::{ParseIdError, TypedId};

use typed_id::define_ids;

define_ids! {
    /// A tenant: one shop of the platform.
    TenantId = "tenant";
    /// A product of the catalog.
    ProductId = "product";
    /// A variant of a product: what is priced, stocked and sold.
    VariantId = "variant";
    /// A place that holds stock.
    WarehouseId = "warehouse";
    /// An order.
    OrderId = "order";
    /// A line of an order.
    OrderLineId = "order_line";
    /// A customer of one shop, with or without an account.
    CustomerId = "customer";
    /// A member of a shop's staff.
    StaffMemberId = "staff";
    /// A signed-in session.
    SessionId = "session";
    /// An event of an event log.
    EventId = "event";
}
