//! Loads demo shops: a folder with `shop.json` and `people.json`, or a folder of such folders.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::de::DeserializeOwned;

use crate::accounts::{PeopleSeed, seed_people};
use crate::app::App;
use crate::tenants::{ShopSeed, seed_shop};

const SHOP: &str = "shop.json";
const PEOPLE: &str = "people.json";

/// Loads every shop under `folder`. Loading is idempotent. Returns the report for the operator, one line per shop.
pub async fn run(app: &App, folder: &Path) -> Result<String> {
    let shops = shop_folders(folder).await?;
    ensure!(
        !shops.is_empty(),
        "no {SHOP} in {} or in one of its sub-folders",
        folder.display()
    );
    let mut report = Vec::new();
    for shop in shops {
        let loaded = load(app, &shop).await;
        report.push(loaded.with_context(|| format!("seeding from {}", shop.display()))?);
    }
    Ok(report.join("\n"))
}

async fn load(app: &App, folder: &Path) -> Result<String> {
    let shop: ShopSeed = read(&folder.join(SHOP)).await?;
    let slug = shop.slug.clone();
    let tenant = seed_shop(app, shop).await?;
    let people: PeopleSeed = read(&folder.join(PEOPLE)).await?;
    let (staff, customers) = (people.staff.len(), people.customers.len());
    seed_people(app, tenant, people).await?;
    Ok(format!(
        "shop {slug}: {staff} staff members and {customers} customers loaded"
    ))
}

/// `folder` itself if it holds a shop, otherwise its sub-folders that do, sorted by name.
async fn shop_folders(folder: &Path) -> Result<Vec<PathBuf>> {
    if is_shop(folder).await {
        return Ok(vec![folder.to_owned()]);
    }
    let mut shops = Vec::new();
    let mut entries = tokio::fs::read_dir(folder)
        .await
        .with_context(|| format!("reading folder {}", folder.display()))?;
    while let Some(entry) = entries.next_entry().await? {
        let path = entry.path();
        if is_shop(&path).await {
            shops.push(path);
        }
    }
    shops.sort();
    Ok(shops)
}

async fn is_shop(folder: &Path) -> bool {
    tokio::fs::try_exists(folder.join(SHOP))
        .await
        .unwrap_or(false)
}

async fn read<T: DeserializeOwned>(file: &Path) -> Result<T> {
    let text = tokio::fs::read(file)
        .await
        .with_context(|| format!("reading {}", file.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("parsing {}", file.display()))
}
