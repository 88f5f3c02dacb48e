//! Events about tenants.

use chrono::{DateTime, Utc};
use event_contracts::accounts::{
    TENANT_RESUMED, TENANT_SUSPENDED, TenantResumedV1, TenantSuspendedV1,
};
use event_log::NewEvent;
use ids::{EventId, TenantId};
use serde_json::json;

use super::model::TenantStatus;

/// The stream of all events that end or change access.
pub const STREAM: &str = internal_api::accounts::ACCOUNTS_STREAM;

/// The tenant was suspended or resumed.
pub fn status_changed(
    id: EventId,
    tenant: TenantId,
    status: TenantStatus,
    now: DateTime<Utc>,
) -> NewEvent {
    let (event_type, payload) = match status {
        TenantStatus::Suspended => (TENANT_SUSPENDED, json!(TenantSuspendedV1 {})),
        TenantStatus::Active => (TENANT_RESUMED, json!(TenantResumedV1 {})),
    };
    NewEvent {
        id,
        event_type,
        subjects: vec![tenant.to_string()],
        payload,
        occurred_at: now,
        trace: None,
    }
}
