//! `cargo xtask generate`: every committed file that is made from code: schemas, `compose.yaml`, tables in documents.

use anyhow::Result;
use clap::Args;

use crate::progress::{loud_step, step};
use crate::workspace::{Profile, Workspace};
use crate::{compose_file, schema, tables};

#[derive(Args)]
pub struct Options {
    /// Compare with the committed files instead of writing them.
    #[arg(long)]
    check: bool,
}

pub async fn run(options: &Options) -> Result<()> {
    let workspace = Workspace::find().await?;
    loud_step("cargo build", workspace.build(Profile::Dev, &[])).await?;
    all(&workspace, options.check).await
}

/// Writes or compares everything, with binaries that are built.
pub async fn all(workspace: &Workspace, check: bool) -> Result<()> {
    schema::generate(workspace, Profile::Dev, check).await?;
    step("compose.yaml", async {
        workspace.update([("compose.yaml", compose_file::text()?)], check)
    })
    .await?;
    step("tables in documents", async {
        let documents = tables::documents(workspace, Profile::Dev).await?;
        workspace.update(documents, check)
    })
    .await
}
