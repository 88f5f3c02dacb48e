//! The closed list of permissions and the roles that carry them.

use serde::{Deserialize, Serialize};

use crate::{Caller, Subject};

/// One thing that somebody may do. Checked in the subgraph that owns the data, never at the edge only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// See levels and changes of stock.
    StockRead,
    /// Change units on hand.
    StockAdjust,
    /// See all orders of the shop and their events.
    OrdersRead,
    /// Cancel any order of the shop.
    OrdersCancel,
    /// See the shop's customers.
    CustomersRead,
    /// See the shop's staff, give them roles, let them go.
    StaffManage,
    /// See one's own orders and their events.
    OwnOrdersRead,
    /// Cancel one's own order while nothing was shipped.
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

    /// Its public name, as `Viewer.permissions` lists it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::StockRead => "STOCK_READ",
            Self::StockAdjust => "STOCK_ADJUST",
            Self::OrdersRead => "ORDERS_READ",
            Self::OrdersCancel => "ORDERS_CANCEL",
            Self::CustomersRead => "CUSTOMERS_READ",
            Self::StaffManage => "STAFF_MANAGE",
            Self::OwnOrdersRead => "OWN_ORDERS_READ",
            Self::OwnOrdersCancel => "OWN_ORDERS_CANCEL",
        }
    }
}

/// What a person is in a shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Staff: may do everything in the shop.
    Owner,
    /// Staff: runs the shop day by day, but has no say about the staff.
    Manager,
    /// Staff: answers customers, and changes nothing.
    Support,
    /// Buys there.
    Customer,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Owner, Self::Manager, Self::Support, Self::Customer];

    /// Its public name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Manager => "manager",
            Self::Support => "support",
            Self::Customer => "customer",
        }
    }

    /// The role of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// What the role may do.
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

/// The caller lacks a permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("permission {} is missing", permission.name())]
pub struct Denied {
    /// What was asked for.
    pub permission: Permission,
    /// Whether nobody is signed in: signing in might help.
    pub anonymous: bool,
}

impl Caller {
    /// The permissions of the caller's role.
    pub fn permissions(&self) -> &'static [Permission] {
        match &self.subject {
            Subject::Anonymous => &[],
            Subject::Customer(_) => Role::Customer.permissions(),
            Subject::Staff { role, .. } => role.permissions(),
        }
    }

    /// Whether the caller may do it.
    pub fn has(&self, permission: Permission) -> bool {
        self.permissions().contains(&permission)
    }

    /// Goes on only when the caller may do it.
    pub fn require(&self, permission: Permission) -> Result<(), Denied> {
        if self.has(permission) {
            Ok(())
        } else {
            Err(Denied {
                permission,
                anonymous: matches!(self.subject, Subject::Anonymous),
            })
        }
    }
}
