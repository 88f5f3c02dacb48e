//! A GraphQL client that acts as one caller.

use identity::Caller;
use ids::SessionId;
use serde_json::{Value, json};

use super::CustomersApp;

const ENTITIES: &str = "query($r: [_Any!]!) {
    _entities(representations: $r) { ... on Customer { id email name } } }";

/// Executes operations as one caller.
pub struct CallerClient<'a> {
    pub(super) app: &'a CustomersApp,
    pub(super) caller: Caller,
}

impl CallerClient<'_> {
    pub fn in_locale(mut self, locale: &str) -> Self {
        self.caller.tenant.locale = locale.to_owned();
        self
    }

    pub async fn ask(&self, query: &str) -> Value {
        self.ask_with(query, json!({})).await
    }

    pub async fn ask_with(&self, query: &str, variables: Value) -> Value {
        let answer = self.app.execute(&self.caller, query, variables).await;
        answer.0
    }

    pub async fn sign_out(&self, all_sessions: bool) -> Value {
        let query = "mutation($all: Boolean!) { signOut(input: { allSessions: $all }) {
            endedSessions userErrors { code message field } } }";
        self.ask_with(query, json!({ "all": all_sessions })).await
    }

    pub async fn create_stream_ticket(&self, origin: Option<&str>) -> Value {
        let query =
            "mutation($input: CreateStreamTicketInput!) { createStreamTicket(input: $input) {
            ticket expiresAt userErrors { code message field } } }";
        self.ask_with(query, json!({ "input": { "origin": origin } }))
            .await
    }

    /// Creates a ticket; a refusal fails the test.
    pub async fn stream_ticket(&self, origin: Option<&str>) -> String {
        let answer = self.create_stream_ticket(origin).await;
        answer["data"]["createStreamTicket"]["ticket"]
            .as_str()
            .unwrap_or_else(|| panic!("{answer}"))
            .to_owned()
    }

    /// The session of the caller.
    pub fn session(&self) -> SessionId {
        self.caller.session.unwrap()
    }

    pub async fn update_staff_member(&self, input: Value) -> Value {
        let query = "mutation($input: UpdateStaffMemberInput!) { updateStaffMember(input: $input) {
            staffMember { id role active } userErrors { code message field } } }";
        self.ask_with(query, json!({ "input": input })).await
    }

    pub async fn entities<Id: ToString>(&self, ids: &[Id]) -> Value {
        self.ask_with(ENTITIES, json!({ "r": representations(ids) }))
            .await
    }

    /// Number of SQL statements of one `_entities` query.
    pub async fn statements_of_entities<Id: ToString>(&self, ids: &[Id]) -> u64 {
        self.statements(ENTITIES, json!({ "r": representations(ids) }))
            .await
    }

    /// Number of SQL statements of one operation.
    pub async fn statements(&self, query: &str, variables: Value) -> u64 {
        self.app.counted(&self.caller, query, variables).await.1
    }
}

fn representations<Id: ToString>(ids: &[Id]) -> Value {
    ids.iter()
        .map(|id| json!({ "__typename": "Customer", "id": id.to_string() }))
        .collect()
}
