use super::facts::Facts;
use super::markdown::{self, code};

/// Every permission with the roles that grant it.
pub fn table(facts: &Facts) -> String {
    let roles = &facts.shared.roles;
    let rows = facts.shared.permissions.iter().map(|permission| {
        let granting = roles
            .iter()
            .filter(|role| role.permissions.contains(&permission.name))
            .map(|role| role.name.as_str());
        [
            code([permission.name.as_str()]),
            code(granting),
            permission.description.clone(),
        ]
    });
    markdown::table(["Permission", "Roles", "Allows to"], rows)
}
