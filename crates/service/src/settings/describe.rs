//! All settings of an executable, for the documents.

use super::declaration::Declaration;
use super::reader::Settings;

/// The name of a role, and what reads its settings.
pub type RoleReader = (&'static str, fn(&mut Settings));

/// The settings of an executable, in the order in which its roles read them.
pub fn describe(roles: &[RoleReader]) -> Vec<Declaration> {
    let mut known: Vec<Declaration> = Vec::new();
    for (role, read) in roles {
        let mut absent = Settings::default();
        read(&mut absent);
        for declaration in absent.declarations(role) {
            match known.iter_mut().find(|one| one.key == declaration.key) {
                Some(one) => one.required_by.extend(declaration.required_by),
                None => known.push(declaration),
            }
        }
    }
    known
}
