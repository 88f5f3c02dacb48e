//! Reads and changes rows as superuser, past row-level security; moves stored times into the past.

use chrono::{DateTime, Utc};
use ids::{CustomerId, SessionId, StaffMemberId};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::{CustomersApp, Shop, fresh};

/// Ids that are the same in both shops.
pub struct Twins {
    pub customer: CustomerId,
    pub staff: StaffMemberId,
}

#[derive(sqlx::FromRow)]
pub struct SessionRow {
    #[sqlx(rename = "staff_id")]
    pub staff: Option<Uuid>,
    #[sqlx(rename = "customer_id")]
    pub customer: Option<Uuid>,
    pub expires_at: DateTime<Utc>,
    pub end_reason: Option<String>,
}

#[derive(sqlx::FromRow)]
pub struct HistoryRow {
    pub order: Uuid,
    pub customer: Uuid,
    pub number: String,
    pub total_minor: i64,
    pub currency: String,
    pub kind: String,
    pub email: String,
}

impl CustomersApp {
    pub async fn session(&self, shop: &Shop, id: SessionId) -> SessionRow {
        sqlx::query_as(
            "SELECT staff_id, customer_id, expires_at, end_reason FROM sessions WHERE tenant_id = $1 AND id = $2",
        )
        .bind(shop.id.uuid())
        .bind(id.uuid())
        .fetch_one(&mut self.database.superuser().await)
        .await
        .unwrap()
    }

    /// Number of live sessions of the shop.
    pub async fn count_live_sessions(&self, shop: &Shop) -> i64 {
        sqlx::query_scalar(
            "SELECT count(*) FROM sessions WHERE tenant_id = $1 AND ended_at IS NULL",
        )
        .bind(shop.id.uuid())
        .fetch_one(&mut self.database.superuser().await)
        .await
        .unwrap()
    }

    /// Hashes of the refresh tokens of a session, used ones included.
    pub async fn refresh_token_hashes(&self, shop: &Shop, session: SessionId) -> Vec<Vec<u8>> {
        sqlx::query_scalar(
            "SELECT hash FROM refresh_tokens WHERE tenant_id = $1 AND session_id = $2",
        )
        .bind(shop.id.uuid())
        .bind(session.uuid())
        .fetch_all(&mut self.database.superuser().await)
        .await
        .unwrap()
    }

    /// Moves the first use of a refresh token into the past.
    pub async fn age_use_of(&self, shop: &Shop, refresh_token: &str, seconds: f64) {
        let statement = sqlx::query(
            "UPDATE refresh_tokens SET used_at = used_at - make_interval(secs => $3)
             WHERE tenant_id = $1 AND hash = $2 AND used_at IS NOT NULL",
        )
        .bind(shop.id.uuid())
        .bind(Self::hash_of_token(refresh_token))
        .bind(seconds);
        assert_eq!(self.database.execute(statement).await, 1);
    }

    /// The shop of a tenant that `seed` has loaded.
    pub async fn shop_by_slug(&self, slug: &str) -> Shop {
        let id: Uuid = sqlx::query_scalar("SELECT id FROM tenants WHERE slug = $1")
            .bind(slug)
            .fetch_one(&mut self.database.superuser().await)
            .await
            .unwrap();
        Shop::of(testkit::a_tenant(slug, id.as_u128()))
    }

    /// Makes a session expire in `in_seconds` seconds; a negative value is in the past.
    pub async fn expire_session(&self, shop: &Shop, session: SessionId, in_seconds: f64) {
        let statement = sqlx::query(
            "UPDATE sessions
             SET created_at = created_at - make_interval(days => 60), expires_at = date_trunc('second', now()) + make_interval(secs => $3)
             WHERE tenant_id = $1 AND id = $2",
        )
        .bind(shop.id.uuid())
        .bind(session.uuid())
        .bind(in_seconds);
        assert_eq!(self.database.execute(statement).await, 1);
    }

    /// Hashes of the shop's stream tickets.
    pub async fn ticket_hashes(&self, shop: &Shop) -> Vec<Vec<u8>> {
        sqlx::query_scalar("SELECT hash FROM stream_tickets WHERE tenant_id = $1")
            .bind(shop.id.uuid())
            .fetch_all(&mut self.database.superuser().await)
            .await
            .unwrap()
    }

    /// Moves the creation and expiry of all stream tickets into the past.
    pub async fn age_tickets(&self, shop: &Shop, seconds: f64) {
        let statement = sqlx::query(
            "UPDATE stream_tickets
             SET created_at = created_at - make_interval(secs => $2), expires_at = expires_at - make_interval(secs => $2)
             WHERE tenant_id = $1",
        )
        .bind(shop.id.uuid())
        .bind(seconds);
        self.database.execute(statement).await;
    }

    /// Moves the end of a session into the past.
    pub async fn age_end_of(&self, shop: &Shop, session: SessionId, seconds: f64) {
        let statement = sqlx::query(
            "UPDATE sessions SET ended_at = ended_at - make_interval(secs => $3)
             WHERE tenant_id = $1 AND id = $2 AND ended_at IS NOT NULL",
        )
        .bind(shop.id.uuid())
        .bind(session.uuid())
        .bind(seconds);
        assert_eq!(self.database.execute(statement).await, 1);
    }

