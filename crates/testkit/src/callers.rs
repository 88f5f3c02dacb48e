//! Test callers and the keys that sign their tokens.

use std::path::Path;
use std::sync::Arc;

use identity::{
    Caller, InternalTokenVerifier, InternalTokens, KeyRing, Role, ServiceName,
    ServiceTokenVerifier, ServiceTokens, Subject, TenantContext, generate_keys,
};
use ids::{CustomerId, SessionId, StaffMemberId, TenantId};
use uuid::Uuid;

/// A tenant in Ukrainian and hryvnias, on plan `large`.
pub fn a_tenant(slug: &str, number: u128) -> TenantContext {
    TenantContext {
        id: TenantId::from_uuid(Uuid::from_u128(number)),
        slug: slug.to_owned(),
        plan: "large".to_owned(),
        default_currency: "UAH".to_owned(),
        default_locale: "uk".to_owned(),
        locale: "uk".to_owned(),
    }
}

/// A shopper who is not signed in.
pub fn anonymous(tenant: &TenantContext) -> Caller {
    Caller {
        tenant: tenant.clone(),
        subject: Subject::Anonymous,
        session: None,
    }
}

/// A signed-in customer.
pub fn customer(tenant: &TenantContext, id: CustomerId) -> Caller {
    Caller {
        tenant: tenant.clone(),
        subject: Subject::customer(id),
        session: Some(SessionId::from_uuid(id.uuid())),
    }
}

/// The signed-in owner of the tenant.
pub fn owner(tenant: &TenantContext) -> Caller {
    let id = StaffMemberId::from_uuid(Uuid::from_u128(tenant.id.uuid().as_u128() | (1 << 64)));
    Caller {
        tenant: tenant.clone(),
        subject: Subject::staff(id, Role::Owner),
        session: Some(SessionId::from_uuid(id.uuid())),
    }
}

/// New keys of all services.
pub struct Identities {
    folder: tempfile::TempDir,
}

impl Default for Identities {
    fn default() -> Self {
        Self::new()
    }
}

impl Identities {
    /// Generates the keys in a temporary folder.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("temporary folder is made");
        generate_keys(folder.path()).expect("keys are made");
        Self { folder }
    }

    /// The folder, for `IDENTITY__KEYS_DIR`.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The key ring of one service.
    pub fn ring(&self, name: &str) -> Arc<KeyRing> {
        Arc::new(KeyRing::load(self.folder(), name).expect("keys are read"))
    }

    /// Signs callers as the gateway does.
    pub fn internal_tokens(&self) -> InternalTokens {
        InternalTokens::new(self.ring("gateway"))
    }

    /// Verifies callers as a subgraph does.
    pub fn verifier(&self, service: ServiceName) -> Arc<InternalTokenVerifier> {
        Arc::new(InternalTokenVerifier::new(self.ring(service.as_str())))
    }

    /// Signs internal calls as `service` does.
    pub fn service_tokens(&self, service: ServiceName) -> Arc<ServiceTokens> {
        Arc::new(ServiceTokens::new(self.ring(service.as_str())))
    }

    /// Verifies internal calls as `service` does.
    pub fn service_verifier(&self, service: ServiceName) -> Arc<ServiceTokenVerifier> {
        Arc::new(ServiceTokenVerifier::new(
            self.ring(service.as_str()),
            service,
        ))
    }
}
