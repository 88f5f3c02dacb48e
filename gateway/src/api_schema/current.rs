//! The schema of the moment, and the file that it comes from.
//!
//! A request asks once which schema holds and keeps to it. A file that cannot be read or is not valid changes
//! nothing and is reported once.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::ApiSchema;

/// Which schema holds. Cloning shares it.
#[derive(Clone)]
pub struct CurrentSchema(watch::Sender<Arc<ApiSchema>>);

impl CurrentSchema {
    /// Begins with a schema.
    pub fn new(schema: ApiSchema) -> Self {
        Self(watch::Sender::new(Arc::new(schema)))
    }

    /// Begins with the schema of a file.
    pub fn load(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("API schema {} cannot be read", path.display()))?;
        Ok(Self::new(ApiSchema::parse(&text)?))
    }

    /// The schema that holds now.
    pub fn get(&self) -> Arc<ApiSchema> {
        Arc::clone(&self.0.borrow())
    }

    /// From now on this one holds.
    pub fn replace(&self, schema: ApiSchema) {
        self.0.send_replace(Arc::new(schema));
    }

    /// Tells of replacements after this call.
    pub fn changes(&self) -> watch::Receiver<Arc<ApiSchema>> {
        self.0.subscribe()
    }

    /// Looks at the file every `interval` and takes what it holds, until `stop`.
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
                self.take(&content);
                last_seen = Some(content);
            }
        }
    }

    fn take(&self, content: &Result<String, String>) {
        let parsed = match content {
            Ok(text) => ApiSchema::parse(text).map_err(|invalid| invalid.to_string()),
            Err(reason) => Err(reason.clone()),
        };
        match parsed {
            Ok(schema) if schema.id() == self.get().id() => {}
            Ok(schema) => {
                self.replace(schema);
                tracing::info!("the API schema has changed");
            }
            Err(reason) => {
                tracing::error!(%reason, "the API schema file is of no use, the schema stays as it is");
            }
        }
    }
}
