import assert from "node:assert/strict";
import { test } from "node:test";

import type { TokenSource } from "../src/index.ts";
import { WATCH, type WatchData } from "./fake_gateway.ts";
import { clientFor, eventually, gatewayFor, watch } from "./waiting.ts";

for (const code of [1000, 1001, 1011, 1012, 1013, 4408, 4499]) {
  test(`after a close with ${code} it resumes at the last cursor`, async (t) => {
    const gateway = await gatewayFor(t);
    const watcher = watch(clientFor(t, gateway.webSocket()), "c0");
    await eventually("a subscription", () => gateway.open === 1);
    gateway.append(2);
    await watcher.sees(2);
    gateway.cut(code);
    gateway.append(1);
    await watcher.sees(3);
    assert.deepEqual(watcher.numbers, [1, 2, 3]);
    assert.deepEqual(gateway.asked.map(({ after }) => after), ["c0", "c2"]);
  });
}

for (const code of [1002, 1007, 1009, 4400, 4401, 4406, 4409, 4429, 4500]) {
  test(`a close with ${code} is final`, async (t) => {
    const gateway = await gatewayFor(t);
    const watcher = watch(clientFor(t, gateway.webSocket()), "c0");
    await eventually("a subscription", () => gateway.open === 1);
    gateway.cut(code, "for a reason");
    const error = await watcher.ends();
    assert.equal(error?.closeCode, code);
    assert.equal(error?.code, "PROTOCOL");
    assert.equal(gateway.asked.length, 1);
  });
}

test("an expired access token is replaced, and the socket reconnects", async (t) => {
  const gateway = await gatewayFor(t);
  let made = 0;
  const token: TokenSource = ({ refused }) => (refused === undefined ? `token ${made}` : `token ${(made += 1)}`);
  const watcher = watch(clientFor(t, gateway.webSocket(token)), "c0");
  await eventually("a subscription", () => gateway.open === 1);
  gateway.append(1);
  await watcher.sees(1);
  gateway.cut(4403, "Forbidden: access token expired");
  gateway.append(1);
  await watcher.sees(2);
  assert.deepEqual(gateway.asked.map(({ token }) => token), ["token 0", "token 1"]);
});

test("an unknown shop is not retried", async (t) => {
  const gateway = await gatewayFor(t);
  gateway.closes.push([4403, "Forbidden: TENANT_NOT_FOUND"]);
  const watcher = watch(clientFor(t, gateway.webSocket(() => "token")), "c0");
  assert.equal((await watcher.ends())?.code, "TENANT_NOT_FOUND");
});

test("a limit of sockets per address is reported and retried", async (t) => {
  const gateway = await gatewayFor(t);
  gateway.closes.push([1013, "RATE_LIMITED: sockets of one address are limited to 2"]);
  gateway.append(1);
  const watcher = watch(clientFor(t, gateway.webSocket()), "c0");
  await watcher.sees(1);
  assert.ok(watcher.statuses.some(({ error }) => error?.code === "RATE_LIMITED"));
});

test("an unavailable gateway is retried until it is available", async (t) => {
  const gateway = await gatewayFor(t);
  gateway.append(1);
  let refusals = 3;
  const token: TokenSource = () => {
    if ((refusals -= 1) >= 0) throw new TypeError("fetch failed");
    return "token";
  };
  const watcher = watch(clientFor(t, gateway.webSocket(token)), "c0");
  await watcher.sees(1);
  assert.equal(watcher.statuses.findLast(({ error }) => error)?.error?.code, "NETWORK");
});

test("a socket that does not answer pings is terminated, and the next one resumes", async (t) => {
  const gateway = await gatewayFor(t);
  gateway.mute = true;
  const transport = gateway.webSocket(undefined, { client: { keepAlive: 20 }, pongWithinMs: 20 });
  const watcher = watch(clientFor(t, transport), "c0");
  await eventually("a second socket", () => gateway.asked.length >= 2);
  gateway.mute = false;
  gateway.append(1);
  await watcher.sees(1);
  assert.equal(watcher.statuses.find(({ error }) => error)?.error?.code, "NETWORK");
});

test("a subscription that notices a refused token late keeps the new one", async (t) => {
  const gateway = await gatewayFor(t);
  let made = 0;
  const token: TokenSource = ({ refused }) => (refused === undefined ? `token ${made}` : `token ${(made += 1)}`);
  const client = clientFor(t, gateway.webSocket(token));
  gateway.append(1);
  const quick = watch(client, "c0");
  let release = (): void => {};
  const slow: number[] = [];
  client.subscribe<WatchData>(
    { query: WATCH, variables: { after: "c0" } },
    {
      next: async ({ data }) => {
        slow.push(data!.orderEvents.number);
        if (slow.length === 1) await new Promise<void>((resolve) => (release = resolve));
      },
    },
  );
  await quick.sees(1);
  await eventually("the slow handler's event", () => slow.length === 1);
  gateway.cut(4403, "Forbidden: access token expired");
  await eventually("the quick one is back", () => gateway.asked.length === 3);
  release();
  await eventually("the slow one is back", () => gateway.asked.length === 4);
  gateway.append(1);
  await quick.sees(2);
  await eventually("the second event", () => slow.length === 2);
  assert.deepEqual(gateway.asked.map(({ token }) => token), ["token 0", "token 0", "token 1", "token 1"]);
  assert.equal(quick.subscription.counts.reconnects, 1);
});

test("several subscriptions share a socket and each keeps its own position", async (t) => {
  const gateway = await gatewayFor(t);
  gateway.append(4);
  const client = clientFor(t, gateway.webSocket());
  const first = watch(client, "c0");
  const second = watch(client, "c2");
  await first.sees(4);
  await second.sees(2);
  gateway.cut(1012);
  gateway.append(1);
  await first.sees(5);
  await second.sees(3);
  assert.deepEqual([first.numbers, second.numbers], [[1, 2, 3, 4, 5], [3, 4, 5]]);
  assert.deepEqual(gateway.asked.slice(2).map(({ after }) => after), ["c4", "c4"]);
});

test("too many waiting events close the connection, and none is lost", async (t) => {
  const gateway = await gatewayFor(t);
  gateway.append(50);
  const client = clientFor(t, gateway.webSocket());
  const seen: string[] = [];
  const subscription = client.subscribe<{ orderEvents: { id: string } }>(
    { query: "subscription($after: String) { orderEvents(after: $after) { id } }", variables: { after: "c0" } },
    {
      next: async ({ data }) => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        seen.push(data!.orderEvents.id);
      },
    },
    { maxWaiting: 5 },
  );
  await eventually("all events", () => seen.length >= 50);
  assert.deepEqual(seen, gateway.log.map(({ id }) => id));
  assert.ok(gateway.asked.length > 2, "it read the log in parts");
  assert.equal(subscription.counts.duplicates, 0);
});

test("a document that cannot resume is rejected before anything is sent", async (t) => {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.webSocket());
  assert.throws(() => client.subscribe({ query: "subscription { orderEvents { id } }" }, { next: () => {} }), {
    name: "DocumentError",
  });
  assert.deepEqual(client.subscriptions, []);
});
