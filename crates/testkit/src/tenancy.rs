//! Audit of a database's tenant isolation: the requirements of every table, checked in PostgreSQL's catalogue.

use sqlx::{AssertSqlSafe, PgConnection, Row};

use crate::TestDatabase;

/// Fails unless every table with a `tenant_id` is isolated: row-level security is enabled and forced, a policy
/// for the application role checks reads and writes, and `tenant_id` is first in the primary key and every
/// unique index and part of every foreign key. Tables that do not belong to one tenant, and tables with deliberately
/// global unique indexes, must be listed in `platform_tables`. The application and platform roles must own
/// nothing and must not be able to bypass policies.
pub async fn assert_tenancy(database: &TestDatabase, name: &str, platform_tables: &[&str]) {
    let mut connection = database.superuser().await;
    let mut faults = faults_of_tables(&mut connection, name, platform_tables).await;
    faults.extend(faults_of_indexes(&mut connection, platform_tables).await);
    faults.extend(faults_of_foreign_keys(&mut connection).await);
    faults.extend(faults_of_roles(&mut connection, name).await);
    assert!(
        faults.is_empty(),
        "tenant isolation of {name} is incomplete:\n{}",
        faults.join("\n")
    );
}

/// Fails unless the application role sees no row of any table before it sets a tenant. The tables in `except` are not
/// read; every other table must have rows, or nothing would be proved.
pub async fn assert_no_rows_without_tenant(database: &TestDatabase, except: &[&str]) {
    let mut superuser = database.superuser().await;
    let mut application = database.application().await;
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT c.relname
         FROM pg_class c
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
           AND c.relname <> '_sqlx_migrations' AND NOT c.relname = ANY ($1)
           AND has_table_privilege(c.oid, 'SELECT')",
    )
    .bind(except)
    .fetch_all(&mut application)
    .await
    .expect("tables are listed");
    assert!(!tables.is_empty(), "no table is read");
    for table in tables {
        let all = count(&mut superuser, &table).await;
        assert_ne!(all, 0, "table {table} has no rows");
        let seen = count(&mut application, &table).await;
        assert_eq!(seen, 0, "table {table} shows rows without a tenant");
    }
}

async fn count(connection: &mut PgConnection, table: &str) -> i64 {
    sqlx::query_scalar(AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}")))
        .fetch_one(connection)
        .await
        .expect("rows are counted")
}

async fn faults_of_tables(
    connection: &mut PgConnection,
    name: &str,
    platform_tables: &[&str],
) -> Vec<String> {
    let tables = sqlx::query(
        "SELECT c.relname AS table_name,
                c.relrowsecurity AND c.relforcerowsecurity AS isolated,
                EXISTS (
                    SELECT FROM pg_attribute a
                    WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
                ) AS has_tenant,
                EXISTS (
                    SELECT FROM pg_policies p
                    WHERE p.schemaname = 'public' AND p.tablename = c.relname
                      AND $1 = ANY (p.roles) AND p.cmd = 'ALL'
                      AND p.qual LIKE '%app.tenant_id%' AND p.with_check LIKE '%app.tenant_id%'
                ) AS has_policy
         FROM pg_class c
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
         ORDER BY c.relname",
    )
    .bind(format!("{name}_app"))
    .fetch_all(connection)
    .await
    .expect("tables are listed");
    let mut faults = Vec::new();
    for row in tables {
        let table: String = row.get("table_name");
        if table == "_sqlx_migrations" || platform_tables.contains(&table.as_str()) {
            continue;
        }
        for (column, fault) in [
            (
                "has_tenant",
                "has no tenant_id and is not listed as a platform table",
            ),
            ("isolated", "does not enable and force row-level security"),
            (
                "has_policy",
                "has no tenant policy for the application role",
            ),
        ] {
            if !row.get::<bool, _>(column) {
                faults.push(format!("table {table} {fault}"));
            }
        }
    }
    faults
}

async fn faults_of_indexes(connection: &mut PgConnection, platform_tables: &[&str]) -> Vec<String> {
    sqlx::query_scalar(
        "SELECT format('unique index %s does not start with tenant_id', i.indexrelid::regclass)
         FROM pg_index i
         JOIN pg_class t ON t.oid = i.indrelid AND t.relnamespace = 'public'::regnamespace
         JOIN pg_attribute own ON own.attrelid = t.oid AND own.attname = 'tenant_id'
         LEFT JOIN pg_attribute first ON first.attrelid = t.oid AND first.attnum = i.indkey[0]
         WHERE i.indisunique AND first.attname IS DISTINCT FROM 'tenant_id'
           AND NOT t.relname = ANY ($1)",
    )
    .bind(platform_tables)
    .fetch_all(connection)
    .await
    .expect("indexes are listed")
}

async fn faults_of_foreign_keys(connection: &mut PgConnection) -> Vec<String> {
    sqlx::query_scalar(
        "SELECT format('foreign key %s of %s does not carry tenant_id', c.conname, c.conrelid::regclass)
         FROM pg_constraint c
         JOIN pg_attribute own ON own.attrelid = c.conrelid AND own.attname = 'tenant_id'
         WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace
           AND NOT own.attnum = ANY (c.conkey)",
    )
    .fetch_all(connection)
    .await
    .expect("foreign keys are listed")
}

async fn faults_of_roles(connection: &mut PgConnection, name: &str) -> Vec<String> {
    let mut faults: Vec<String> = sqlx::query_scalar(
        "SELECT format('role %s is privileged', rolname)
         FROM pg_roles
         WHERE rolname = ANY ($1) AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)",
    )
    .bind([format!("{name}_app"), format!("{name}_platform")])
    .fetch_all(&mut *connection)
    .await
    .expect("roles are listed");
    let owned: Vec<String> = sqlx::query_scalar(
        "SELECT format('%s is owned by %s', c.oid::regclass, r.rolname)
         FROM pg_class c
         JOIN pg_roles r ON r.oid = c.relowner
         WHERE c.relnamespace = 'public'::regnamespace AND r.rolname = ANY ($1)",
    )
    .bind([format!("{name}_app"), format!("{name}_platform")])
    .fetch_all(connection)
    .await
    .expect("owners are listed");
    faults.extend(owned);
    faults
}
