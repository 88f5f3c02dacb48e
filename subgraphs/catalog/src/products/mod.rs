//! Products and their variants, in the caller's language, with prices and availability.
//!
//! Invariants: a product's price range and sort name equal the values of its variants and texts; both are written in the
//! same transaction. Reads by id, slug or relation go through the loaders, so a list of products costs two statements
//! regardless of its length.
//!
//! Tables: `products`, `variants`. The inventory feature writes the column `variants.available`, the sum of its movements,
//! so that lists read availability without a further statement. No events yet.

mod graphql;
mod list_products;
mod loaders;
mod model;
mod price_variants;
mod store;

#[cfg(test)]
mod tests;

pub use graphql::{ProductQueries, ProductVariant};
pub use loaders::{ProductById, ProductBySlug, Reader, VariantById, VariantsByProduct};
pub use model::{Locales, LocalizedText, NewProduct, NewVariant};
pub use price_variants::price_variants;
pub(crate) use store::insert_products;
