// A client that resumes at its last cursor misses no event and gets no event twice.

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";

import { guest, owner, type Client } from "../src/client.ts";
import { TRANSPORTS, watchOverSse, watchOverWebSocket } from "../src/live.ts";
import {
  adjustStock, buy, orderCursor, orderEventsAfter, orderOf, stockCursor, variantOf, WATCH_ORDERS, WATCH_STOCK,
  type OrderEvent, type StockEvent, type Variant,
} from "../src/shop.ts";

let staff: Client;
let variant: Variant;

before(async () => {
  staff = await owner("kava");
  variant = await variantOf(staff, "brazil-cerrado-pulped-natural", "BRA-CER-250");
  // The tests below sell units of this variant.
  await adjustStock(staff, { variantId: variant.id, delta: 100, reason: "for the resume tests" });
});

const buyMany = async (count: number): Promise<void> => {
  for (let bought = 0; bought < count; bought += 1) await buy(guest("kava"), orderOf(variant.id, 1));
};

const idsOf = (events: { id: string }[]): string[] => events.map(({ id }) => id);

for (const [transport, watch] of TRANSPORTS) {
  describe(`over ${transport}`, () => {
    test("`after` replays the events since the cursor, in order and once", async (t) => {
      const from = await orderCursor(staff);
      await buyMany(5);

      const feed = watch<OrderEvent>(staff, WATCH_ORDERS, { variables: { after: from } });
      t.after(() => feed.close());
      await feed.until("ten events", 10_000, ({ deliveries }) => deliveries.length >= 10);
      await buyMany(2);
      await feed.until("fourteen events", 10_000, ({ deliveries }) => deliveries.length >= 14);

      const log = await orderEventsAfter(staff, from);
      assert.deepEqual(idsOf(feed.nodes), idsOf(log), "the subscription equals the query of the same name");
      assert.deepEqual(feed.nodes.map(({ cursor }) => cursor), log.map(({ cursor }) => cursor));
    });

    test("a client that reconnects again and again sees the whole log", async (t) => {
      const from = await orderCursor(staff);
      const seen: OrderEvent[] = [];
      let after = from;
      const buying = buyMany(8);

      while (seen.length < 16) {
        const feed = watch<OrderEvent>(staff, WATCH_ORDERS, { variables: { after } });
        t.after(() => feed.close());
        await feed.until("three more events", 10_000, ({ deliveries }) =>
          deliveries.length >= Math.min(3, 16 - seen.length));
        feed.close();
        seen.push(...feed.nodes);
        after = seen.at(-1)!.cursor;
      }
      await buying;

      assert.deepEqual(idsOf(seen), idsOf(await orderEventsAfter(staff, from)).slice(0, seen.length));
    });

    test("a filter omits events that do not match and no others", async (t) => {
      const from = await stockCursor(staff);
      const feed = watch<StockEvent>(staff, WATCH_STOCK, {
        variables: { after: from, filter: { variantIds: [variant.id], types: ["ADJUSTED"] } },
      });
      t.after(() => feed.close());

      await adjustStock(staff, { variantId: variant.id, delta: 3, reason: "counted" });
      await buyMany(2);
      await adjustStock(staff, { variantId: variant.id, delta: -1, reason: "damaged" });

      await feed.until("two adjustments", 5_000, ({ deliveries }) => deliveries.length >= 2);
      assert.deepEqual(feed.nodes.map(({ type, delta }) => `${type} ${delta}`), ["ADJUSTED 3", "ADJUSTED -1"]);
    });
  });
}

test("an SSE client whose connection breaks resumes automatically at its Last-Event-ID", async (t) => {
  const from = await orderCursor(staff);
  const feed = watchOverSse<OrderEvent>(staff, WATCH_ORDERS, { variables: { after: from }, breakAfter: 3 });
  t.after(() => feed.close());

  await buyMany(6);
  await feed.until("twelve events", 20_000, ({ deliveries }) =>
    new Set(idsOf(deliveries.map(({ node }) => node))).size >= 12);

  const log = idsOf(await orderEventsAfter(staff, from));
  const once = [...new Set(idsOf(feed.nodes))];
  assert.deepEqual(once, log, "nothing is missing and the order is that of the log");
  assert.ok(feed.deliveries.length <= log.length + 3, "only events in flight when the connection broke may repeat");
});

