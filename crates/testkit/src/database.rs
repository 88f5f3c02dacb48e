//! A separate database for every test, with the roles of production: the application role owns nothing, so that
//! row-level security applies in tests.

use std::collections::HashSet;

use ::database::{
    DatabaseConfig, PlatformDb, ProvisionRequest, TenantDb, access_sql, migrate, provision,
    set_up_access,
};
use service::Secret;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgArguments, PgConnectOptions};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, Postgres};
use tokio::sync::Mutex;
use url::Url;
use uuid::Uuid;

const PASSWORD: &str = "test";
/// Advisory lock that serialises the creation of templates on one server, over all test processes.
const TEMPLATE_LOCK: i64 = 0x7465_6d70;

/// Templates that this process knows to exist.
static TEMPLATES: Mutex<Option<HashSet<String>>> = Mutex::const_new(None);

/// A migrated, empty database that no other test uses.
pub struct TestDatabase {
    /// Address as the application role.
    pub app_url: String,
    /// Address as the platform role.
    pub platform_url: String,
    /// Address as the owner of the tables.
    pub owner_url: String,
}

impl TestDatabase {
    /// Creates a database with the roles and migrations of service `name` (`catalog`, `orders`, `customers`).
    pub async fn create(name: &str, migrator: &Migrator) -> Self {
        let template = template(name, migrator).await;
        Self::copy(name, &template).await
    }

    /// Creates a database from a dump of an older version of service `name`, with owners and grants, and brings it up
    /// to date as a deployment does.
    pub async fn restore(name: &str, dump: &'static str, migrator: &Migrator) -> Self {
        // Roles belong to the server; whoever makes the template makes them.
        template(name, migrator).await;
        let restored = Self::copy(name, "template0").await;
        let mut superuser = restored.superuser().await;
        sqlx::raw_sql(dump)
            .execute(&mut superuser)
            .await
            .expect("dump is restored");
        superuser
            .close()
            .await
            .expect("restoring connection closes");
        prepare(name, &restored.database(), migrator).await;
        restored
    }

    async fn copy(name: &str, template: &str) -> Self {
        let database = format!("test_{name}_{}", unique_suffix());
        let mut admin = connect(&super::postgres_url()).await;
        run(
            &mut admin,
            format!("CREATE DATABASE {database} TEMPLATE {template} OWNER {name}_owner"),
        )
        .await;
        admin.close().await.expect("server connection closes");
        Self {
            app_url: role_url(&format!("{name}_app"), &database),
            platform_url: role_url(&format!("{name}_platform"), &database),
            owner_url: role_url(&format!("{name}_owner"), &database),
        }
    }

    /// The database settings of a service with this database.
    pub fn config(&self) -> DatabaseConfig {
        DatabaseConfig {
            app_url: Secret::new(self.app_url.clone()),
            platform_url: Secret::new(self.platform_url.clone()),
            max_connections: 10,
        }
    }

    /// A pool under the application role.
    pub fn tenants(&self) -> TenantDb {
        TenantDb::connect(&self.config()).expect("address of the test database is well-formed")
    }

    /// A pool under the platform role.
    pub fn platform(&self) -> PlatformDb {
        PlatformDb::connect(&self.config()).expect("address of the test database is well-formed")
    }

    /// A connection as the owner, to check what was written. Row-level security is forced, so it sees no rows
    /// of a table before it sets a tenant; see [`Self::superuser`].
    pub async fn owner(&self) -> PgConnection {
        connect(&self.owner_url).await
    }

    /// A connection as the application role, without a tenant.
    pub async fn application(&self) -> PgConnection {
        connect(&self.app_url).await
    }

    /// Number of transactions that have been idle for 200 ms or more.
    pub async fn idle_transactions(&self) -> i64 {
        sqlx::query_scalar(
            "SELECT COUNT(*) FROM pg_stat_activity
             WHERE datname = current_database() AND state LIKE 'idle in transaction%'
               AND state_change < clock_timestamp() - INTERVAL '200 ms'",
        )
        .fetch_one(&mut self.superuser().await)
        .await
        .expect("connections are listed")
    }

