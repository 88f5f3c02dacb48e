//! Configuration from the environment, read once at start. All problems are reported together.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

use crate::Secret;

/// Reads the variables `PREFIX_KEY` of one service.
///
/// A reader does not stop at a problem: it records the problem, returns a placeholder and continues
/// with the next setting. [`Settings::finish`] then reports everything that is missing, invalid or
/// unknown at once. The service must not start before `finish` has succeeded.
#[derive(Debug)]
pub struct Settings {
    prefix: String,
    values: BTreeMap<String, Secret<String>>,
    known: BTreeSet<String>,
    problems: Vec<Problem>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Problem {
    Missing(String),
    Invalid { key: String, reason: String },
}

/// All problems of the settings of a service. Never contains a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError {
    /// One sentence fragment per problem, ordered by setting name.
    pub problems: Vec<String>,
}

impl Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid settings: {}", self.problems.join("; "))
    }
}

impl std::error::Error for SettingsError {}

impl Settings {
    /// Reads the environment. `prefix` is the service's name, in any case: `catalog` reads
    /// `CATALOG_*`.
    pub fn from_env(prefix: &str) -> Self {
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        Self::collect(prefix, variables)
    }

    /// Reads a map with full names (`CATALOG_LISTEN`). For tests.
    pub fn from_map<K, V>(prefix: &str, map: impl IntoIterator<Item = (K, V)>) -> Self
    where
        K: Into<String>,
        V: Into<String>,
    {
        Self::collect(prefix, map.into_iter().map(|(k, v)| (k.into(), v.into())))
    }

    fn collect(prefix: &str, variables: impl Iterator<Item = (String, String)>) -> Self {
        let prefix = format!("{}_", prefix.to_ascii_uppercase());
        let values = variables
            .filter_map(|(name, value)| {
                let key = name.strip_prefix(&prefix)?;
                let value = value.trim();
                (!value.is_empty()).then(|| (key.to_owned(), Secret::new(value.to_owned())))
            })
            .collect();
        Self {
            prefix,
            values,
            known: BTreeSet::new(),
            problems: Vec::new(),
        }
    }

    /// A required setting. An empty value counts as absent.
    pub fn required<T>(&mut self, key: &str) -> T
    where
        T: FromStr + Default,
        T::Err: Display,
    {
        if let Some(text) = self.text(key) {
            self.parse(key, &text).unwrap_or_default()
        } else {
            self.record(Problem::Missing(key.to_owned()));
            T::default()
        }
    }

    /// An optional setting.
    pub fn optional<T>(&mut self, key: &str) -> Option<T>
    where
        T: FromStr,
        T::Err: Display,
    {
        let text = self.text(key)?;
        self.parse(key, &text)
    }

    /// A setting with a default.
    pub fn or_default<T>(&mut self, key: &str, default: T) -> T
    where
        T: FromStr,
        T::Err: Display,
    {
        self.optional(key).unwrap_or(default)
    }

    /// A required setting that must never be shown.
    pub fn secret(&mut self, key: &str) -> Secret<String> {
        Secret::new(self.required(key))
    }

    /// An optional setting that must never be shown.
    pub fn secret_optional(&mut self, key: &str) -> Option<Secret<String>> {
        self.optional(key).map(Secret::new)
    }

    /// A number of milliseconds, with a default.
    pub fn duration_ms(&mut self, key: &str, default: Duration) -> Duration {
        self.optional::<u64>(key)
            .map_or(default, Duration::from_millis)
    }

    /// A number of seconds, with a default.
    pub fn duration_secs(&mut self, key: &str, default: Duration) -> Duration {
        self.optional::<u64>(key)
            .map_or(default, Duration::from_secs)
    }

    /// Marks the settings that `read` reads as known, whatever they hold: other roles of the executable, which share
    /// its environment, use them.
    pub fn accept<T>(&mut self, read: impl FnOnce(&mut Self) -> T) {
        let problems = self.problems.len();
        read(self);
        self.problems.truncate(problems);
    }

