import assert from "node:assert/strict";
import { test } from "node:test";

import { EventSource } from "eventsource";

import { eventSourceTransport, type EventSourceLike } from "../src/event-source.ts";
import { clientFor, eventually, gatewayFor, watch } from "./waiting.ts";

test("a resumed stream sends Last-Event-ID beside `after`", async (t) => {
  const gateway = await gatewayFor(t);
  const watcher = watch(clientFor(t, gateway.sse()));
  await eventually("a subscription", () => gateway.open === 1);
  gateway.append(1);
  await watcher.sees(1);
  gateway.cut();
  await eventually("a second stream", () => gateway.asked.length === 2);
  assert.deepEqual(
    gateway.asked.map(({ after, lastEventId }) => ({ after, lastEventId })),
    [{ after: null, lastEventId: undefined }, { after: "c1", lastEventId: "c1" }],
  );
});

test("a stream without a start cursor gets a position before its first event", async (t) => {
  const gateway = await gatewayFor(t);
  gateway.append(7);
  const watcher = watch(clientFor(t, gateway.sse()));
  await eventually("a position", () => watcher.subscription.cursor === "c7");
  gateway.cut();
  gateway.append(1);
  await watcher.sees(1);
  assert.deepEqual(watcher.numbers, [8]);
});

test("status 204 completes the operation", async (t) => {
  const gateway = await gatewayFor(t);
  gateway.statuses.push(204);
  const watcher = watch(clientFor(t, gateway.sse()), "c0");
  assert.equal(await watcher.ends(), undefined);
  assert.ok(watcher.completed);
});

for (const [status, code] of [[400, "PROTOCOL"], [403, "FORBIDDEN"], [404, "PROTOCOL"]] as const) {
  test(`status ${status} is final`, async (t) => {
    const gateway = await gatewayFor(t);
    gateway.statuses.push(status);
    const watcher = watch(clientFor(t, gateway.sse()), "c0");
    assert.equal((await watcher.ends())?.code, code);
  });
}

for (const status of [408, 429, 500, 502, 503]) {
  test(`after status ${status} it reconnects`, async (t) => {
    const gateway = await gatewayFor(t);
    gateway.append(1);
    gateway.statuses.push(status);
    const watcher = watch(clientFor(t, gateway.sse()), "c0");
    await watcher.sees(1);
    assert.equal(gateway.asked.length, 2);
  });
}

test("a stream without data for too long is treated as broken", async (t) => {
  const gateway = await gatewayFor(t);
  const watcher = watch(clientFor(t, gateway.sse(undefined, 40)), "c0");
  await eventually("a second stream", () => gateway.asked.length >= 2);
  assert.match(watcher.statuses.find(({ error }) => error)?.error?.message ?? "", /no data received/);
});

test("the browser's EventSource resumes by itself, and a new stream gets a new ticket", async (t) => {
  const gateway = await gatewayFor(t);
  let tickets = 0;
  const transport = eventSourceTransport({
    url: gateway.url,
    ticket: () => `st_${(tickets += 1)}`,
    open: (url) => new EventSource(url) as unknown as EventSourceLike,
  });
  const watcher = watch(clientFor(t, transport), "c0");
  await eventually("a stream", () => gateway.open === 1);
  gateway.append(2);
  await watcher.sees(2);

  gateway.cut();
  gateway.append(1);
  await watcher.sees(3);
  assert.equal(tickets, 1);
  assert.equal(gateway.asked.at(-1)?.lastEventId, "c2");

  gateway.statuses.push(500);
  gateway.cut();
  gateway.append(1);
  await watcher.sees(4);
  assert.equal(tickets, 2);
  assert.equal(gateway.asked.at(-1)?.after, "c3");
  assert.deepEqual(watcher.numbers, [1, 2, 3, 4]);

  gateway.complete();
  assert.equal(await watcher.ends(), undefined);
});