test("Last-Event-ID takes precedence over `after`", async (t) => {
  const from = await orderCursor(staff);
  await buyMany(3);
  const log = await orderEventsAfter(staff, from);
  const feed = watchOverSse<OrderEvent>(staff, WATCH_ORDERS, {
    variables: { after: from },
    lastEventId: log[3]!.cursor,
  });
  t.after(() => feed.close());

  await feed.until("the last two events", 10_000, ({ deliveries }) => deliveries.length >= 2);

  assert.deepEqual(idsOf(feed.nodes), idsOf(log.slice(4)));
});

test("the transport carries the cursor of every event", async (t) => {
  const from = await orderCursor(staff);
  const feeds = TRANSPORTS.map(([, watch]) => watch<OrderEvent>(staff, WATCH_ORDERS, { variables: { after: from } }));
  t.after(() => feeds.forEach((feed) => feed.close()));

  await buyMany(2);

  for (const feed of feeds) {
    await feed.until("four events", 5_000, ({ deliveries }) => deliveries.length >= 4);
    for (const { node, cursor } of feed.deliveries) assert.equal(cursor, node.cursor);
  }
  assert.deepEqual(idsOf(feeds[0]!.nodes), idsOf(feeds[1]!.nodes));
});

test("a subscription after the event cursor of a list misses no event", async (t) => {
  const { orders } = await staff.query<{ orders: { eventCursor: string; nodes: { id: string }[] } }>(
    `{ orders(first: 1) { eventCursor nodes { id } } }`,
  );
  const feed = watchOverWebSocket<OrderEvent>(staff, WATCH_ORDERS, { variables: { after: orders.eventCursor } });
  t.after(() => feed.close());

  const order = await buy(guest("kava"), orderOf(variant.id, 1));

  const first = await feed.until("an event", 5_000, ({ deliveries }) => deliveries[0]);
  assert.equal(first.node.order.id, order.id, "no older event is delivered");
});

for (const [transport, watch] of TRANSPORTS) {
  test(`an invalid cursor is refused over ${transport}`, async (t) => {
    const genuine = await orderCursor(staff);
    const forged = genuine.slice(0, -8) + (genuine.at(-8) === "A" ? "B" : "A") + genuine.slice(-7);
    const elsewhere = await orderCursor(await owner("knyhy"));
    const otherStream = await stockCursor(staff);
    for (const after of ["nonsense", forged, elsewhere, otherStream]) {
      const feed = watch<OrderEvent>(staff, WATCH_ORDERS, { variables: { after } });
      t.after(() => feed.close());

      const refusal = await refusalOf(feed);

      assert.match(refusal, /CURSOR_INVALID|refused with 4\d\d/, `after: ${after}`);
      assert.equal(feed.deliveries.length, 0);
      feed.close();
    }
  });

  test(`a guest may not watch the shop's stock over ${transport}`, async (t) => {
    const feed = watch<StockEvent>(guest("kava"), WATCH_STOCK);
    t.after(() => feed.close());

    assert.match(await refusalOf(feed), /UNAUTHENTICATED|FORBIDDEN|refused with 4\d\d|connection failed: closed 440\d/);
    assert.equal(feed.deliveries.length, 0);
  });
}

/** Waits for a refusal. Returns its error codes and how the connection ended. */
async function refusalOf(feed: ReturnType<typeof watchOverSse>): Promise<string> {
  try {
    await feed.until("a refusal", 10_000, ({ failures, ended }) => failures.length > 0 || ended !== undefined);
  } catch (error) {
    if (feed.ended === undefined) throw error;
  }
  return [...feed.failures.map(({ extensions }) => extensions?.code ?? "(no code)"), feed.ended ?? ""].join(" ");
}
