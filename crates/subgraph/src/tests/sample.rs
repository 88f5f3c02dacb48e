//! A subgraph without features: an event log, one query field, and subscriptions if `LIVE`.

use std::convert::Infallible;
use std::ops::Deref;
use std::sync::Arc;

use anyhow::Result;
use async_graphql::futures_util::{Stream, stream};
use async_graphql::{Data, EmptyMutation, EmptySubscription, Object, Subscription};
use database::ReadSnapshot;
use identity::{Caller, ServiceName};
use service::Settings;
use sqlx::migrate::Migrator;
use testkit::EVENT_LOG_MIGRATOR;

use crate::{Core, Subgraph, Work};

/// A subgraph with subscriptions.
pub struct Live;
/// A subgraph without subscriptions.
pub struct Still;

pub struct App(Core);

impl Deref for App {
    type Target = Core;

    fn deref(&self) -> &Core {
        &self.0
    }
}

#[derive(Default)]
pub struct Query;

#[Object]
impl Query {
    async fn number(&self) -> i32 {
        7
    }
}

#[derive(Default)]
pub struct Numbers;

#[Subscription]
impl Numbers {
    async fn numbers(&self) -> impl Stream<Item = i32> {
        stream::empty()
    }
}

macro_rules! sample {
    ($name:ident, $subscription:ty) => {
        impl Subgraph for $name {
            const NAME: ServiceName = ServiceName::Orders;
            const ABOUT: &'static str = "A sample";
            const PORT: u16 = 8081;
            const EVENT_SOURCE: &'static str = "/orders";

            type Config = String;
            type App = App;
            type Query = Query;
            type Mutation = EmptyMutation;
            type Subscription = $subscription;
            type Command = Infallible;

            fn migrations() -> &'static Migrator {
                &EVENT_LOG_MIGRATOR
            }

            fn config(settings: &mut Settings) -> String {
                settings.required("SAMPLE__NAME", "A name.")
            }

            fn app(core: Core, _config: String) -> Result<Arc<App>> {
                Ok(Arc::new(App(core)))
            }

            fn add_loaders(_: &Arc<Caller>, _: &ReadSnapshot, _: &mut Data) {}

            fn work(_work: &mut Work<App>) {}

            async fn operate(_app: &App, command: Infallible) -> Result<String> {
                match command {}
            }
        }
    };
}

sample!(Live, Numbers);
sample!(Still, EmptySubscription);
