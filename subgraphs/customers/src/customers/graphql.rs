//! Customers in the schema.

use async_graphql::{Context, ID, Object, SimpleObject};
use graphql_server::{ContextExt, Failure, entity_failed};
use ids::CustomerId;

use super::loaders::CustomerLoader;
use super::model;

/// A shopper of this shop, with or without an account. Staff see all of them, a customer only itself.
#[derive(SimpleObject)]
pub struct Customer {
    /// The customer's id.
    id: ID,
    /// E-mail address, lower case.
    email: String,
    /// Name, when it is known.
    name: Option<String>,
}

impl From<model::Customer> for Customer {
    fn from(customer: model::Customer) -> Self {
        Self {
            id: customer.id.to_string().into(),
            email: customer.email.as_str().to_owned(),
            name: customer.name,
        }
    }
}

/// Entity resolver of customers.
#[derive(Default)]
pub struct CustomerQueries;

#[Object]
impl CustomerQueries {
    #[graphql(entity)]
    async fn find_customer(&self, ctx: &Context<'_>, id: ID) -> Option<Customer> {
        match visible_customer(ctx, &id).await {
            Ok(customer) => customer.map(Customer::from),
            Err(failure) => entity_failed(ctx, failure),
        }
    }
}

/// Unknown, another tenant's and not for this caller's eyes are one answer.
async fn visible_customer(ctx: &Context<'_>, id: &str) -> Result<Option<model::Customer>, Failure> {
    let Ok(id) = id.parse::<CustomerId>() else {
        return Ok(None);
    };
    if !model::Customer::is_visible_to(ctx.caller()?, id) {
        return Ok(None);
    }
    ctx.loader::<CustomerLoader>()?.load(id).await
}
