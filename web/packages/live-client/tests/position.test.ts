import assert from "node:assert/strict";
import { test } from "node:test";

import { delayBefore, idOfRootField, Position } from "../src/index.ts";

const position = (window = 3): Position<unknown> => new Position({ after: null, eventId: idOfRootField, window });

const next = (id: string, cursor: string) => ({ data: { orderEvents: { id } }, extensions: { cursor } });

test("the position moves when an event was processed, not when it arrived", () => {
  const at = position();
  const event = at.read(next("e1", "c1"));
  assert.equal(at.cursor, null);
  at.processed(event);
  assert.equal(at.cursor, "c1");
});

test("a duplicate is recognised as long as its id is in the window", () => {
  const at = position(2);
  const events = ["e1", "e2", "e3"].map((id, index) => at.read(next(id, `c${index + 1}`)));
  for (const event of events) at.processed(event);
  assert.deepEqual(events.map((event) => at.knows(event)), [false, true, true]);
});

test("the cursor of the transport is used if the result has none", () => {
  assert.equal(position().read({ data: { orderEvents: { id: "e1" } } }, "c9").cursor, "c9");
  assert.equal(position().read(next("e1", "c1"), "c9").cursor, "c1");
});

test("without an id in the selection the cursor identifies duplicates", () => {
  const at = position();
  const event = at.read({ data: { orderEvents: { type: "PLACED" } }, extensions: { cursor: "c1" } });
  assert.equal(event.id, "c1");
  at.processed(event);
  assert.ok(at.knows(event));
});

test("an event that cannot be resolved still moves the position", () => {
  const at = position();
  const event = at.read({ data: null, errors: [{ message: "gone" }], extensions: { cursor: "c4" } });
  assert.equal(event.data, null);
  assert.equal(event.errors[0]?.message, "gone");
  at.processed(event);
  assert.equal(at.cursor, "c4");
});

test("events that the server read from the log are marked as replayed", () => {
  const event = position().read({ data: {}, extensions: { cursor: "c1", replayed: true } });
  assert.equal(event.replayed, true);
  assert.equal(position().read(next("e1", "c1")).replayed, false);
});

test("delays double up to the longest, and differ between clients", () => {
  const backoff = { initialMs: 100, maxMs: 1_000 };
  const longest = [1, 2, 3, 4, 5, 60].map((attempt) => delayBefore(attempt, backoff, () => 1));
  assert.deepEqual(longest, [100, 200, 400, 800, 1_000, 1_000]);
  assert.equal(delayBefore(3, backoff, () => 0), 200);
});
