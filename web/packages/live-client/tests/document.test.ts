import assert from "node:assert/strict";
import { test } from "node:test";

import { checkDocument, DocumentError } from "../src/index.ts";

test("a document that takes its start from the variable is accepted", () => {
  const documents = [
    "subscription ($after: String) { orderEvents(after: $after) { id } }",
    "subscription Watch($filter: OrderEventFilter, $after: String) { orderEvents(filter: $filter, after: $after) { id } }",
    "query Q { shop { name } } subscription Watch($after: String = null) @live { live: orderEvents(after:$after){id} }",
    "subscription($after: String) { ...Events } fragment Events on Subscription { orderEvents(after: $after) { id } }",
    '# subscription { x }\nsubscription W($after: String, $q: String = "a \\") {") { orderEvents(after: $after) { id } }',
  ];
  for (const document of documents) assert.doesNotThrow(() => checkDocument(document, "after"), document);
});

test("a document that cannot resume is rejected, and the error explains the fix", () => {
  const documents: [string, RegExp][] = [
    ["subscription { orderEvents { id } }", /\$after is not declared/],
    ["subscription ($after: String) { orderEvents { id } }", /no field has `after: \$after`/],
    ['subscription { orderEvents(after: "c1") { id } }', /not declared/],
    ["subscription ($afterwards: String) { orderEvents(after: $afterwards) { id } }", /not declared/],
    ["# after: $after\nsubscription ($after: String) { orderEvents { id } }", /no field has/],
    ["query ($after: String) { orderEvents(after: $after) { nodes { id } } }", /no subscription/],
    ["query { subscription { id } }", /no subscription/],
  ];
  for (const [document, message] of documents) {
    assert.throws(() => checkDocument(document, "after"), (error: Error) => {
      assert.ok(error instanceof DocumentError);
      assert.match(error.message, message);
      return true;
    });
  }
});

test("the variable may have another name, and the operation may be one of several", () => {
  const document =
    "subscription A($since: String) { orderEvents(after: $since) { id } } subscription B { stockEvents { id } }";
  assert.doesNotThrow(() => checkDocument(document, "since", "A"));
  assert.throws(() => checkDocument(document, "since", "B"), /not declared/);
  assert.throws(() => checkDocument(document, "since", "C"), /no subscription with the name C/);
});
