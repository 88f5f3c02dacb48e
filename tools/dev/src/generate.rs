//! `cargo xtask generate`: every committed file that is made from code: schemas, `compose.yaml`, tables in documents.

use std::fs;

use anyhow::{Result, bail};
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
        file(workspace, "compose.yaml", &compose_file::text()?, check)
    })
    .await?;
    step("tables in documents", async {
        for (name, text) in tables::documents(workspace, Profile::Dev).await? {
            file(workspace, name, &text, check)?;
        }
        Ok(())
    })
    .await
}

fn file(workspace: &Workspace, name: &str, text: &str, check: bool) -> Result<()> {
    let path = workspace.root.join(name);
    if fs::read_to_string(&path).is_ok_and(|current| current == text) {
        return Ok(());
    }
    if check {
        bail!("not current: {name}. Run `cargo xtask generate` and commit the result");
    }
    Ok(fs::write(path, text)?)
}
