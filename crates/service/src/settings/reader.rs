//! Reading, with all problems reported together.

use std::collections::BTreeMap;
use std::fmt;
use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

use super::declaration::Declaration;
use crate::Secret;

/// Reads the variables `PREFIX_KEY` of one service. The default has no variables.
///
/// A reader does not stop at a problem: it records the problem, returns a placeholder and continues
/// with the next setting. [`Settings::finish`] then reports everything that is missing, invalid or
/// unknown at once. The service must not start before `finish` has succeeded.
#[derive(Debug, Default)]
pub struct Settings {
    prefix: String,
    values: BTreeMap<String, Secret<String>>,
    declared: Vec<Declaration>,
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
            ..Self::default()
        }
    }

    /// A required setting. An empty value counts as absent.
    pub fn required<T>(&mut self, key: &str, description: &'static str) -> T
    where
        T: FromStr<Err: Display> + Default,
    {
        if let Some(text) = self.text(key, description, None) {
            self.parse(key, &text).unwrap_or_default()
        } else {
            self.record(Problem::Missing(key.to_owned()));
            T::default()
        }
    }

    /// An optional setting.
    pub fn optional<T>(&mut self, key: &str, description: &'static str) -> Option<T>
    where
        T: FromStr<Err: Display>,
    {
        let text = self.text(key, description, None)?;
        self.parse(key, &text)
    }

    /// A list that is empty by default.
    pub fn list<T>(&mut self, key: &str, description: &'static str) -> T
    where
        T: FromStr<Err: Display> + Default,
    {
        self.optional(key, description).unwrap_or_default()
    }

    /// A setting with a default.
    pub fn or_default<T>(&mut self, key: &str, default: T, description: &'static str) -> T
    where
        T: FromStr<Err: Display> + Display,
    {
        self.text(key, description, Some(default.to_string()))
            .and_then(|text| self.parse(key, &text))
            .unwrap_or(default)
    }

    /// A number with a default; 1 if it is less.
    pub fn at_least_one<T>(&mut self, key: &str, default: T, description: &'static str) -> T
    where
        T: FromStr<Err: Display> + Display + From<u8> + Ord,
    {
        self.or_default(key, default, description).max(T::from(1))
    }

    /// A required setting that must never be shown.
    pub fn secret(&mut self, key: &str, description: &'static str) -> Secret<String> {
        Secret::new(self.required(key, description))
    }

    /// A number of milliseconds, with a default.
    pub fn duration_ms(
        &mut self,
        key: &str,
        default: Duration,
        description: &'static str,
    ) -> Duration {
        let default = u64::try_from(default.as_millis()).unwrap_or(u64::MAX);
        Duration::from_millis(self.or_default(key, default, description))
    }

    /// A number of seconds, with a default.
    pub fn duration_secs(
        &mut self,
        key: &str,
        default: Duration,
        description: &'static str,
    ) -> Duration {
        Duration::from_secs(self.or_default(key, default.as_secs(), description))
    }

    /// Refuses a key that is no longer read. `reason` says what replaces it.
    pub fn refuse(&mut self, key: &str, reason: &str) {
        if self.values.remove(key).is_some() {
            self.invalid(key, reason);
        }
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

    /// What was declared so far by `role`, for which nothing but defaults was read.
    pub(super) fn declarations(self, role: &'static str) -> impl Iterator<Item = Declaration> {
        let Self {
            declared, problems, ..
        } = self;
        declared.into_iter().map(move |declaration| {
            let missing = Problem::Missing(declaration.key.clone());
            let required_by = problems.contains(&missing).then_some(role);
            Declaration {
                required_by: required_by.into_iter().collect(),
                ..declaration
            }
        })
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
            if !self.is_declared(key) && !is_service_link(key) {
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

    fn is_declared(&self, key: &str) -> bool {
        self.declared.iter().any(|one| one.key == key)
    }

    /// Declares a setting. The text of its value, if it has one.
    fn text(
        &mut self,
        key: &str,
        description: &'static str,
        default: Option<String>,
    ) -> Option<String> {
        if !self.is_declared(key) {
            self.declared.push(Declaration {
                key: key.to_owned(),
                description: description.trim(),
                default,
                required_by: Vec::new(),
            });
        }
        self.values.get(key).map(|value| value.expose().clone())
    }

    fn parse<T>(&mut self, key: &str, text: &str) -> Option<T>
    where
        T: FromStr<Err: Display>,
    {
        let parsed = text.parse();
        parsed.map_err(|error| self.invalid(key, error)).ok()
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
