//! Data migrations, run on a database that holds rows.

use std::borrow::Cow;

use sqlx::migrate::Migrator;
use testkit::TestDatabase;
use uuid::Uuid;

/// The migration that moves refresh tokens to their own table.
const CREATE_REFRESH_TOKENS: i64 = 20_261_122_130_000;

fn migrations_before(version: i64) -> Migrator {
    let migrations = customers::MIGRATOR
        .iter()
        .filter(|migration| migration.version < version)
        .cloned()
        .collect();
    Migrator {
        migrations: Cow::Owned(migrations),
        ..Migrator::DEFAULT
    }
}

#[tokio::test]
async fn existing_sessions_keep_their_refresh_tokens() {
    let before = migrations_before(CREATE_REFRESH_TOKENS);
    let database = TestDatabase::create("customers", &before).await;
    let mut superuser = database.superuser().await;
    sqlx::raw_sql(
        "INSERT INTO tenants (id, slug, name, status, plan, default_currency, default_locale, locales, created_at, updated_at)
         VALUES ('00000000-0000-0000-0000-000000000001', 'kava', '{\"uk\": \"Кава\"}', 'active', 'free', 'UAH', 'uk', '{uk}', now(), now());
         INSERT INTO customers (tenant_id, id, kind, email, created_at)
         VALUES ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000002', 'registered', 'maria@example.com', now());
         INSERT INTO sessions (tenant_id, id, customer_id, family, refresh_token_hash, created_at, expires_at, revoked_at)
         SELECT '00000000-0000-0000-0000-000000000001', id, '00000000-0000-0000-0000-000000000002', id, sha256(id::text::bytea),
                now(), now() + interval '30 days', revoked_at
         FROM (VALUES ('00000000-0000-0000-0000-000000000003'::uuid, NULL), ('00000000-0000-0000-0000-000000000004'::uuid, now()))
              AS before (id, revoked_at)",
    )
    .execute(&mut superuser)
    .await
    .unwrap();

    database::migrate(&database.owner_url, &customers::MIGRATOR)
        .await
        .unwrap();

    let tokens: Vec<(Uuid, bool, bool, Option<String>)> = sqlx::query_as(
        "SELECT s.id, t.hash = sha256(s.id::text::bytea) AND t.expires_at = s.expires_at AND t.used_at IS NULL,
                s.ended_at IS NULL, s.end_reason
         FROM sessions s
         JOIN refresh_tokens t ON t.tenant_id = s.tenant_id AND t.session_id = s.id
         ORDER BY s.id",
    )
    .fetch_all(&mut superuser)
    .await
    .unwrap();
    assert_eq!(
        tokens,
        [
            (Uuid::from_u128(3), true, true, None),
            (Uuid::from_u128(4), true, false, Some("signed_out".into())),
        ]
    );
    let forced: bool = sqlx::query_scalar(
        "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE relname = 'sessions'",
    )
    .fetch_one(&mut superuser)
    .await
    .unwrap();
    assert!(forced);
}
