//! All settings of an executable, for the documents.

use super::declaration::Declaration;
use super::reader::Settings;

/// The settings of an executable in the order in which its roles read them. Each role is its name and what reads its
/// settings.
pub fn describe(roles: &[(&'static str, fn(&mut Settings))]) -> Vec<Declaration> {
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
