//! The settings, one table for each set of services that declare them alike.

use super::facts::{Facts, Setting};
use super::markdown::{self, code};
use crate::workspace::SUBGRAPHS;

/// Tables with headings: first the settings of every service, at last those of one.
pub fn tables(facts: &Facts) -> String {
    let mut groups: Vec<(Vec<&str>, Vec<&Setting>)> = Vec::new();
    for setting in facts.settings.iter().flat_map(|(_, settings)| settings) {
        let services = declared_alike(facts, setting);
        match groups.iter_mut().find(|(group, _)| *group == services) {
            Some((_, settings)) if settings.contains(&setting) => {}
            Some((_, settings)) => settings.push(setting),
            None => groups.push((services, vec![setting])),
        }
    }
    groups.sort_by_key(|(services, _)| std::cmp::Reverse(services.len()));
    let sections = groups
        .iter()
        .map(|(services, settings)| format!("### {}\n\n{}", heading(services), table(settings)));
    sections.collect::<Vec<_>>().join("\n")
}

fn declared_alike<'a>(facts: &'a Facts, setting: &Setting) -> Vec<&'a str> {
    let services = facts.settings.iter();
    services
        .filter(|(_, settings)| settings.contains(setting))
        .map(|(service, _)| *service)
        .collect()
}

fn heading(services: &[&str]) -> String {
    if services.len() > SUBGRAPHS.len() {
        "Every service".to_owned()
    } else if services == SUBGRAPHS {
        "Every subgraph".to_owned()
    } else {
        services.join(" and ")
    }
}

/// One row for the settings that share a description.
fn table(settings: &[&Setting]) -> String {
    let mut rows: Vec<(&str, Vec<&Setting>)> = Vec::new();
    for setting in settings {
        match rows.iter_mut().find(|(one, _)| *one == setting.description) {
            Some((_, alike)) => alike.push(setting),
            None => rows.push((&setting.description, vec![setting])),
        }
    }
    let rows = rows.into_iter().map(|(description, alike)| {
        let defaults: Vec<String> = alike.iter().map(|setting| default(setting)).collect();
        [
            code(alike.iter().map(|setting| setting.key.as_str())),
            defaults.join(", "),
            description.to_owned(),
        ]
    });
    markdown::table(["Key", "Default", "Effect"], rows)
}

fn default(setting: &Setting) -> String {
    match &setting.default {
        Some(default) => code([default.as_str()]),
        None if setting.required_by.is_empty() => "none".to_owned(),
        None => format!(
            "required by {}",
            code(setting.required_by.iter().map(String::as_str))
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::facts::Shared;
    use super::*;

    fn setting(key: &str, default: Option<&str>, required_by: &[&str]) -> Setting {
        Setting {
            key: key.to_owned(),
            description: "Effect.".to_owned(),
            default: default.map(str::to_owned),
            required_by: required_by.iter().map(|role| (*role).to_owned()).collect(),
        }
    }

    #[test]
    fn services_share_what_they_declare_alike() {
        let log = setting("LOG", Some("info"), &[]);
        let url = setting("URL", None, &["serve", "work"]);
        let listen = |port| setting("LISTEN", Some(port), &[]);
        let list = setting("LIST", None, &[]);
        let facts = Facts {
            settings: vec![
                ("customers", vec![listen("1"), log.clone(), url.clone()]),
                ("catalog", vec![log.clone(), url.clone()]),
                ("orders", vec![log.clone(), url]),
                ("gateway", vec![listen("2"), list, log]),
            ],
            shared: Shared::default(),
            packages: Vec::new(),
        };

        assert_eq!(
            tables(&facts),
            "\
### Every service

| Key | Default | Effect |
|---|---|---|
| `LOG` | `info` | Effect. |

### Every subgraph

| Key | Default | Effect |
|---|---|---|
| `URL` | required by `serve`, `work` | Effect. |

### customers

| Key | Default | Effect |
|---|---|---|
| `LISTEN` | `1` | Effect. |

### gateway

| Key | Default | Effect |
|---|---|---|
| `LISTEN`, `LIST` | `2`, none | Effect. |
"
        );
    }
}
