//! The current schema, and the file that it is loaded from.
//!
//! A request gets the current schema once and uses it to its end. A file that cannot be read or is not valid changes
//! nothing and is logged once.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::ApiSchema;

/// The current schema. Cloning shares it.
#[derive(Clone)]
pub struct CurrentSchema {
    current: watch::Sender<Arc<ApiSchema>>,
    introspection: bool,
}

impl CurrentSchema {
    /// Starts with the schema of a file. Clients may introspect it if `introspection` is open.
    pub fn load(path: &Path, introspection: bool) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("API schema {} cannot be read", path.display()))?;
        let current = watch::Sender::new(Arc::new(ApiSchema::parse(&text)?));
        Ok(Self {
            current,
            introspection,
        })
    }

    /// Whether clients may introspect the schema.
    pub fn introspection_is_open(&self) -> bool {
        self.introspection
    }

    /// The current schema.
    pub fn get(&self) -> Arc<ApiSchema> {
        Arc::clone(&self.current.borrow())
    }

    /// Replaces the current schema.
    pub fn replace(&self, schema: ApiSchema) {
        self.current.send_replace(Arc::new(schema));
    }

    /// A receiver that is notified of replacements after this call.
    pub fn changes(&self) -> watch::Receiver<Arc<ApiSchema>> {
        self.current.subscribe()
    }

    /// Polls the file every `interval` and loads its content when it has changed, until `stop`.
    pub async fn follow(self, path: PathBuf, interval: Duration, stop: CancellationToken) {
        let mut last_seen = None;
        loop {
            tokio::select! {
                () = tokio::time::sleep(interval) => {}
                () = stop.cancelled() => return,
            }
            let content = tokio::fs::read_to_string(&path).await;
            let content = content.map_err(|error| error.to_string());
            if last_seen.as_ref() != Some(&content) {
                self.reload(&content);
                last_seen = Some(content);
            }
        }
    }

    fn reload(&self, content: &Result<String, String>) {
        let parsed = match content {
            Ok(text) => ApiSchema::parse(text).map_err(|invalid| invalid.to_string()),
            Err(error) => Err(error.clone()),
        };
        match parsed {
            Ok(schema) if schema.id() == self.get().id() => {}
            Ok(schema) => {
                self.replace(schema);
                tracing::info!("the API schema has changed");
            }
            Err(error) => {
                tracing::error!(%error, "the API schema file is not usable; the current schema is kept");
            }
        }
    }
}
