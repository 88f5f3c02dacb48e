//! What clients and operators held when an older version of the platform was stopped: `testdata/upgrade/facts.json`.

use identity::{Caller, Role, Subject, TenantContext};
use ids::TenantId;
use serde_json::{Value, json};

use crate::{ExactClock, GraphqlClient, a_tenant, anonymous, customer};

const FACTS: &str = include_str!("../../../testdata/upgrade/facts.json");

/// The facts that belong to the dumps in `testdata/upgrade`; its README describes them.
pub struct Facts(Value);

impl Default for Facts {
    fn default() -> Self {
        Self::read()
    }
}

impl Facts {
    /// Reads the facts.
    pub fn read() -> Self {
        Self(serde_json::from_str(FACTS).expect("facts are JSON"))
    }

    /// The value at a path, e.g. `/sessions/olena`.
    #[track_caller]
    pub fn at(&self, path: &str) -> &Value {
        self.0
            .pointer(path)
            .unwrap_or_else(|| panic!("no fact at {path}"))
    }

    /// The text at a path.
    #[track_caller]
    pub fn text(&self, path: &str) -> &str {
        let value = self.at(path);
        value
            .as_str()
            .unwrap_or_else(|| panic!("not a text at {path}: {value}"))
    }

    /// The names in the object at a path.
    #[track_caller]
    pub fn names(&self, path: &str) -> Vec<&str> {
        let object = self.at(path).as_object().expect("fact is an object");
        object.keys().map(String::as_str).collect()
    }

    /// A clock that stands at the time of the dumps.
    pub fn clock(&self) -> ExactClock {
        ExactClock::at(self.text("/frozenAt"))
    }

    /// The tenant of a shop.
    pub fn tenant(&self, shop: &str) -> TenantContext {
        let id: TenantId = parse(self.text(&format!("/shops/{shop}/id")));
        a_tenant(shop, id.uuid().as_u128())
    }

    /// The caller that the facts call `who`: a person of `sessions`, or `guest`.
    pub fn caller(&self, shop: &str, who: &str) -> Caller {
        let tenant = self.tenant(shop);
        if who == "guest" {
            return anonymous(&tenant);
        }
        let viewer = self.at(&format!("/sessions/{who}/viewer"));
        match (&viewer["customer"]["id"], &viewer["staff"]["id"]) {
            (Value::String(id), _) => customer(&tenant, parse(id)),
            (_, Value::String(id)) => Caller {
                tenant,
                subject: Subject::staff(parse(id), role(&viewer["staff"]["role"])),
                session: None,
            },
            _ => panic!("{who} is nobody: {viewer}"),
        }
    }

    /// Sends a command again, with another value of one input field if `change` is given, and returns the payload.
    pub async fn repeat(
        &self,
        client: &GraphqlClient,
        command: &str,
        change: Option<(&str, Value)>,
    ) -> Value {
        let command = self.at(&format!("/commands/{command}"));
        let text = |field: &str| command[field].as_str().expect("field of a command");
        let mut input = command["input"].clone();
        if let Some((field, value)) = change {
            input[field] = value;
        }
        let mutation = text("mutation");
        let query = self.text(&format!("/queries/{mutation}"));
        let caller = self.caller(text("shop"), text("as"));
        let answer = client
            .execute(&caller, query, json!({ "input": input }))
            .await;
        answer.at(&format!("/{mutation}")).clone()
    }

    /// The commands that were answered, with one of these mutations.
    pub fn answered(&self, mutations: &[&str]) -> Vec<&str> {
        let mut names = self.names("/commands");
        names.retain(|name| {
            let command = self.at(&format!("/commands/{name}"));
            let mutation = command["mutation"].as_str();
            command.get("repeat").is_some()
                && mutation.is_some_and(|mutation| mutations.contains(&mutation))
        });
        assert!(!names.is_empty(), "no command has one of {mutations:?}");
        names
    }

    /// Fails unless every answered command with one of these mutations is answered as it was.
    pub async fn assert_repeats(&self, client: &GraphqlClient, mutations: &[&str]) {
        for name in self.answered(mutations) {
            let payload = self.repeat(client, name, None).await;
            assert_eq!(
                &payload,
                self.at(&format!("/commands/{name}/repeat")),
                "{name}"
            );
        }
    }

    /// Fails unless the key of every answered command with this mutation refuses another input.
    pub async fn assert_conflicts(
        &self,
        client: &GraphqlClient,
        mutation: &str,
        (field, value): (&str, Value),
    ) {
        for name in self.answered(&[mutation]) {
            let change = Some((field, value.clone()));
            let payload = self.repeat(client, name, change).await;
            assert_eq!(
                payload["userErrors"][0]["code"], "IDEMPOTENCY_CONFLICT",
                "{name}: {payload}"
            );
        }
    }

    /// Fails unless the page after the cursor of that name has the rows that followed it.
    pub async fn assert_continues(&self, client: &GraphqlClient, cursor: &str) {
        let fact = self.at(&format!("/cursors/{cursor}"));
        let text = |field: &str| fact[field].as_str().expect("field of a cursor");
        let caller = self.caller("kava", text("as"));
        let variables = json!({ "first": 100, "after": fact["cursor"] });
        let answer = client.execute(&caller, text("query"), variables).await;
        let connections = answer.data().as_object().expect("data is an object");
        let connection = connections.values().next().expect("one field is selected");
        assert_eq!(connection["nodes"], fact["after"], "{cursor}");
    }
}

fn role(name: &Value) -> Role {
    let role = name.as_str().and_then(Role::from_name);
    role.expect("role is known")
}

fn parse<Id: std::str::FromStr>(text: &str) -> Id {
    text.parse().unwrap_or_else(|_| panic!("not an id: {text}"))
}
