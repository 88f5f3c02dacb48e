//! Customers in the schema.

use async_graphql::{Context, ID, Object, SimpleObject};
use graphql_server::{ContextExt, Failure, entity};

use super::loaders::CustomersById;
use super::model;

/// A customer of this shop, with or without an account. Staff see every customer; a customer sees only their own record.
#[derive(SimpleObject)]
pub struct Customer {
    /// The customer's id.
    id: ID,
    /// E-mail address in lower case.
    email: String,
    /// Name, if known.
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
        entity(ctx, visible_customer(ctx, &id).await)
    }
}

/// `None` for an unknown customer, one of another tenant and one that the caller may not see: the caller cannot tell them apart.
async fn visible_customer(ctx: &Context<'_>, id: &str) -> Result<Option<Customer>, Failure> {
    let Ok(id) = id.parse() else {
        return Ok(None);
    };
    if !model::Customer::is_visible_to(ctx.caller()?, id) {
        return Ok(None);
    }
    let customer = ctx.load::<CustomersById>(id).await?;
    Ok(customer.map(Customer::from))
}
