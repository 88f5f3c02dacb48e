//! Loads the demo people of a shop from a data file. Loading it again leaves passwords and sessions
//! unchanged.

use std::time::Duration;

use database::{StoreError, TenantTx};
use ids::{CustomerId, StaffMemberId, TenantId};
use uuid::Uuid;

use super::model::{Account, Principal, StaffMember, staff_role};
use super::passwords::PasswordError;
use super::store;
use crate::app::App;
use crate::customers::{self, Customer, CustomerKind, EmailAddress};

/// Time-out for a hashing permit; long, because nothing else hashes while seeds are loaded.
const HASHING_TIMEOUT: Duration = Duration::from_mins(1);

/// Content of `people.json`.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeopleSeed {
    /// The password of every person in the file.
    pub password: String,
    pub staff: Vec<StaffSeed>,
    pub customers: Vec<CustomerSeed>,
}

/// A staff member of `people.json`.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StaffSeed {
    pub id: Uuid,
    pub email: String,
    pub name: Option<String>,
    pub role: String,
}

/// A customer of `people.json`.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomerSeed {
    pub id: Uuid,
    pub email: String,
    pub name: Option<String>,
}

/// Why people could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum SeedPeopleError {
    #[error("role {0} does not exist")]
    UnknownRole(String),
    #[error("person {0} has no valid e-mail address")]
    NoEmail(Uuid),
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Writes the people of one tenant. An existing account keeps its password.
pub async fn seed_people(
    app: &App,
    tenant: TenantId,
    seed: PeopleSeed,
) -> Result<(), SeedPeopleError> {
    let permit = app.passwords.acquire(HASHING_TIMEOUT).await?;
    let hash = permit.hash(seed.password).await?;
    let now = app.now();
    let mut tx = app.db.write(tenant).await?;
    for person in seed.staff {
        let member = StaffMember {
            id: StaffMemberId::from_uuid(person.id),
            email: read_email(person.id, &person.email)?,
            name: person.name,
            role: staff_role(&person.role).ok_or(SeedPeopleError::UnknownRole(person.role))?,
            active: true,
        };
        store::upsert_staff_member(&mut tx, &member, now).await?;
        let principal = Principal::Staff {
            id: member.id,
            role: member.role,
        };
        open_account(app, &mut tx, &member.email, principal, &hash).await?;
    }
    for person in seed.customers {
        let customer = Customer {
            id: CustomerId::from_uuid(person.id),
            kind: CustomerKind::Registered,
            email: read_email(person.id, &person.email)?,
            name: person.name,
        };
        customers::upsert_registered_customer(&mut tx, &customer, now).await?;
        let principal = Principal::Customer(customer.id);
        open_account(app, &mut tx, &customer.email, principal, &hash).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn open_account(
    app: &App,
    tx: &mut TenantTx<'_>,
    email: &EmailAddress,
    principal: Principal,
    password_hash: &str,
) -> Result<(), StoreError> {
    if store::exists_account(tx, email).await? {
        return Ok(());
    }
    let account = Account {
        principal,
        password_hash: password_hash.to_owned(),
        password_changed_at: app.now(),
    };
    store::insert_account(tx, email, &account).await
}

fn read_email(person: Uuid, text: &str) -> Result<EmailAddress, SeedPeopleError> {
    EmailAddress::normalise(text).ok_or(SeedPeopleError::NoEmail(person))
}
