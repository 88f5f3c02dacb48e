//! What a shop sells: products and their variants, in the reader's language, with prices and units for sale.
//!
//! Invariants: a product's price range and sort name repeat what its variants and texts say, written in the same
//! transaction. Reads by id, slug or relation go through the loaders, so a list of products costs two statements however
//! long it is.
//!
//! Tables: `products`, `variants`. The column `variants.available` is written by the inventory feature, whose movements it
//! sums up, so that availability costs a list nothing. No events yet.

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
