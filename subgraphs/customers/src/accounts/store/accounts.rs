//! SQL of `accounts`.

use chrono::{DateTime, Utc};
use database::{StoreError, TenantConnection, TenantTx};
use ids::{CustomerId, StaffMemberId};
use uuid::Uuid;

use crate::accounts::model::{Account, Principal, staff_role};
use crate::corrupt_row::CorruptRow;
use crate::customers::EmailAddress;

#[derive(sqlx::FromRow)]
struct AccountRow {
    staff_id: Option<Uuid>,
    role: Option<String>,
    customer_id: Option<Uuid>,
    password_hash: String,
    password_changed_at: DateTime<Utc>,
}

impl TryFrom<AccountRow> for Account {
    type Error = StoreError;

    fn try_from(row: AccountRow) -> Result<Self, StoreError> {
        let corrupt = |table, column| {
            let id = row.staff_id.or(row.customer_id).unwrap_or_default();
            CorruptRow { table, column, id }
        };
        let principal = match (row.staff_id, row.customer_id) {
            (Some(id), None) => {
                let role = row.role.as_deref().and_then(staff_role);
                Principal::Staff {
                    id: StaffMemberId::from_uuid(id),
                    role: role.ok_or_else(|| corrupt("staff_members", "role"))?,
                }
            }
            (None, Some(id)) => Principal::Customer(CustomerId::from_uuid(id)),
            (Some(_), Some(_)) | (None, None) => {
                return Err(corrupt("accounts", "customer_id").into());
            }
        };
        Ok(Self {
            principal,
            password_hash: row.password_hash,
            password_changed_at: row.password_changed_at,
        })
    }
}

/// The account with this e-mail; `None` also when its staff member is deactivated.
pub async fn find_account(
    conn: &mut impl TenantConnection,
    email: &EmailAddress,
) -> Result<Option<Account>, StoreError> {
    let tenant = conn.tenant().uuid();
    let row = sqlx::query_as::<_, AccountRow>(
        "SELECT a.staff_id, s.role, a.customer_id, a.password_hash, a.password_changed_at
         FROM accounts a
         LEFT JOIN staff_members s ON s.tenant_id = a.tenant_id AND s.id = a.staff_id
         WHERE a.tenant_id = $1
           AND a.email = $2
           AND s.active IS NOT FALSE",
    )
    .bind(tenant)
    .bind(email.as_str())
    .fetch_optional(conn.connection())
    .await?;
    row.map(Account::try_from).transpose()
}

/// The same account, locked until the transaction ends.
pub async fn lock_account(
    tx: &mut TenantTx<'_>,
    email: &EmailAddress,
) -> Result<Option<Account>, StoreError> {
    let tenant = tx.tenant().uuid();
    let row = sqlx::query_as::<_, AccountRow>(
        "SELECT a.staff_id, s.role, a.customer_id, a.password_hash, a.password_changed_at
         FROM accounts a
         LEFT JOIN staff_members s ON s.tenant_id = a.tenant_id AND s.id = a.staff_id
         WHERE a.tenant_id = $1
           AND a.email = $2
           AND s.active IS NOT FALSE
         FOR UPDATE OF a",
    )
    .bind(tenant)
    .bind(email.as_str())
    .fetch_optional(tx.connection())
    .await?;
    row.map(Account::try_from).transpose()
}

/// Replaces the hash of an unchanged password; `password_changed_at` keeps its value.
pub async fn update_password_hash(
    tx: &mut TenantTx<'_>,
    email: &EmailAddress,
    password_hash: &str,
) -> Result<(), StoreError> {
    let tenant = tx.tenant().uuid();
    sqlx::query(
        "UPDATE accounts
         SET password_hash = $3
         WHERE tenant_id = $1
           AND email = $2",
    )
    .bind(tenant)
    .bind(email.as_str())
    .bind(password_hash)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Whether an account with this e-mail exists, active or not.
pub async fn exists_account(
    conn: &mut impl TenantConnection,
    email: &EmailAddress,
) -> Result<bool, StoreError> {
    let tenant = conn.tenant().uuid();
    let exists = sqlx::query_scalar::<_, bool>(
        "SELECT EXISTS (
             SELECT 1
             FROM accounts
             WHERE tenant_id = $1
               AND email = $2
         )",
    )
    .bind(tenant)
    .bind(email.as_str())
    .fetch_one(conn.connection())
    .await?;
    Ok(exists)
}

/// Inserts an account.
pub async fn insert_account(
    tx: &mut TenantTx<'_>,
    email: &EmailAddress,
    account: &Account,
) -> Result<(), StoreError> {
    let tenant = tx.tenant().uuid();
    let (staff, customer) = account.principal.columns();
    sqlx::query(
        "INSERT INTO accounts (tenant_id, email, staff_id, customer_id, password_hash, password_changed_at, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $6)",
    )
    .bind(tenant)
    .bind(email.as_str())
    .bind(staff)
    .bind(customer)
    .bind(&account.password_hash)
    .bind(account.password_changed_at)
    .execute(tx.connection())
    .await?;
    Ok(())
}
