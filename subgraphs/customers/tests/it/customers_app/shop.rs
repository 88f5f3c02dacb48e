//! The two shops of a test, with the people in them.

use std::ops::Deref;

use identity::TenantContext;
use ids::{CustomerId, StaffMemberId};
use serde_json::json;

use super::{CustomersApp, PASSWORD, fresh};

/// A shop with an owner, a manager and two customers. `maria@example.com` is in both shops.
pub struct Shop {
    pub domain: String,
    pub owner: StaffMemberId,
    pub manager: StaffMemberId,
    pub olena: CustomerId,
    pub maria: CustomerId,
    context: TenantContext,
}

impl Deref for Shop {
    type Target = TenantContext;

    fn deref(&self) -> &TenantContext {
        &self.context
    }
}

impl Shop {
    /// The shop of a tenant, with new people.
    pub fn of(context: TenantContext) -> Self {
        Self {
            domain: format!("{}-shop.example", context.slug),
            owner: testkit::owner(&context).staff_member().unwrap(),
            manager: StaffMemberId::from_uuid(fresh()),
            olena: CustomerId::from_uuid(fresh()),
            maria: CustomerId::from_uuid(fresh()),
            context,
        }
    }

    /// A shop without rows in the database.
    pub fn deleted() -> Self {
        Self::of(a_new_tenant("deleted"))
    }

    pub fn owner_email(&self) -> String {
        format!("owner@{}.example", self.slug)
    }

    pub fn manager_email(&self) -> String {
        format!("manager@{}.example", self.slug)
    }

    pub fn olena_email(&self) -> String {
        format!("olena@{}.example", self.slug)
    }
}

/// A tenant that no other test has: all tests share one Redis with the counts of failed sign-ins.
pub fn a_new_tenant(slug: &str) -> TenantContext {
    testkit::a_tenant(slug, fresh().as_u128())
}

impl CustomersApp {
    /// Loads the shop from files, as role `seed` does.
    pub async fn seed_shop(&self, shop: &Shop, uk: &str, en: &str) -> anyhow::Result<()> {
        let folder = tempfile::tempdir().unwrap();
        let file = json!({
            "id": shop.id.uuid(),
            "slug": shop.slug,
            "name": { "uk": uk, "en": en },
            "default_currency": "UAH",
            "default_locale": "uk",
            "locales": ["uk", "ru", "en"],
            "plan": "large",
            "domains": [shop.domain],
        });
        std::fs::write(folder.path().join("shop.json"), file.to_string()).unwrap();
        let people = json!({
            "password": PASSWORD,
            "staff": [
                { "id": shop.owner.uuid(), "email": shop.owner_email(), "name": "Оксана", "role": "owner" },
                { "id": shop.manager.uuid(), "email": shop.manager_email(), "name": "Тарас", "role": "manager" },
            ],
            "customers": [
                { "id": shop.olena.uuid(), "email": shop.olena_email(), "name": "Олена" },
                { "id": shop.maria.uuid(), "email": "maria@example.com", "name": "Марія" },
            ],
        });
        std::fs::write(folder.path().join("people.json"), people.to_string()).unwrap();
        self.seed(folder.path()).await.map(drop)
    }
}
