// Two gateways behind one address: a client that resumes at the other gateway misses no event.

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "node:test";

import { guest, owner } from "../src/client.ts";
import { endpoint, secondEndpoint, start, stop } from "../src/platform.ts";
import { Proxy } from "../src/proxy.ts";
import { Random } from "../src/random.ts";
import { variantsOf } from "../src/shop.ts";
import { Crowd } from "../src/subscribers.ts";
import { Traffic } from "../src/traffic.ts";

const SUBSCRIBERS = 14;
/** Minimum number of events of a test. */
const EVENTS = 500;

test("clients that resume at the other gateway miss no event", { timeout: 180_000 }, async (t) => {
  const gateways = [endpoint, secondEndpoint()];
  let turn = 0;
  const balancer = await Proxy.before(() => gateways[turn++ % gateways.length]!);
  t.after(() => balancer.close());
  const random = Random.of(t);
  const { crowd, traffic } = await busyShop(t, random);
  crowd.watch(SUBSCRIBERS, balancer.url);

  for (let round = 0; round < 6; round += 1) {
    await sleep(1_500);
    balancer.cutAll();
  }
  await traffic.untilMade(EVENTS);
  await traffic.end();

  assert.deepEqual(traffic.failures, []);
  await crowd.expectWholeLogs(30_000);
  for (const { host } of gateways) {
    const connections = balancer.connections.get(host) ?? 0;
    assert.ok(connections >= SUBSCRIBERS, `both were used (${host}: ${connections} connections)`);
  }
});

test("the clients of a draining gateway move to the other without loss", { timeout: 180_000 }, async (t) => {
  let serving = secondEndpoint();
  const balancer = await Proxy.before(() => serving);
  t.after(() => balancer.close());
  t.after(() => start("gateway-2"));
  const random = Random.of(t);
  const { crowd, traffic } = await busyShop(t, random);
  crowd.watch(SUBSCRIBERS, balancer.url);
  await sleep(2_000);

  // Simulates a load balancer after a failed readiness probe.
  serving = endpoint;
  await stop("gateway-2");
  await sleep(2_000);
  await start("gateway-2");
  serving = secondEndpoint();
  await traffic.untilMade(EVENTS);
  await traffic.end();

  assert.deepEqual(traffic.failures, []);
  await crowd.expectWholeLogs(30_000);
  assert.equal(balancer.connections.get(secondEndpoint().host), SUBSCRIBERS, "no connection broke before the drain");
  assert.equal(balancer.connections.get(endpoint.host), SUBSCRIBERS, "each client reconnected once");
  const sockets = crowd.members.filter(({ name }) => name.includes("graphql-ws"));
  assert.deepEqual(sockets.flatMap(({ feed }) => feed.closeCodes), sockets.map(() => 1012));
});

async function busyShop(
  t: { after: (end: () => void | Promise<void>) => void },
  random: Random,
): Promise<{ crowd: Crowd; traffic: Traffic }> {
  const staff = await owner("kava");
  const variants = await variantsOf(staff, ["burundi-kayanza"]);
  const crowd = await Crowd.at("kava", variants);
  t.after(() => crowd.close());
  const traffic = await Traffic.begin(
    { staff, buyers: [guest("kava"), crowd.customer], random, eventsPerSecond: 60 },
    variants,
  );
  t.after(() => traffic.end());
  return { crowd, traffic };
}