    /// Makes every session of the shop expired for `seconds_ago` seconds.
    pub async fn expire_all_sessions(&self, shop: &Shop, seconds_ago: f64) {
        let statement = sqlx::query(
            "UPDATE sessions
             SET created_at = created_at - make_interval(days => 60), expires_at = now() - make_interval(secs => $2)
             WHERE tenant_id = $1",
        )
        .bind(shop.id.uuid())
        .bind(seconds_ago);
        self.database.execute(statement).await;
    }

    /// Adds live sessions without tokens.
    pub async fn add_sessions(&self, shop: &Shop, customer: CustomerId, count: i32) {
        let statement = sqlx::query(
            "INSERT INTO sessions (tenant_id, id, customer_id, created_at, expires_at)
             SELECT $1, gen_random_uuid(), $2, now(), now() + interval '1 day' FROM generate_series(1, $3)",
        )
        .bind(shop.id.uuid())
        .bind(customer.uuid())
        .bind(count);
        self.database.execute(statement).await;
    }

    /// Moves an event of the stream `accounts` into the past.
    pub async fn age_access_events(&self, shop: &Shop, seq: i64, seconds: f64) {
        let statement = sqlx::query(
            "UPDATE events SET occurred_at = occurred_at - make_interval(secs => $3)
             WHERE tenant_id = $1 AND stream = 'accounts' AND seq = $2",
        )
        .bind(shop.id.uuid())
        .bind(seq)
        .bind(seconds);
        assert_eq!(self.database.execute(statement).await, 1);
    }

    pub async fn history(&self, shop: &Shop) -> Vec<HistoryRow> {
        sqlx::query_as(
            r#"SELECT o.order_id AS "order", o.customer_id AS customer, o.number, o.total_minor, o.currency, c.kind, c.email
             FROM customer_orders o JOIN customers c ON c.tenant_id = o.tenant_id AND c.id = o.customer_id
             WHERE o.tenant_id = $1 ORDER BY o.recorded_at, o.order_id"#,
        )
        .bind(shop.id.uuid())
        .fetch_all(&mut self.database.superuser().await)
        .await
        .unwrap()
    }

    pub async fn count_people(&self) -> (i64, i64, i64) {
        sqlx::query_as(
            "SELECT (SELECT count(*) FROM staff_members), (SELECT count(*) FROM customers), (SELECT count(*) FROM accounts)",
        )
        .fetch_one(&mut self.database.superuser().await)
        .await
        .unwrap()
    }

    pub async fn password_hash(&self, shop: &Shop, email: &str) -> String {
        sqlx::query_scalar("SELECT password_hash FROM accounts WHERE tenant_id = $1 AND email = $2")
            .bind(shop.id.uuid())
            .bind(email)
            .fetch_one(&mut self.database.superuser().await)
            .await
            .unwrap()
    }

    pub async fn set_password_hash(&self, shop: &Shop, email: &str, hash: &str) {
        let statement = sqlx::query(
            "UPDATE accounts SET password_hash = $3 WHERE tenant_id = $1 AND email = $2",
        )
        .bind(shop.id.uuid())
        .bind(email)
        .bind(hash);
        assert_eq!(self.database.execute(statement).await, 1);
    }

    pub async fn add_customers(&self, shop: &Shop, count: usize) -> Vec<CustomerId> {
        let ids: Vec<Uuid> = (0..count).map(|_| fresh()).collect();
        let statement = sqlx::query(
            "INSERT INTO customers (tenant_id, id, kind, email, created_at)
             SELECT $1, id, 'guest', id || '@example.com', now() FROM UNNEST($2::uuid[]) AS id",
        )
        .bind(shop.id.uuid())
        .bind(&ids);
        self.database.execute(statement).await;
        ids.into_iter().map(CustomerId::from_uuid).collect()
    }

    /// Adds a customer and an owner with the same id in both shops, but different e-mail addresses.
    pub async fn add_twins(&self, kava_email: &str, knyhy_email: &str) -> Twins {
        let twins = Twins {
            customer: CustomerId::from_uuid(fresh()),
            staff: StaffMemberId::from_uuid(fresh()),
        };
        let mut superuser = self.database.superuser().await;
        for (shop, email) in [(&self.kava, kava_email), (&self.knyhy, knyhy_email)] {
            for (table, columns, id) in [
                ("customers", "kind", twins.customer.uuid()),
                ("staff_members", "role", twins.staff.uuid()),
            ] {
                let value = if table == "customers" {
                    "registered"
                } else {
                    "owner"
                };
                let sql = format!(
                    "INSERT INTO {table} (tenant_id, id, email, {columns}, created_at) VALUES ($1, $2, $3, $4, now())"
                );
                sqlx::query(AssertSqlSafe(sql))
                    .bind(shop.id.uuid())
                    .bind(id)
                    .bind(email)
                    .bind(value)
                    .execute(&mut superuser)
                    .await
                    .unwrap();
            }
        }
        twins
    }
}
