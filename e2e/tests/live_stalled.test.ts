// Some subscribers stop reading: the others get every event, the gateway's memory does not grow with the backlog, and a
// subscriber that reads again catches up, on the same connection or on a new one.

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "node:test";

import { owner, type Client } from "../src/client.ts";
import { watchOverWebSocket, type LiveFeed } from "../src/live.ts";
import { expectWholeLog, logAfter, untilSeen } from "../src/log.ts";
import { residentBytes } from "../src/platform.ts";
import { stockCursor, variantsOf } from "../src/shop.ts";
import { watchByFetch } from "../src/stream_reader.ts";
import { adjustMany } from "../src/traffic.ts";

const HEALTHY = 4;
const STALLED = 50;
/** Number of stalled subscribers that read again; few, because the catch-up loads the platform. */
const RETURNING = 10;
const EVENTS = 1_200;
/** Longer than the gateway's write time-out. */
const LONG_MS = 25_000;
const MIB = 1024 * 1024;

/** About 8 KiB per event: the backlog of a stalled subscriber exceeds the buffers of its connection. */
const LARGE = `subscription Large($after: String, $filter: StockEventFilter) {
  stockEvents(after: $after, filter: $filter) { id cursor delta variant { sku product { ${
    Array.from({ length: 36 }, (_, at) => `d${at}: description`).join(" ")
  } } } }
}`;

interface Event {
  id: string;
  cursor: string;
}

test(`${STALLED} subscribers that stop reading do not affect others and catch up later`, { timeout: 180_000 }, async (t) => {
  const staff = await owner("kava");
  const variantIds = (await variantsOf(staff, ["kenya-nyeri-aa"])).map(({ id }) => id);
  const from = await stockCursor(staff);
  const watch = (at: number): LiveFeed<Event> => {
    const feed = (at % 5 === 0 ? watchByFetch : watchOverWebSocket)<Event>(staff, LARGE, {
      variables: { after: from, filter: { variantIds } },
      resumes: true,
    });
    t.after(() => feed.close());
    return feed;
  };
  const healthy = Array.from({ length: HEALTHY }, (_, at) => watch(at));
  const stalled = Array.from({ length: STALLED }, (_, at) => watch(at));
  await restock(staff, variantIds, 200);
  for (const feed of [...healthy, ...stalled]) {
    await feed.until("the first events", 20_000, ({ deliveries }) => deliveries.length >= 200);
  }

  const before = await residentBytes("gateway");
  const stalledAt = Date.now();
  for (const feed of stalled) feed.stall();
  const most = await mostMemoryWhile(restock(staff, variantIds, EVENTS));
  t.diagnostic(`${EVENTS} events in ${Date.now() - stalledAt} ms`);
  const log = await logAfter(staff, "stock", from);
  for (const [at, feed] of healthy.entries()) {
    await untilSeen(`healthy ${at}`, feed, log, 30_000);
    expectWholeLog(`healthy ${at}`, feed, log);
  }

  const backlogs = stalled.map((feed) => log.length - feed.deliveries.length);
  assert.ok(Math.min(...backlogs) > EVENTS / 2, `they did stall (${Math.min(...backlogs)})`);
  const growth = Math.max(most, await residentBytes("gateway")) - before;
  t.diagnostic(`the gateway had ${Math.round(before / MIB)} MiB and grew by ${Math.round(growth / MIB)} MiB`);
  assert.ok(growth < 40 * MIB, `memory grew by ${growth / MIB} MiB`);

  for (const feed of stalled.slice(RETURNING)) feed.close();
  const returning = stalled.slice(0, RETURNING);
  for (const feed of returning.slice(0, RETURNING / 2)) feed.readOn();
  await sleep(stalledAt + LONG_MS - Date.now());
  for (const feed of returning) feed.readOn();
  for (const [at, feed] of returning.entries()) {
    await untilSeen(`stalled ${at}`, feed, log, 60_000);
    expectWholeLog(`stalled ${at}`, feed, log);
    for (const code of feed.closeCodes) assert.ok(code === 1013 || code === 1006, `closed with ${code}: come back`);
  }
  t.diagnostic(`${returning.flatMap(({ closeCodes }) => closeCodes).length} connections were closed by the gateway`);
});

/** Makes this many stock adjustments, ten per request, concurrently for all variants. */
async function restock(staff: Client, variantIds: string[], events: number): Promise<void> {
  let left = events;
  await Promise.all(variantIds.map(async (variantId) => {
    while (left > 0) {
      left -= 10;
      const userErrors = await adjustMany(staff, Array.from({ length: 10 }, () => ({ variantId, delta: 1, reason: "counted" })));
      assert.deepEqual(userErrors, []);
    }
  }));
}

async function mostMemoryWhile(work: Promise<void>): Promise<number> {
  let most = 0;
  let working = true;
  const watching = (async () => {
    while (working) {
      most = Math.max(most, await residentBytes("gateway"));
      await sleep(250);
    }
  })();
  await work.finally(() => (working = false));
  await watching;
  return most;
}
