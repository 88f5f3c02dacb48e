//! Queries of orders.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object};
use graphql_server::types::DateTime;
use graphql_server::{ConnectionArguments, ContextExt, Failure, Loader, entity_failed};
use ids::OrderId;

use super::objects::{ConnectionScope, Customer, LIST, Order, OrderConnection, OrderStatus};
use crate::orders::access::OrderAccess;
use crate::orders::list_orders::{list_orders, restrict_filter};
use crate::orders::loaders::OrdersById;
use crate::orders::model::{self, OrderKey};

/// Filter of a list of orders. All given conditions must match.
#[derive(Default, InputObject)]
pub struct OrderFilter {
    /// Only orders in one of these states.
    statuses: Option<Vec<OrderStatus>>,
    /// Only the order with this number.
    number: Option<String>,
    /// Only orders placed after this time.
    placed_after: Option<DateTime>,
    /// Only orders placed before this time.
    placed_before: Option<DateTime>,
}

impl From<OrderFilter> for model::OrderFilter {
    fn from(filter: OrderFilter) -> Self {
        Self {
            statuses: filter
                .statuses
                .map(|all| all.into_iter().map(Into::into).collect()),
            // A malformed number becomes 0, which matches no order.
            number: filter
                .number
                .map(|text| text.trim().parse().unwrap_or_default()),
            placed_after: filter.placed_after.map(|instant| instant.0),
            placed_before: filter.placed_before.map(|instant| instant.0),
            customer: None,
        }
    }
}

/// Queries of orders.
#[derive(Default)]
pub struct OrderQueries;

#[Object]
impl OrderQueries {
    /// One order. Staff see the shop's orders, a customer their own; null for any other order.
    async fn order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The order's id.")] id: ID,
    ) -> Result<Option<Order>, Failure> {
        find_order(ctx, &id).await
    }

    /// Staff see the shop's orders, a customer their own; newest first.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the field")]
    async fn orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Page size from the start: at most 100, 20 by default.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Cursor of the order that precedes the page.")] after: Option<String>,
        #[graphql(desc = "Page size from the end: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor of the order that follows the page.")] before: Option<String>,
        #[graphql(desc = "Filter of the list.")] filter: Option<OrderFilter>,
    ) -> Result<OrderConnection, Failure> {
        let filter = restrict_filter(ctx.caller()?, filter.unwrap_or_default().into())?;
        let arguments = ConnectionArguments {
            first,
            after,
            last,
            before,
        };
        let request = arguments.into_request::<OrderKey>(LIST)?;
        let page = list_orders(ctx.snapshot()?, &filter, &request).await?;
        Ok(OrderConnection {
            page: Arc::new(page.map(Arc::new)),
            scope: ConnectionScope::Filtered(filter),
        })
    }

    #[graphql(entity)]
    async fn find_order_by_id(&self, ctx: &Context<'_>, id: ID) -> Option<Order> {
        find_order(ctx, &id)
            .await
            .unwrap_or_else(|failure| entity_failed(ctx, failure))
    }

    #[graphql(entity)]
    async fn find_customer_by_id(&self, ctx: &Context<'_>, id: ID) -> Option<Customer> {
        let customer = id.parse().ok()?;
        let caller = ctx
            .caller()
            .map_err(|failure| entity_failed::<()>(ctx, failure))
            .ok()?;
        OrderAccess::of(caller)
            .covers_customer(customer)
            .then_some(Customer(customer))
    }
}

async fn find_order(ctx: &Context<'_>, id: &ID) -> Result<Option<Order>, Failure> {
    let Ok(id) = id.parse::<OrderId>() else {
        return Ok(None);
    };
    let access = OrderAccess::of(ctx.caller()?);
    let order = ctx
        .loader::<Loader<OrderId, OrdersById>>()?
        .load(id)
        .await?;
    Ok(order.filter(|order| access.covers(order)).map(Order::new))
}
