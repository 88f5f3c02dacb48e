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
pub struct CurrentSchema(watch::Sender<Arc<ApiSchema>>);

impl CurrentSchema {
    /// Starts with a schema.
    pub fn new(schema: ApiSchema) -> Self {
        Self(watch::Sender::new(Arc::new(schema)))
    }

    /// Starts with the schema of a file.
    pub fn load(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("API schema {} cannot be read", path.display()))?;
        Ok(Self::new(ApiSchema::parse(&text)?))
    }

    /// The current schema.
    pub fn get(&self) -> Arc<ApiSchema> {
        Arc::clone(&self.0.borrow())
    }

    /// Replaces the current schema.
    pub fn replace(&self, schema: ApiSchema) {
        self.0.send_replace(Arc::new(schema));
    }

    /// A receiver that is notified of replacements after this call.
    pub fn changes(&self) -> watch::Receiver<Arc<ApiSchema>> {
        self.0.subscribe()
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
