//! The closed list of permissions and the roles that grant them.

use serde::{Deserialize, Serialize};
use strum::{EnumMessage, EnumString, IntoStaticStr};

/// A permission. It is checked in the subgraph that owns the data, never in the gateway alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, EnumMessage)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum Permission {
    /// Read levels and changes of stock.
    StockRead,
    /// Change units on hand.
    StockAdjust,
    /// Read all orders of the tenant and their events.
    OrdersRead,
    /// Cancel any order of the tenant.
    OrdersCancel,
    /// Read the tenant's customers.
    CustomersRead,
    /// Read the tenant's staff, assign roles, deactivate and reactivate staff members.
    StaffManage,
    /// Read one's own orders and their events.
    OwnOrdersRead,
    /// Cancel one's own order before anything is shipped.
    OwnOrdersCancel,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 8] = [
        Self::StockRead,
        Self::StockAdjust,
        Self::OrdersRead,
        Self::OrdersCancel,
        Self::CustomersRead,
        Self::StaffManage,
        Self::OwnOrdersRead,
        Self::OwnOrdersCancel,
    ];

    /// Public name, as in `Viewer.permissions`.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// What the permission allows: the comment of the variant, for `docs/GRAPHQL.md`.
    pub fn description(self) -> &'static str {
        self.get_documentation().unwrap_or_default()
    }
}

/// The role of an account in a tenant.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Role {
    /// Staff: may do everything in the tenant.
    Owner,
    /// Staff: runs the daily business, but cannot manage staff.
    Manager,
    /// Staff: answers customers; read-only.
    Support,
    /// A customer of the tenant.
    Customer,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Owner, Self::Manager, Self::Support, Self::Customer];

    /// Public name.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The role with that name.
    pub fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }

    /// The permissions of the role.
    pub const fn permissions(self) -> &'static [Permission] {
        match self {
            Self::Owner => &[
                Permission::StockRead,
                Permission::StockAdjust,
                Permission::OrdersRead,
                Permission::OrdersCancel,
                Permission::CustomersRead,
                Permission::StaffManage,
            ],
            Self::Manager => &[
                Permission::StockRead,
                Permission::StockAdjust,
                Permission::OrdersRead,
                Permission::OrdersCancel,
                Permission::CustomersRead,
            ],
            Self::Support => &[Permission::OrdersRead, Permission::CustomersRead],
            Self::Customer => &[Permission::OwnOrdersRead, Permission::OwnOrdersCancel],
        }
    }
}
