// 20 subscribers of one tenant under load, whose connections break at random, for a minute with `--full`: each gets the
// whole log, in order and without a gap.

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "node:test";

import { guest, owner } from "../src/client.ts";
import { endpoint, isFull } from "../src/platform.ts";
import { Proxy } from "../src/proxy.ts";
import { Random } from "../src/random.ts";
import { variantsOf } from "../src/shop.ts";
import { Crowd } from "../src/subscribers.ts";
import { Traffic } from "../src/traffic.ts";

const SUBSCRIBERS = 20;
const EVENTS_PER_SECOND = 80;
const CUTTING_MS = isFull ? 60_000 : 15_000;
const EVENTS = (CUTTING_MS / 1_000) * EVENTS_PER_SECOND;

test(`${SUBSCRIBERS} subscribers get all ${EVENTS} events although their connections break`, { timeout: 240_000 }, async (t) => {
  const random = Random.of(t);
  const staff = await owner("kava");
  const variants = await variantsOf(staff, ["blend-odesa-seaside", "tamper-walnut"]);
  const proxy = await Proxy.before(() => endpoint);
  t.after(() => proxy.close());
  const crowd = await Crowd.at("kava", variants);
  t.after(() => crowd.close());
  const traffic = await Traffic.begin(
    { staff, buyers: [guest("kava"), crowd.customer], random, eventsPerSecond: EVENTS_PER_SECOND },
    variants,
  );
  t.after(() => traffic.end());
  crowd.watch(SUBSCRIBERS, proxy.url);

  const stopCutting = Date.now() + CUTTING_MS;
  const cutting = (async () => {
    while (Date.now() < stopCutting) {
      await sleep(random.between(100, 400));
      if (random.chance(0.5)) proxy.cut(random);
      else random.pick(crowd.members).feed.cut();
    }
  })();
  await Promise.all([cutting, traffic.untilMade(EVENTS)]);
  await traffic.end();

  assert.deepEqual(traffic.failures, []);
  const events = await crowd.expectWholeLogs(30_000);
  const connections = proxy.connections.get(endpoint.host) ?? 0;
  t.diagnostic(`${events} events, ${connections} connections`);
  assert.ok(events >= EVENTS);
  assert.ok(connections > SUBSCRIBERS * 3, `connections did break (${connections})`);
});
