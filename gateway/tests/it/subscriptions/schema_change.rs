//! The schema changes under running subscriptions: only those that become invalid end.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::client::{EVENTS, Socket};
use super::stage::Stage;

const TYPES: &str = "subscription { orderEvents { id type } }";
const SCHEMA: &str = include_str!("api.graphql");

/// The gateway's schema file.
struct SchemaFile(PathBuf);

impl SchemaFile {
    fn new() -> Self {
        let name = format!("api-{:x}.graphql", rand::random::<u64>());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::write(&path, SCHEMA).unwrap();
        Self(path)
    }

    async fn stage(&self) -> Stage {
        Stage::start_with([
            ("API_SCHEMA", self.0.to_str().unwrap()),
            ("API_SCHEMA_INTERVAL_MS", "20"),
        ])
        .await
    }

    fn replace(&self, text: &str) {
        // Atomic, as in a deployment: the gateway never reads half a file.
        let next = self.0.with_extension("next");
        std::fs::write(&next, text).unwrap();
        std::fs::rename(next, &self.0).unwrap();
    }
}

impl Drop for SchemaFile {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).unwrap();
    }
}

/// The schema without `OrderEvent.type`, with another new field.
fn changed() -> String {
    let fields = "  \"Type.\"\n  type: OrderEventType!\n";
    assert!(SCHEMA.contains(fields));
    SCHEMA.replacen(fields, "  \"Added.\"\n  added: String\n", 1)
}

async fn fields_of_an_event(stage: &Stage) -> Vec<String> {
    let query = "{ __type(name: \"OrderEvent\") { fields { name } } }";
    let fields = stage.platform.query(query).await.json();
    let fields = fields["data"]["__type"]["fields"].as_array().unwrap();
    let name = |field: &Value| field["name"].as_str().unwrap().to_owned();
    fields.iter().map(name).collect()
}

async fn until_changed(stage: &Stage) {
    testkit::eventually("the new schema", || async {
        let fields = fields_of_an_event(stage).await;
        fields.contains(&"added".to_owned()).then_some(())
    })
    .await;
}

#[tokio::test]
async fn valid_subscriptions_continue_and_the_others_end() {
    let file = SchemaFile::new();
    let stage = file.stage().await;
    let mut socket = Socket::owner(&stage).await;
    socket.watch(&stage, "valid", json!({})).await;
    stage.append_event(1, 1, 1);
    assert_eq!(socket.ids("valid", 1).await, ["kava-orders-1"]);
    socket.subscribe("broken", TYPES, json!({})).await;
    socket.position("broken").await;

    file.replace(&changed());

    let message = socket.next().await;
    assert_eq!(message["type"], "error", "{message}");
    assert_eq!(message["id"], "broken", "{message}");
    let error = &message["payload"][0];
    assert_eq!(error["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
    let text = error["message"].as_str().unwrap();
    assert!(text.contains("schema has changed"), "{text}");
    until_changed(&stage).await;
    // Nothing is repeated, nothing is missing.
    stage.append_event(1, 1, 1);
    assert_eq!(socket.ids("valid", 1).await, ["kava-orders-2"]);
}

#[tokio::test]
async fn later_subscribers_share_reads_with_renewed_ones() {
    let file = SchemaFile::new();
    let stage = file.stage().await;
    let mut early = Socket::owner(&stage).await;
    early.watch(&stage, "1", json!({})).await;
    stage.append_event(1, 1, 1);
    early.event("1").await;
    file.replace(&changed());
    until_changed(&stage).await;
    let mut late = Socket::owner(&stage).await;
    late.watch(&stage, "1", json!({})).await;
    let reads = stage.reads().len();

    stage.append_event(1, 1, 1);

    assert_eq!(early.ids("1", 1).await, ["kava-orders-2"]);
    assert_eq!(late.ids("1", 1).await, ["kava-orders-2"]);
    assert_eq!(stage.reads().len() - reads, 1);
}

#[tokio::test]
async fn changes_under_load_lose_and_repeat_nothing() {
    let file = SchemaFile::new();
    let stage = file.stage().await;
    let mut socket = Socket::owner(&stage).await;
    socket.watch(&stage, "live", json!({})).await;
    let after = json!({ "after": stage.cursor(1, 0) });
    let total = 600;

    let texts = [changed(), SCHEMA.to_owned()];
    let writer = async {
        for number in 0..total {
            stage.append_event(1, 1, 1);
            if number % 20 == 0 {
                file.replace(&texts[number / 20 % 2]);
                tokio::time::sleep(std::time::Duration::from_millis(25)).await;
            }
        }
    };
    let mut resuming = Socket::owner(&stage).await;
    resuming.subscribe("log", EVENTS, after).await;
    let reader = async {
        let live = socket.ids("live", total).await;
        (live, resuming.ids("log", total).await)
    };
    let ((), (live, log)) = tokio::join!(writer, reader);

    let expected: Vec<_> = (1..=total)
        .map(|seq| format!("kava-orders-{seq}"))
        .collect();
    assert_eq!(live, expected);
    assert_eq!(log, expected);
}

#[tokio::test]
async fn an_invalid_file_changes_nothing() {
    let file = SchemaFile::new();
    let stage = file.stage().await;
    let mut socket = Socket::owner(&stage).await;
    socket.watch(&stage, "1", json!({})).await;

    for text in ["type Query {", "type Query { a: Nothing }", ""] {
        file.replace(text);
        tokio::time::sleep(std::time::Duration::from_millis(60)).await;
        assert_eq!(fields_of_an_event(&stage).await, ["id", "type"], "{text}");
    }
    stage.append_event(1, 1, 1);
    assert_eq!(socket.ids("1", 1).await, ["kava-orders-1"]);
    file.replace(&changed());
    until_changed(&stage).await;
}
