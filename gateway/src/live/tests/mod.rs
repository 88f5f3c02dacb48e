//! Unit tests of subscriptions, without network.

mod event_page;
mod group;
mod operation;
mod protocol;
mod quotas;
mod rate_limiter;
mod stream;
mod subscriber;

use std::sync::Arc;

use apollo_compiler::Schema;
use apollo_compiler::validation::Valid;
use identity::Caller;
use internal_api::tenants::{Plan, PlanLimits, TenantProfile, TenantStatus};
use serde_json::Value;

use super::operation::error::RewriteError;
use super::operation::{LiveOperation, rewrite};
use crate::principal::Principal;
use crate::schema::ApiSchema;

const SDL: &str = r"
directive @defer(label: String, if: Boolean! = true) on FRAGMENT_SPREAD | INLINE_FRAGMENT

type Query {
  orderEvents(filter: OrderEventFilter, after: String, first: Int): OrderEventConnection!
  stockEvents(filter: StockEventFilter, after: String, first: Int): StockEventConnection!
  shop: Shop!
}
type Mutation { rename(name: String!): Shop! }
type Subscription {
  orderEvents(filter: OrderEventFilter, after: String): OrderEvent!
  stockEvents(filter: StockEventFilter, after: String): StockEvent!
  ticks(after: String): Shop!
}
type Shop { id: ID! name(locale: String): String! }
type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
type OrderEventConnection { edges: [OrderEventEdge!]! nodes: [OrderEvent!]! pageInfo: PageInfo! }
type OrderEventEdge { cursor: String! node: OrderEvent! }
type OrderEvent { id: ID! cursor: String! type: OrderEventType! order: Order! }
type Order { id: ID! number: String! total(currency: String, rounded: Boolean): String! shop: Shop }
enum OrderEventType { PLACED CONFIRMED CANCELLED REFUNDED NEWER }
input OrderEventFilter { orderId: ID types: [OrderEventType!] }
type StockEventConnection { edges: [StockEventEdge!]! nodes: [StockEvent!]! pageInfo: PageInfo! }
type StockEventEdge { cursor: String! node: StockEvent! }
type StockEvent { id: ID! cursor: String! delta: Int! }
input StockEventFilter { variantIds: [ID!] types: [StockEventType!] }
enum StockEventType { ADJUSTED SOLD }
";

fn api() -> ApiSchema {
    ApiSchema::parse(SDL).unwrap()
}

fn schema() -> Valid<Schema> {
    Schema::parse_and_validate(SDL, "api.graphql").unwrap()
}

/// Validates as the gateway does, then rewrites.
fn rewritten(text: &str, variables: Value) -> Result<LiveOperation, RewriteError> {
    let api = api();
    let valid = api.parse_and_validate(text, None).unwrap();
    let Value::Object(variables) = variables else {
        panic!("variables are an object")
    };
    rewrite(&api, &valid.document, &valid.operation, &variables)
}

fn principal(caller: Caller) -> Principal {
    let tenant = TenantProfile {
        id: caller.tenant.id,
        slug: caller.tenant.slug.clone(),
        name: caller.tenant.slug.clone(),
        status: TenantStatus::Active,
        plan: Plan {
            name: "large".to_owned(),
            limits: PlanLimits {
                cost_points_per_second: 2_000,
                subscriptions_per_socket: 20,
                subscriptions_per_principal: 2,
                subscriptions_per_tenant: 3,
                sockets_per_address: 2_000,
            },
        },
        default_currency: "UAH".parse().unwrap(),
        default_locale: "uk".to_owned(),
        locales: vec!["uk".to_owned()],
        domains: Vec::new(),
    };
    Principal::new(Arc::new(tenant), Arc::new(caller), None)
}