    /// A connection that sees every row, to check invariants over all tenants.
    pub async fn superuser(&self) -> PgConnection {
        connect(&database_url(&super::postgres_url(), &self.database())).await
    }

    /// Executes a statement past row-level security, and returns the number of rows that it changed.
    pub async fn execute(&self, statement: Query<'_, Postgres, PgArguments>) -> u64 {
        let done = statement.execute(&mut self.superuser().await).await;
        done.expect("statement runs").rows_affected()
    }

    /// The name of the database.
    fn database(&self) -> String {
        let url = Url::parse(&self.app_url).expect("address of the test database is well-formed");
        url.path().trim_start_matches('/').to_owned()
    }
}

/// A database with all migrations, copied for every test. Its name contains a fingerprint of what it is made of.
async fn template(name: &str, migrator: &Migrator) -> String {
    let template = format!("template_{name}_{:016x}", fingerprint(name, migrator));
    let mut known = TEMPLATES.lock().await;
    let templates = known.get_or_insert_default();
    if !templates.contains(&template) {
        create_template(name, &template, migrator).await;
        templates.insert(template.clone());
    }
    template
}

async fn create_template(name: &str, template: &str, migrator: &Migrator) {
    let admin_url = super::postgres_url();
    let mut admin = connect(&admin_url).await;
    sqlx::query("SELECT pg_advisory_lock($1)")
        .bind(TEMPLATE_LOCK)
        .execute(&mut admin)
        .await
        .expect("template lock is taken");
    let exists: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1 AND datistemplate)",
    )
    .bind(template)
    .fetch_one(&mut admin)
    .await
    .expect("databases are listed");
    if !exists {
        let request = ProvisionRequest {
            name,
            owner_url: &role_url(&format!("{name}_owner"), name),
            app_url: &role_url(&format!("{name}_app"), name),
            platform_url: &role_url(&format!("{name}_platform"), name),
        };
        provision(&admin_url, &request)
            .await
            .expect("roles are made");
        run(&mut admin, format!("DROP DATABASE IF EXISTS {template}")).await;
        run(
            &mut admin,
            format!("CREATE DATABASE {template} OWNER {name}_owner"),
        )
        .await;
        prepare(name, template, migrator).await;
        run(
            &mut admin,
            format!("ALTER DATABASE {template} IS_TEMPLATE true"),
        )
        .await;
    }
    admin.close().await.expect("server connection closes");
}

/// Gives the roles access to a database and runs the missing migrations.
async fn prepare(name: &str, database: &str, migrator: &Migrator) {
    let mut inside = connect(&database_url(&super::postgres_url(), database)).await;
    set_up_access(&mut inside, name)
        .await
        .expect("roles may use the database");
    inside.close().await.expect("granting connection closes");
    migrate(&role_url(&format!("{name}_owner"), database), migrator)
        .await
        .expect("migrations run");
}

/// Hash of all migrations and of what provisioning sets up; changes with each of them.
fn fingerprint(name: &str, migrator: &Migrator) -> u64 {
    let access = access_sql(name);
    migrator
        .iter()
        .flat_map(|migration| migration.checksum.iter())
        .chain(access.as_bytes())
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        })
}

#[expect(
    clippy::disallowed_methods,
    reason = "names of databases must differ between processes"
)]
fn unique_suffix() -> String {
    Uuid::now_v7().simple().to_string()
}

fn role_url(role: &str, database: &str) -> String {
    let mut url = Url::parse(&super::postgres_url()).expect("TEST_POSTGRES_URL is an address");
    url.set_username(role).expect("address takes a user");
    url.set_password(Some(PASSWORD))
        .expect("address takes a password");
    url.set_path(database);
    url.into()
}

fn database_url(admin_url: &str, database: &str) -> String {
    let mut url = Url::parse(admin_url).expect("TEST_POSTGRES_URL is an address");
    url.set_path(database);
    url.into()
}

async fn connect(url: &str) -> PgConnection {
    url.parse::<PgConnectOptions>()
        .expect("address is well-formed")
        .connect()
        .await
        .expect("PostgreSQL of the test run answers")
}

async fn run(connection: &mut PgConnection, sql: String) {
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(connection)
        .await
        .expect("statement runs");
}
