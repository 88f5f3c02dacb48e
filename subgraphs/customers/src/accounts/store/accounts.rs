//! SQL of `accounts`.

use database::{Columns, StoreError, TenantConnection, TenantTx};
use sqlx::FromRow;
use sqlx::postgres::PgRow;

use super::principal;
use crate::accounts::model::Account;
use crate::customers::EmailAddress;

/// Every column of an [`Account`] with an e-mail, unless its staff member is deactivated.
macro_rules! select_account {
    ($rest:literal) => {
        concat!(
            "SELECT a.staff_id, s.role, a.customer_id, a.password_hash, a.password_changed_at
             FROM accounts a
             LEFT JOIN staff_members s ON s.tenant_id = a.tenant_id AND s.id = a.staff_id
             WHERE a.tenant_id = $1
               AND a.email = $2
               AND s.active IS NOT FALSE ",
            $rest
        )
    };
}

impl FromRow<'_, PgRow> for Account {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let columns = Columns::of(row, "accounts", "staff_id");
        Ok(Self {
            principal: principal(row, &columns)?,
            password_hash: columns.get("password_hash")?,
            password_changed_at: columns.get("password_changed_at")?,
        })
    }
}

/// The account with this e-mail; `None` also when its staff member is deactivated.
pub async fn find_account(
    conn: &mut impl TenantConnection,
    email: &EmailAddress,
) -> Result<Option<Account>, StoreError> {
    Ok(sqlx::query_as(select_account!(""))
        .bind(conn.tenant())
        .bind(email.as_str())
        .fetch_optional(conn.connection())
        .await?)
}

/// The same account, locked until the transaction ends.
pub async fn lock_account(
    tx: &mut TenantTx<'_>,
    email: &EmailAddress,
) -> Result<Option<Account>, StoreError> {
    Ok(sqlx::query_as(select_account!("FOR UPDATE OF a"))
        .bind(tx.tenant())
        .bind(email.as_str())
        .fetch_optional(tx.connection())
        .await?)
}

/// Replaces the hash of an unchanged password; `password_changed_at` keeps its value.
pub async fn update_password_hash(
    tx: &mut TenantTx<'_>,
    email: &EmailAddress,
    password_hash: &str,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE accounts
         SET password_hash = $3
         WHERE tenant_id = $1
           AND email = $2",
    )
    .bind(tx.tenant())
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
    Ok(sqlx::query_scalar(
        "SELECT EXISTS (
             SELECT 1
             FROM accounts
             WHERE tenant_id = $1
               AND email = $2
         )",
    )
    .bind(conn.tenant())
    .bind(email.as_str())
    .fetch_one(conn.connection())
    .await?)
}

/// Inserts an account.
pub async fn insert_account(
    tx: &mut TenantTx<'_>,
    email: &EmailAddress,
    account: &Account,
) -> Result<(), StoreError> {
    let (staff, customer) = account.principal.columns();
    sqlx::query(
        "INSERT INTO accounts (tenant_id, email, staff_id, customer_id, password_hash, password_changed_at, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $6)",
    )
    .bind(tx.tenant())
    .bind(email.as_str())
    .bind(staff)
    .bind(customer)
    .bind(&account.password_hash)
    .bind(account.password_changed_at)
    .execute(tx.connection())
    .await?;
    Ok(())
}
