//! Ids, slugs and SKUs are the same in both tenants, so what one of them does not have is deleted.

use crate::catalog_app::{CatalogApp, product};

/// In this order, because of the foreign keys.
const DELETE_PRODUCT: [&str; 4] = [
    "DELETE FROM stock_movements m USING variants v
     WHERE (m.tenant_id, m.variant_id) = (v.tenant_id, v.id) AND v.tenant_id = $1 AND v.product_id = $2",
    "DELETE FROM stock_levels l USING variants v
     WHERE (l.tenant_id, l.variant_id) = (v.tenant_id, v.id) AND v.tenant_id = $1 AND v.product_id = $2",
    "DELETE FROM variants WHERE tenant_id = $1 AND product_id = $2",
    "DELETE FROM products WHERE tenant_id = $1 AND id = $2",
];

/// Product 1 is `kava`'s alone; both tenants have the others.
pub async fn app_with_product_of_kava() -> CatalogApp {
    let app = CatalogApp::start().await;
    let mut superuser = app.database.superuser().await;
    for sql in DELETE_PRODUCT {
        let deleted = sqlx::query(sql)
            .bind(app.knyhy.id.uuid())
            .bind(product(1).uuid())
            .execute(&mut superuser)
            .await
            .unwrap();
        assert_ne!(deleted.rows_affected(), 0, "{sql}");
    }
    app
}
