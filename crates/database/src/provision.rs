//! Creates a service's database and its three roles, and runs its migrations.
//!
//! The *owner* runs migrations and owns every table. The *app* role serves tenants: it owns nothing, so
//! forced row-level security applies to it. The *platform* role works across tenants on the tables whose
//! policies name it.

use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use url::Url;

/// Input of [`provision`].
pub struct ProvisionRequest<'a> {
    /// Name of the database and prefix of the role names: `catalog` gives `catalog_owner`, `catalog_app` and
    /// `catalog_platform`.
    pub name: &'a str,
    /// Address with the password of the owner role.
    pub owner_url: &'a str,
    /// Address with the password of the application role.
    pub app_url: &'a str,
    /// Address with the password of the platform role.
    pub platform_url: &'a str,
}

/// Why a database could not be created or migrated.
#[derive(Debug, thiserror::Error)]
pub enum ProvisionError {
    /// PostgreSQL refused a statement or was unavailable.
    #[error("database could not be prepared")]
    Sql(#[from] sqlx::Error),
    /// A migration failed.
    #[error("migration failed")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// An address is not `postgres://<role>:<password>@…/<database>` with the expected role.
    #[error("the address of role {role} does not name that role and a password")]
    Address {
        /// The expected role.
        role: String,
    },
}

/// Advisory lock that serialises provisioning: roles belong to the whole server.
const ROLES_LOCK: i64 = 0x5348_4f50;

/// Creates missing roles and the missing database, and sets the passwords and the access. Idempotent.
pub async fn provision(
    admin_url: &str,
    request: &ProvisionRequest<'_>,
) -> Result<(), ProvisionError> {
    let name = request.name;
    let mut admin = connect(admin_url).await?;
    sqlx::query("SELECT pg_advisory_lock($1)")
        .bind(ROLES_LOCK)
        .execute(&mut admin)
        .await?;
    let urls = [
        ("owner", request.owner_url),
        ("app", request.app_url),
        ("platform", request.platform_url),
    ];
    for (kind, url) in urls {
        let role = format!("{name}_{kind}");
        let password = password_of(url, &role)?;
        upsert_role(&mut admin, &role, &password).await?;
    }
    let exists: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
            .bind(name)
            .fetch_one(&mut admin)
            .await?;
    if !exists {
        run(
            &mut admin,
            format!("CREATE DATABASE {name} OWNER {name}_owner"),
        )
        .await?;
    }
    let options: PgConnectOptions = admin_url.parse()?;
    let mut inside = options.database(name).connect().await?;
    set_up_access(&mut inside, name).await?;
    inside.close().await?;
    // Last: it frees the lock, and two processes cannot replace the same function at once.
    admin.close().await?;
    Ok(())
}

/// Gives the roles of `name` their access to the database of the connection, revokes the access of all others, and
/// creates the function `tenancy.isolate`, which migrations call for every new table.
pub async fn set_up_access(inside: &mut PgConnection, name: &str) -> Result<(), sqlx::Error> {
    run(inside, access_sql(name)).await
}

/// What [`set_up_access`] executes.
pub fn access_sql(name: &str) -> String {
    include_str!("access.sql").replace("{name}", name)
}

/// Runs the pending migrations, as the owner.
pub async fn migrate(owner_url: &str, migrator: &Migrator) -> Result<(), ProvisionError> {
    let mut owner = connect(owner_url).await?;
    migrator.run(&mut owner).await?;
    owner.close().await?;
    Ok(())
}

async fn connect(url: &str) -> Result<PgConnection, sqlx::Error> {
    url.parse::<PgConnectOptions>()?.connect().await
}

async fn upsert_role(
    admin: &mut PgConnection,
    role: &str,
    password: &str,
) -> Result<(), sqlx::Error> {
    let exists: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)")
            .bind(role)
            .fetch_one(&mut *admin)
            .await?;
    let verb = if exists { "ALTER" } else { "CREATE" };
    let password = password.replace('\'', "''");
    run(
        admin,
        format!(
            "{verb} ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD '{password}'"
        ),
    )
    .await?;
    if role.ends_with("_owner") {
        return Ok(());
    }
    // The time-outs of `service::deadlines`, set on the role so that they apply to every statement.
    for limit in [
        "statement_timeout = '3s'",
        "lock_timeout = '1s'",
        "idle_in_transaction_session_timeout = '5s'",
    ] {
        run(admin, format!("ALTER ROLE {role} SET {limit}")).await?;
    }
    Ok(())
}

/// Runs SQL with interpolated names: names cannot be bound as parameters. They come from this workspace, and
/// passwords are quoted.
async fn run(connection: &mut PgConnection, sql: String) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(connection)
        .await
        .map(drop)
}

fn password_of(url: &str, role: &str) -> Result<String, ProvisionError> {
    Url::parse(url)
        .ok()
        .filter(|url| url.username() == role)
        .and_then(|url| url.password().map(str::to_owned))
        .ok_or_else(|| ProvisionError::Address {
            role: role.to_owned(),
        })
}
