//! The verified caller of a federated request, as every subgraph sees it.

use ids::{CustomerId, SessionId, StaffMemberId, TenantId};
use serde::{Deserialize, Serialize};

use crate::Role;

/// The tenant of a request, with the settings that subgraphs need.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TenantContext {
    /// The tenant.
    pub id: TenantId,
    /// Slug of the tenant.
    pub slug: String,
    /// Name of the tenant's plan.
    pub plan: String,
    /// ISO 4217 code of the tenant's prices.
    pub default_currency: String,
    /// Language of texts unless another is requested.
    pub default_locale: String,
    /// Language requested by this caller, one of the tenant's.
    pub locale: String,
}

/// The account that the caller acts as.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Subject {
    /// Not signed in: a shopper, perhaps a guest buyer.
    Anonymous,
    /// A signed-in customer.
    Customer(CustomerSubject),
    /// A signed-in staff member.
    Staff {
        /// The staff member.
        id: StaffMemberId,
        /// Role of the staff member.
        role: Role,
    },
}

/// A signed-in customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CustomerSubject {
    /// The customer.
    pub id: CustomerId,
}

impl Subject {
    /// A signed-in customer.
    pub const fn customer(id: CustomerId) -> Self {
        Self::Customer(CustomerSubject { id })
    }

    /// A signed-in staff member.
    pub const fn staff(id: StaffMemberId, role: Role) -> Self {
        Self::Staff { id, role }
    }

    /// Kind of the subject, for logs and metrics; never an id.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Customer(_) => "customer",
            Self::Staff { .. } => "staff",
        }
    }
}

/// Tenant, subject and session of one request.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Caller {
    /// The tenant that the caller acts in.
    pub tenant: TenantContext,
    /// The account that the caller acts as.
    pub subject: Subject,
    /// The session that the access token belongs to.
    pub session: Option<SessionId>,
}

impl Caller {
    /// The tenant's id.
    pub fn tenant_id(&self) -> TenantId {
        self.tenant.id
    }

    /// The signed-in customer, if the caller is one.
    pub fn customer(&self) -> Option<CustomerId> {
        match &self.subject {
            Subject::Customer(customer) => Some(customer.id),
            Subject::Anonymous | Subject::Staff { .. } => None,
        }
    }

    /// The signed-in staff member, if the caller is one.
    pub fn staff_member(&self) -> Option<StaffMemberId> {
        match &self.subject {
            Subject::Staff { id, .. } => Some(*id),
            Subject::Anonymous | Subject::Customer(_) => None,
        }
    }

    /// Stable text that identifies the caller's principal within the tenant; the scope of idempotency keys. All
    /// guests share one.
    pub fn principal(&self) -> String {
        match &self.subject {
            Subject::Anonymous => "guest".to_owned(),
            Subject::Customer(customer) => customer.id.to_string(),
            Subject::Staff { id, .. } => id.to_string(),
        }
    }
}
