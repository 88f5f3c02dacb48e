//! Queries of orders.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object};
use graphql_server::types::DateTime;
use graphql_server::{ConnectionArguments, ContextExt, Failure, entity};

use super::objects::{Customer, LIST, Order, OrderConnection, order_connection};
use crate::orders::access::OrderAccess;
use crate::orders::list_orders::{count_orders, list_orders, restrict_filter};
use crate::orders::loaders::OrdersById;
use crate::orders::model::{self, OrderStatus};

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
            statuses: filter.statuses,
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
        let page = ConnectionArguments::new(first, after, last, before).page(LIST)?;
        let snapshot = ctx.snapshot()?;
        let orders = list_orders(snapshot, &filter, &page).await?.map(Arc::new);
        Ok(order_connection(
            orders,
            count_orders(snapshot.clone(), filter),
        ))
    }

    #[graphql(entity)]
    async fn find_order_by_id(&self, ctx: &Context<'_>, id: ID) -> Option<Order> {
        entity(ctx, find_order(ctx, &id).await)
    }

    #[graphql(entity)]
    async fn find_customer_by_id(&self, ctx: &Context<'_>, id: ID) -> Option<Customer> {
        entity(ctx, find_customer(ctx, &id))
    }
}

async fn find_order(ctx: &Context<'_>, id: &ID) -> Result<Option<Order>, Failure> {
    let Ok(id) = id.parse() else {
        return Ok(None);
    };
    let access = OrderAccess::of(ctx.caller()?);
    let order = ctx.load::<OrdersById>(id).await?;
    Ok(order.filter(|order| access.covers(order)).map(Order::new))
}

fn find_customer(ctx: &Context<'_>, id: &ID) -> Result<Option<Customer>, Failure> {
    let Ok(id) = id.parse() else {
        return Ok(None);
    };
    let access = OrderAccess::of(ctx.caller()?);
    Ok(access.covers_customer(id).then_some(Customer(id)))
}
