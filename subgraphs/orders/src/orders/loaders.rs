//! Loaders: batched loads of one request, all from its one read snapshot.

use std::collections::HashMap;
use std::sync::Arc;

use database::page::{Page, PageRequest};
use database::{ReadSnapshot, StoreError};
use graphql_server::BatchLoad;
use ids::{CustomerId, OrderId};

use super::model::{Order, OrderKey, OrderLine};
use super::store;

/// Orders by id. The loader does not check access: the resolver does.
pub struct OrdersById(pub ReadSnapshot);

impl BatchLoad for OrdersById {
    type Key = OrderId;
    type Value = Arc<Order>;

    async fn load(&self, ids: &[OrderId]) -> Result<HashMap<OrderId, Arc<Order>>, StoreError> {
        let orders = store::load_orders_by_ids(&mut self.0.lock().await?, ids).await?;
        Ok(orders
            .into_iter()
            .map(|(id, order)| (id, Arc::new(order)))
            .collect())
    }
}

/// Order lines by order.
pub struct OrderLinesOfOrders(pub ReadSnapshot);

impl BatchLoad for OrderLinesOfOrders {
    type Key = OrderId;
    type Value = Arc<Vec<OrderLine>>;

    async fn load(
        &self,
        orders: &[OrderId],
    ) -> Result<HashMap<OrderId, Arc<Vec<OrderLine>>>, StoreError> {
        let lines = store::load_lines_by_orders(&mut self.0.lock().await?, orders).await?;
        Ok(lines
            .into_iter()
            .map(|(order, lines)| (order, Arc::new(lines)))
            .collect())
    }
}

/// A forward page of one customer's orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CustomerPage {
    pub customer: CustomerId,
    pub limit: u32,
    pub after: Option<OrderKey>,
}

/// Pages of customers' orders. Customers with the same limit and start share a statement.
pub struct CustomerOrders(pub ReadSnapshot);

impl BatchLoad for CustomerOrders {
    type Key = CustomerPage;
    type Value = Arc<Page<Arc<Order>>>;

    async fn load(
        &self,
        pages: &[CustomerPage],
    ) -> Result<HashMap<CustomerPage, Self::Value>, StoreError> {
        let mut customers_by_page: HashMap<(u32, Option<OrderKey>), Vec<CustomerId>> =
            HashMap::new();
        for page in pages {
            customers_by_page
                .entry((page.limit, page.after))
                .or_default()
                .push(page.customer);
        }
        let mut loaded = HashMap::new();
        for ((limit, after), customers) in customers_by_page {
            let request = PageRequest::forward(limit, after);
            let mut orders = store::load_orders_of_customers(
                &mut self.0.lock().await?,
                &customers,
                after,
                request.fetch_limit(),
            )
            .await?;
            for customer in customers {
                let rows = orders.remove(&customer).unwrap_or_default();
                let page = Page::from_fetched(rows, &request).map(Arc::new);
                loaded.insert(
                    CustomerPage {
                        customer,
                        limit,
                        after,
                    },
                    Arc::new(page),
                );
            }
        }
        Ok(loaded)
    }
}

/// Number of orders by customer. A customer without orders is absent.
pub struct CustomerOrderCounts(pub ReadSnapshot);

impl BatchLoad for CustomerOrderCounts {
    type Key = CustomerId;
    type Value = i64;

    async fn load(&self, customers: &[CustomerId]) -> Result<HashMap<CustomerId, i64>, StoreError> {
        store::load_counts_of_customers(&mut self.0.lock().await?, customers).await
    }
}
