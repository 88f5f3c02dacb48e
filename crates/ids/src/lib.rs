//! Typed identifiers of the platform, in TypeID text form (`order_01h455vb4pex5vsknk084sn02q`).
//!
//! A `TypeID` is a prefix that names the type, an underscore, and the 26 characters of Crockford's base32
//! that encode a UUID (TypeID specification 0.3.0). In SQL an id is a plain `uuid`: with feature `sqlx` ids, also
//! optional ones and lists of them, are bound and decoded as they are. In GraphQL, JSON and logs it is the text
//! form, the same in every subgraph because it is the entity key.
//!
//! Each entity has its own id type, so that swapping two ids does not compile.

mod base32;
mod generator;
mod typed_id;

#[cfg(test)]
mod tests;

pub use generator::{IdGenerator, UuidV7Generator, next};
pub use typed_id::{ParseIdError, TypedId};

use typed_id::define_ids;

define_ids! {
    /// A tenant: one store of the platform, which clients see as `Shop`.
    TenantId = "tenant";
    /// A product of the catalog.
    ProductId = "product";
    /// A variant of a product: the unit of price, stock and sale.
    VariantId = "variant";
    /// A warehouse that holds stock.
    WarehouseId = "warehouse";
    /// An order.
    OrderId = "order";
    /// A line of an order.
    OrderLineId = "order_line";
    /// A customer of one tenant, with or without an account.
    CustomerId = "customer";
    /// A staff member of a tenant.
    StaffMemberId = "staff";
    /// A session of a signed-in account.
    SessionId = "session";
    /// An event of an event log.
    EventId = "event";
}
