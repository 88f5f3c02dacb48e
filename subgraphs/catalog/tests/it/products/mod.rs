mod entities;
mod list_products;
mod price_variants;
mod product;
