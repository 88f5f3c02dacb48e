//! A gateway in front of the services of [`Log`].

use std::sync::{Arc, MutexGuard};

use chrono::TimeDelta;
use identity::{NewClientToken, Role, ServiceName, Subject};
use ids::{CustomerId, OrderId, SessionId, StaffMemberId};
use service::{Clock as _, SystemClock, Tasks};
use uuid::Uuid;

use super::log::{self, KEYS, Log, LogState, Read};
use crate::platform::{Platform, serve, tenant_id};

const API_SCHEMA: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/it/subscriptions/api.graphql"
);
/// Settings of the gateway that belong to no section.
const WITHOUT_SECTION: [&str; 5] = [
    "DEVELOPMENT",
    "ALLOWED_ORIGINS",
    "TRUSTED_PROXIES",
    "API_SCHEMA",
    "API_SCHEMA_INTERVAL_MS",
];

/// A gateway on top of a log that the test writes.
pub struct Stage {
    pub platform: Platform,
    pub log: Arc<Log>,
}

impl Stage {
    pub async fn start() -> Self {
        Self::start_with([]).await
    }

    /// Starts with more settings; those of subscriptions without their common prefix.
    pub async fn start_with<const N: usize>(more: [(&str, &str); N]) -> Self {
        let log = Arc::new(Log::new());
        let address = serve(&Tasks::new(), log::routes(Arc::clone(&log))).await;
        let url = format!("http://{address}");
        let graphql_url = format!("{url}/graphql");
        let usual = [
            ("API_SCHEMA", API_SCHEMA),
            ("ROUTER__URL", &graphql_url),
            ("SUBGRAPHS__CATALOG_URL", &url),
            ("SUBGRAPHS__ORDERS_URL", &url),
            ("CURSOR__KEYS", KEYS),
        ];
        let more = more.map(|(key, value)| (whole_name(key), value));
        let more = more.iter().map(|(key, value)| (key.as_str(), *value));
        let platform = Platform::start_with(usual.into_iter().chain(more)).await;
        log.verify_with(platform.keys.verifier(ServiceName::Orders));
        Self { platform, log }
    }

    /// Appends an order event of a tenant and sends a hint to the gateway.
    pub fn append_event(&self, tenant: u128, order: u128, customer: u128) -> i64 {
        let seq = self.append_without_hint(tenant, order, customer);
        self.platform.hub().hint(tenant_id(tenant), "orders", seq);
        seq
    }

    /// Appends an order event without a hint.
    pub fn append_without_hint(&self, tenant: u128, order: u128, customer: u128) -> i64 {
        self.log.append(
            tenant,
            "orders",
            "order.placed.v1",
            &[order_id(order), customer_id(customer)],
        )
    }

    pub fn owner_token(&self, tenant: u128, life: TimeDelta) -> String {
        self.token(tenant, Subject::staff(owner_id(tenant), Role::Owner), life)
    }

    /// A token of a staff member; the session has the same number.
    pub fn staff_token(&self, tenant: u128, number: u128, role: Role) -> String {
        let staff = StaffMemberId::from_uuid(Uuid::from_u128(number));
        self.token(tenant, Subject::staff(staff, role), TimeDelta::minutes(15))
    }

    pub fn customer_token(&self, tenant: u128, number: u128) -> String {
        let customer = CustomerId::from_uuid(Uuid::from_u128(number));
        self.token(tenant, Subject::customer(customer), TimeDelta::minutes(15))
    }

    fn token(&self, tenant: u128, subject: Subject, life: TimeDelta) -> String {
        let now = SystemClock.now();
        let session = match &subject {
            Subject::Staff { id, .. } => SessionId::from_uuid(id.uuid()),
            Subject::Customer(customer) => SessionId::from_uuid(customer.id.uuid()),
            Subject::Anonymous => SessionId::from_uuid(Uuid::nil()),
        };
        self.platform.issue(&NewClientToken {
            tenant: tenant_id(tenant),
            subject,
            session,
            issued_at: now - TimeDelta::minutes(1),
            expires_at: now + life,
        })
    }

    /// The cursor of a position in the orders stream of a tenant.
    pub fn cursor(&self, tenant: u128, seq: i64) -> String {
        self.log.cursor(tenant_id(tenant), "orders", seq)
    }

    pub fn state(&self) -> MutexGuard<'_, LogState> {
        self.log.state()
    }

    pub fn reads(&self) -> Vec<Read> {
        self.state().reads.clone()
    }
}

/// The name of a setting, of which only that of a section is given.
fn whole_name(key: &str) -> String {
    if key.contains("__") || WITHOUT_SECTION.contains(&key) {
        return key.to_owned();
    }
    format!("SUBSCRIPTIONS__{key}")
}

/// The owner of a tenant.
pub fn owner_id(tenant: u128) -> StaffMemberId {
    StaffMemberId::from_uuid(Uuid::from_u128(1_000 + tenant))
}

pub fn order_id(number: u128) -> String {
    OrderId::from_uuid(Uuid::from_u128(number)).to_string()
}

pub fn customer_id(number: u128) -> String {
    CustomerId::from_uuid(Uuid::from_u128(number)).to_string()
}
