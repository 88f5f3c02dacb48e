//! SQL of `staff_members`.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use database::page::{Page, PageRequest};
use database::{Columns, Keyset, StoreError, TenantConnection, TenantTx};
use ids::StaffMemberId;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Postgres, QueryBuilder};

use crate::accounts::model::{StaffKey, StaffMember, staff_role};
use crate::customers::EmailAddress;

impl FromRow<'_, PgRow> for StaffMember {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let row = Columns::of(row, "staff_members", "id");
        Ok(Self {
            id: row.get("id")?,
            email: row.parse("email", EmailAddress::normalise)?,
            name: row.get("name")?,
            role: row.parse("role", staff_role)?,
            active: row.get("active")?,
        })
    }
}

/// The staff members of the transaction's tenant among `ids`; unknown ids are absent.
pub async fn load_staff_members_by_ids(
    conn: &mut impl TenantConnection,
    ids: &[StaffMemberId],
) -> Result<HashMap<StaffMemberId, StaffMember>, StoreError> {
    let members: Vec<StaffMember> = sqlx::query_as(
        "SELECT id, email, name, role, active
         FROM staff_members
         WHERE tenant_id = $1
           AND id = ANY ($2)",
    )
    .bind(conn.tenant())
    .bind(ids)
    .fetch_all(conn.connection())
    .await?;
    Ok(members
        .into_iter()
        .map(|member| (member.id, member))
        .collect())
}

/// A page of the list, sorted by e-mail address.
pub async fn list_staff_members(
    conn: &mut impl TenantConnection,
    page: &PageRequest<StaffKey>,
) -> Result<Page<StaffMember>, StoreError> {
    let mut query = QueryBuilder::<Postgres>::new(
        "SELECT id, email, name, role, active
         FROM staff_members
         WHERE tenant_id = ",
    );
    query.push_bind(conn.tenant());
    Keyset::ascending(&["email"])
        .fetch(conn, query, page, |values, key| {
            values.push_bind(key.email.clone());
        })
        .await
}

/// Number of staff members in the whole list.
pub async fn count_staff_members(conn: &mut impl TenantConnection) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT COUNT(*)
         FROM staff_members
         WHERE tenant_id = $1",
    )
    .bind(conn.tenant())
    .fetch_one(conn.connection())
    .await?)
}

/// The staff member, locked until the transaction ends.
pub async fn lock_staff_member(
    tx: &mut TenantTx<'_>,
    id: StaffMemberId,
) -> Result<Option<StaffMember>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT id, email, name, role, active
         FROM staff_members
         WHERE tenant_id = $1
           AND id = $2
         FOR UPDATE",
    )
    .bind(tx.tenant())
    .bind(id)
    .fetch_optional(tx.connection())
    .await?)
}

/// The staff member and every active owner, locked in the order of their ids: when two owners demote each other at the same
/// time, the second command sees the result of the first.
pub async fn lock_staff_member_and_owners(
    tx: &mut TenantTx<'_>,
    id: StaffMemberId,
) -> Result<Vec<StaffMember>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT id, email, name, role, active
         FROM staff_members
         WHERE tenant_id = $1
           AND (id = $2 OR (role = 'owner' AND active))
         ORDER BY id
         FOR UPDATE",
    )
    .bind(tx.tenant())
    .bind(id)
    .fetch_all(tx.connection())
    .await?)
}

/// Updates `role` and `active`.
pub async fn update_staff_member(
    tx: &mut TenantTx<'_>,
    member: &StaffMember,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE staff_members
         SET role = $3, active = $4
         WHERE tenant_id = $1
           AND id = $2",
    )
    .bind(tx.tenant())
    .bind(member.id)
    .bind(member.role.name())
    .bind(member.active)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Inserts a staff member; an existing one gets the new e-mail, name and role and keeps `active`.
pub async fn upsert_staff_member(
    tx: &mut TenantTx<'_>,
    member: &StaffMember,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO staff_members (tenant_id, id, email, name, role, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (tenant_id, id) DO UPDATE
         SET email = EXCLUDED.email, name = EXCLUDED.name, role = EXCLUDED.role",
    )
    .bind(tx.tenant())
    .bind(member.id)
    .bind(member.email.as_str())
    .bind(member.name.as_deref())
    .bind(member.role.name())
    .bind(now)
    .execute(tx.connection())
    .await?;
    Ok(())
}
