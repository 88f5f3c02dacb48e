//! Permission checks of a caller.

use crate::{Caller, Permission, Role, Subject};

/// The caller lacks a permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("permission {} is missing", permission.name())]
pub struct Denied {
    /// The required permission.
    pub permission: Permission,
    /// Whether the caller is not signed in: signing in might help.
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

    /// Whether the caller has the permission.
    pub fn has(&self, permission: Permission) -> bool {
        self.permissions().contains(&permission)
    }

    /// Fails unless the caller has the permission.
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