    /// Records a problem that only the reader of a setting can detect (two settings that contradict
    /// each other, a key that does not decode). `reason` must not contain the value.
    pub fn invalid(&mut self, key: &str, reason: impl Display) {
        self.record(Problem::Invalid {
            key: key.to_owned(),
            reason: reason.to_string(),
        });
    }

    /// Reports all problems. Call it after the last setting was read.
    pub fn finish(&self) -> Result<(), SettingsError> {
        let mut problems: Vec<(String, String)> = Vec::new();
        for problem in &self.problems {
            match problem {
                Problem::Missing(key) => problems.push((key.clone(), "is missing".to_owned())),
                Problem::Invalid { key, reason } => {
                    problems.push((key.clone(), format!("is invalid ({reason})")));
                }
            }
        }
        for key in self.values.keys() {
            if !self.known.contains(key) && !is_service_link(key) {
                problems.push((key.clone(), "is unknown".to_owned()));
            }
        }
        problems.sort();
        problems.dedup();
        if problems.is_empty() {
            return Ok(());
        }
        Err(SettingsError {
            problems: problems
                .into_iter()
                .map(|(key, what)| format!("{}{key} {what}", self.prefix))
                .collect(),
        })
    }

    fn text(&mut self, key: &str) -> Option<String> {
        self.known.insert(key.to_owned());
        self.values.get(key).map(|value| value.expose().clone())
    }

    fn parse<T>(&mut self, key: &str, text: &str) -> Option<T>
    where
        T: FromStr,
        T::Err: Display,
    {
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.record(Problem::Invalid {
                    key: key.to_owned(),
                    reason: error.to_string(),
                });
                None
            }
        }
    }

    fn record(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

/// Container platforms inject such variables for a service with the same name
/// (`CATALOG_SERVICE_HOST`, `CATALOG_PORT_8080_TCP_ADDR`); they are not typing errors.
fn is_service_link(key: &str) -> bool {
    key == "PORT"
        || key == "SERVICE_HOST"
        || key.starts_with("SERVICE_PORT")
        || (key.starts_with("PORT_") && key.contains("_TCP"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_every_problem_together_and_no_value() {
        let mut settings = Settings::from_map(
            "orders",
            [
                ("ORDERS_LIMIT", "many-s3cret"),
                ("ORDERS_LISTN", "127.0.0.1:1"),
                ("CATALOG_URL", "not ours"),
                ("ORDERS_SERVICE_HOST", "10.0.0.1"),
            ],
        );

        let limit: u32 = settings.required("LIMIT");
        let url: String = settings.required("DATABASE__APP_URL");
        let error = settings.finish().unwrap_err();

        assert_eq!((limit, url.as_str()), (0, ""));
        assert_eq!(
            error.problems,
            [
                "ORDERS_DATABASE__APP_URL is missing",
                "ORDERS_LIMIT is invalid (invalid digit found in string)",
                "ORDERS_LISTN is unknown",
            ]
        );
        assert!(!error.to_string().contains("s3cret"));
    }

    #[test]
    fn settings_of_other_roles_are_known_and_not_checked() {
        let mut settings = Settings::from_map("ORDERS", [("ORDERS_LIMIT", "many")]);

        settings.accept(|settings| {
            (
                settings.required::<u32>("LIMIT"),
                settings.secret("BROKER__URL"),
            )
        });

        assert_eq!(settings.finish(), Ok(()));
    }

    #[test]
    fn reads_values_and_defaults() {
        let mut settings = Settings::from_map(
            "GATEWAY",
            [
                ("GATEWAY_WAIT_MS", "250"),
                ("GATEWAY_EMPTY", "  "),
                ("GATEWAY_KEY", "k"),
            ],
        );

        assert_eq!(
            settings.duration_ms("WAIT_MS", Duration::ZERO),
            Duration::from_millis(250)
        );
        assert_eq!(settings.optional::<String>("EMPTY"), None);
        assert_eq!(settings.or_default("PORT_NUMBER", 7_u16), 7);
        assert_eq!(settings.secret("KEY").expose(), "k");
        assert_eq!(settings.finish(), Ok(()));
    }
}
