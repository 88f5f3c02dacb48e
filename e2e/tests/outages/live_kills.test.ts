// The gateway, the broker, the router and a subgraph are killed one after the other under load. After they have
// restarted, every subscriber has every event.

import { setTimeout as sleep } from "node:timers/promises";
import { test } from "node:test";

import { guest, owner } from "../../src/client.ts";
import { expectInvariants } from "../../src/invariants.ts";
import { endpoint, kill, start, type ProcessName } from "../../src/platform.ts";
import { Random } from "../../src/random.ts";
import { variantsOf } from "../../src/shop.ts";
import { Crowd } from "../../src/subscribers.ts";
import { Traffic } from "../../src/traffic.ts";

const VICTIMS: ProcessName[] = ["gateway", "rabbitmq", "router", "orders"];

test("subscribers miss no event when processes are killed", { timeout: 300_000 }, async (t) => {
  t.after(() => Promise.all(VICTIMS.map(start)));
  const random = Random.of(t);
  const staff = await owner("kava");
  const variants = await variantsOf(staff, ["glass-carafe-pour-over"]);
  const crowd = await Crowd.at("kava", variants);
  t.after(() => crowd.close());
  const traffic = await Traffic.begin(
    { staff, buyers: [guest("kava"), crowd.customer], random, eventsPerSecond: 40, tolerant: true },
    variants,
  );
  t.after(() => traffic.end());
  crowd.watch(14, endpoint);

  for (const victim of VICTIMS) {
    await sleep(2_000);
    await kill(victim);
    await sleep(random.between(1_000, 4_000));
    await start(victim);
  }
  await sleep(2_000);
  await traffic.end();
  // Waits until interrupted sagas have finished: no event is appended afterwards.
  await expectInvariants();

  t.diagnostic(`${await crowd.expectWholeLogs(60_000)} events`);
});
