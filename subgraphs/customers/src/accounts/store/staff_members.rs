//! SQL of `staff_members`.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use database::page::{Direction, Page, PageRequest};
use database::{StoreError, TenantConnection, TenantTx};
use ids::StaffMemberId;
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use crate::accounts::model::{StaffKey, StaffMember, staff_role};
use crate::corrupt_row::CorruptRow;
use crate::customers::EmailAddress;

#[derive(sqlx::FromRow)]
struct StaffMemberRow {
    id: Uuid,
    email: String,
    name: Option<String>,
    role: String,
    active: bool,
}

impl TryFrom<StaffMemberRow> for StaffMember {
    type Error = StoreError;

    fn try_from(row: StaffMemberRow) -> Result<Self, StoreError> {
        let corrupt = |column| CorruptRow {
            table: "staff_members",
            column,
            id: row.id,
        };
        Ok(Self {
            id: StaffMemberId::from_uuid(row.id),
            email: EmailAddress::normalise(&row.email).ok_or_else(|| corrupt("email"))?,
            name: row.name,
            role: staff_role(&row.role).ok_or_else(|| corrupt("role"))?,
            active: row.active,
        })
    }
}

/// The staff members of the transaction's tenant among `ids`; unknown ids are absent.
pub async fn load_staff_members_by_ids(
    conn: &mut impl TenantConnection,
    ids: &[StaffMemberId],
) -> Result<HashMap<StaffMemberId, StaffMember>, StoreError> {
    let tenant = conn.tenant().uuid();
    let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    let rows = sqlx::query_as::<_, StaffMemberRow>(
        "SELECT id, email, name, role, active
         FROM staff_members
         WHERE tenant_id = $1
           AND id = ANY ($2)",
    )
    .bind(tenant)
    .bind(&ids)
    .fetch_all(conn.connection())
    .await?;
    rows.into_iter()
        .map(|row| StaffMember::try_from(row).map(|member| (member.id, member)))
        .collect()
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
    query.push_bind(conn.tenant().uuid());
    let (comparison, order) = match page.direction {
        Direction::Forward => (" AND email > ", " ORDER BY email"),
        Direction::Backward => (" AND email < ", " ORDER BY email DESC"),
    };
    if let Some(key) = &page.cursor {
        query.push(comparison).push_bind(key.email.clone());
    }
    query
        .push(order)
        .push(" LIMIT ")
        .push_bind(page.fetch_limit());
    let rows: Vec<StaffMemberRow> = query.build_query_as().fetch_all(conn.connection()).await?;
    let members = rows
        .into_iter()
        .map(StaffMember::try_from)
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Page::from_fetched(members, page))
}

/// Number of staff members in the whole list.
pub async fn count_staff_members(conn: &mut impl TenantConnection) -> Result<i64, StoreError> {
    let tenant = conn.tenant().uuid();
    let count = sqlx::query_scalar::<_, i64>(
        "SELECT COUNT(*)
         FROM staff_members
         WHERE tenant_id = $1",
    )
    .bind(tenant)
    .fetch_one(conn.connection())
    .await?;
    Ok(count)
}

/// The staff member, locked until the transaction ends.
pub async fn lock_staff_member(
    tx: &mut TenantTx<'_>,
    id: StaffMemberId,
) -> Result<Option<StaffMember>, StoreError> {
    let tenant = tx.tenant().uuid();
    let row = sqlx::query_as::<_, StaffMemberRow>(
        "SELECT id, email, name, role, active
         FROM staff_members
         WHERE tenant_id = $1
           AND id = $2
         FOR UPDATE",
    )
    .bind(tenant)
    .bind(id.uuid())
    .fetch_optional(tx.connection())
    .await?;
    row.map(StaffMember::try_from).transpose()
}

/// The staff member and every active owner, locked in the order of their ids: when two owners demote each other at the same
/// time, the second command sees the result of the first.
pub async fn lock_staff_member_and_owners(
    tx: &mut TenantTx<'_>,
    id: StaffMemberId,
) -> Result<Vec<StaffMember>, StoreError> {
    let tenant = tx.tenant().uuid();
    let rows = sqlx::query_as::<_, StaffMemberRow>(
        "SELECT id, email, name, role, active
         FROM staff_members
         WHERE tenant_id = $1
           AND (id = $2 OR (role = 'owner' AND active))
         ORDER BY id
         FOR UPDATE",
    )
    .bind(tenant)
    .bind(id.uuid())
    .fetch_all(tx.connection())
    .await?;
    rows.into_iter().map(StaffMember::try_from).collect()
}

/// Updates `role` and `active`.
pub async fn update_staff_member(
    tx: &mut TenantTx<'_>,
    member: &StaffMember,
) -> Result<(), StoreError> {
    let tenant = tx.tenant().uuid();
    sqlx::query(
        "UPDATE staff_members
         SET role = $3, active = $4
         WHERE tenant_id = $1
           AND id = $2",
    )
    .bind(tenant)
    .bind(member.id.uuid())
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
    let tenant = tx.tenant().uuid();
    sqlx::query(
        "INSERT INTO staff_members (tenant_id, id, email, name, role, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (tenant_id, id) DO UPDATE
         SET email = EXCLUDED.email, name = EXCLUDED.name, role = EXCLUDED.role",
    )
    .bind(tenant)
    .bind(member.id.uuid())
    .bind(member.email.as_str())
    .bind(member.name.as_deref())
    .bind(member.role.name())
    .bind(now)
    .execute(tx.connection())
    .await?;
    Ok(())
}
