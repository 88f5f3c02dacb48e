import assert from "node:assert/strict";
import { test } from "node:test";

import { LiveError, snapshotThenSubscribe, type LiveClient, type LiveList } from "../src/index.ts";
import { WATCH, type FakeGateway, type WatchData } from "./fake_gateway.ts";
import { clientFor, eventually, gatewayFor, QUICK } from "./waiting.ts";

interface Orders {
  numbers: number[];
  eventCursor: string;
}

const listOf = (
  client: LiveClient,
  snapshot: () => Promise<Orders>,
  seen: { kinds: string[]; error?: LiveError },
): LiveList<Orders> =>
  snapshotThenSubscribe<Orders, WatchData>(client, {
    snapshot,
    cursorOf: ({ eventCursor }) => eventCursor,
    subscription: { query: WATCH },
    merge: (orders, { data }) => ({ ...orders, numbers: [...orders.numbers, data!.orderEvents.number] }),
    changed: (_, change) => void seen.kinds.push(change.kind),
    error: (error) => (seen.error = error),
    options: QUICK,
  });

const current = (gateway: FakeGateway): Orders => ({
  numbers: gateway.log.map(({ number }) => number),
  eventCursor: `c${gateway.log.length}`,
});

test("no change between the snapshot and the subscription is lost", async (t) => {
  const gateway = await gatewayFor(t);
  gateway.append(2);
  const seen = { kinds: [] as string[] };
  const list = listOf(clientFor(t, gateway.webSocket()), async () => {
    const orders = current(gateway);
    gateway.append(1);
    return orders;
  }, seen);
  await eventually("three orders", () => list.state?.numbers.length === 3);
  gateway.append(1);
  await eventually("four orders", () => list.state?.numbers.length === 4);
  assert.deepEqual(list.state?.numbers, [1, 2, 3, 4]);
  assert.deepEqual(seen.kinds, ["snapshot", "event", "event"]);
  assert.equal(gateway.asked[0]?.after, "c2");
});

test("an expired position is replaced by a new snapshot", async (t) => {
  const gateway = await gatewayFor(t);
  gateway.append(1);
  const seen = { kinds: [] as string[] };
  const list = listOf(clientFor(t, gateway.sse()), async () => current(gateway), seen);
  await eventually("a subscription", () => gateway.open === 1);
  gateway.refusals.push([{ message: "no longer kept", extensions: { code: "CURSOR_EXPIRED" } }]);
  gateway.cut();
  gateway.append(2);
  await eventually("the new snapshot", () => list.state?.numbers.length === 3);
  await eventually("the new subscription", () => gateway.open === 1);
  gateway.append(1);
  await eventually("the event after it", () => list.state?.numbers.length === 4);
  assert.deepEqual(list.state?.numbers, [1, 2, 3, 4]);
  assert.deepEqual(seen.kinds, ["snapshot", "snapshot", "event"]);
});

test("a failed snapshot is retried, a refused one is not", async (t) => {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.webSocket());
  let failures = 2;
  const patient = listOf(client, async () => {
    if ((failures -= 1) >= 0) throw new TypeError("fetch failed");
    return current(gateway);
  }, { kinds: [] });
  await eventually("the snapshot", () => patient.state !== undefined);

  const seen: { kinds: string[]; error?: LiveError } = { kinds: [] };
  listOf(client, async () => {
    throw new LiveError("not for you", { code: "FORBIDDEN", remedy: "give-up" });
  }, seen);
  await eventually("the refusal", () => seen.error?.code === "FORBIDDEN");
});

test("a list that is closed before its snapshot arrives does not subscribe", async (t) => {
  const gateway = await gatewayFor(t);
  let arrive = (_: Orders): void => {};
  const seen = { kinds: [] as string[] };
  const list = listOf(clientFor(t, gateway.webSocket()), () => new Promise((resolve) => (arrive = resolve)), seen);
  list.close();
  arrive(current(gateway));
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(list.subscription, undefined);
  assert.deepEqual(seen.kinds, []);
  assert.deepEqual(gateway.asked, []);
});
