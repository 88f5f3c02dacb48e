//! Warehouses in the schema.

use std::sync::Arc;

use async_graphql::{ID, Object};

use crate::inventory::model;

/// A place that holds stock.
pub struct Warehouse(pub Arc<model::Warehouse>);

/// A place that holds stock.
#[Object]
impl Warehouse {
    /// Global id.
    async fn id(&self) -> ID {
        ID(self.0.id.to_string())
    }

    /// Short name, unique in the shop, e.g. `MAIN`.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// In the caller's language if the shop has it, else in the shop's default language.
    async fn name(&self) -> &str {
        &self.0.name
    }
}
