//! Tenant isolation: another tenant's people and sessions look missing. The table has a case for every root field, entity
//! and internal call; one without a case fails. Twins are a customer and an owner with the same ids in both shops, so that
//! only the tenant distinguishes them.

mod internal_calls;
mod people;
mod sessions;

use customers::MIGRATOR;
use testkit::{TestDatabase, assert_no_rows_without_tenant, assert_tenancy};

use crate::customers_app::{CustomersApp, order_placed};

/// Tables without a tenant: tenants and their domains are looked up before any tenant is known.
const PLATFORM_TABLES: [&str; 3] = ["event_log_epoch", "tenants", "tenant_domains"];

#[tokio::test]
async fn every_way_in_is_isolated() {
    let app = CustomersApp::start_empty().await;

    app.isolation_table()
        .case("Query.shop", people::shop)
        .case("Query.viewer", people::viewer)
        .case("Query.staffMembers", people::staff_members)
        .case("Mutation.signIn", sessions::sign_in)
        .case("Mutation.refreshSession", sessions::refresh_session)
        .case("Mutation.signOut", sessions::sign_out)
        .case("Mutation.updateStaffMember", people::update_staff_member)
        .case(
            "Mutation.createStreamTicket",
            sessions::create_stream_ticket,
        )
        .case("entity Customer", people::customer_entity)
        .case(
            "POST /internal/accounts/access-changes",
            internal_calls::access_changes,
        )
        .case(
            "POST /internal/accounts/stream-tickets/redeem",
            internal_calls::redeem_stream_ticket,
        )
        .case("POST /internal/feed", internal_calls::feed)
        .case("POST /internal/heads", internal_calls::heads)
        .without_tenant_data(
            "POST /internal/tenants/resolve",
            "it finds the tenant of a request, so none is known before; profiles are public",
        )
        .check()
        .await;
}

#[tokio::test]
async fn every_table_is_isolated() {
    let database = TestDatabase::create("customers", &MIGRATOR).await;

    assert_tenancy(&database, "customers", &PLATFORM_TABLES).await;
}

#[tokio::test]
async fn the_application_role_sees_nothing_without_a_tenant() {
    let app = CustomersApp::start().await;
    app.deliver(&app.kava, &order_placed(None, "guest@example.com"))
        .await;
    let tokens = app.tokens(&app.kava, "maria@example.com").await;
    let maria = app.bearer(&app.kava, &tokens.access).await;
    maria.stream_ticket(None).await;

    // The inbox holds what is not handled yet.
    let except = [&PLATFORM_TABLES[..], &["inbox"]].concat();
    assert_no_rows_without_tenant(&app.database, &except).await;
}
