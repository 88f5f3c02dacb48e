// The orders service and its worker are killed repeatedly between the steps of the saga, under load. Buyers retry with
// the same key. In the end every buyer has one order or one refusal, and no unit is lost or sold twice.

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "node:test";

import { guest, owner } from "../../src/client.ts";
import { expectInvariants } from "../../src/invariants.ts";
import { kill, start, type ProcessName } from "../../src/platform.ts";
import { Random } from "../../src/random.ts";
import { available, card, findOrder, makeAvailable, orderOf, tryPlaceOrder, type OrderInput, type PlaceOrder } from "../../src/shop.ts";

const BUYERS = 90;
const CRASHES = 8;
const UNITS = 60;

test("kill -9 of orders at random moments loses no unit and sells none twice", { timeout: 400_000 }, async (t) => {
  const random = Random.of(t);
  const { seed } = random;
  t.after(async () => {
    await start("orders");
    await start("orders-work");
  });
  const staff = await owner("kava");
  const slug = "travel-mug";
  const sku = "EQ-MUGT-500W";
  const variant = await makeAvailable(staff, slug, sku, UNITS);

  let crashing = true;
  const inputs = Array.from({ length: BUYERS }, (_, buyer) =>
    orderOf(variant.id, 1, {
      email: `crash-${seed}-${buyer}@mail.example`,
      ...(random.next() < 0.5 ? card(random.next() < 0.8 ? "tok_ok" : "tok_declined") : {}),
    }),
  );
  const buyers = inputs.map(async (input, buyer) => {
    // Buyers start at different times, so that each crash interrupts sagas in different steps.
    await sleep((buyer / BUYERS) * 12_000 * random.next());
    return answerTo(input);
  });
  const crashes = (async () => {
    for (let crash = 0; crash < CRASHES; crash += 1) {
      await sleep(200 + random.next() * 1_300);
      const victims: ProcessName[] = random.next() < 0.3 ? ["orders", "orders-work"] : random.next() < 0.7 ? ["orders"] : ["orders-work"];
      await Promise.all(victims.map(kill));
      await sleep(random.next() * 500);
      await Promise.all(victims.map(start));
    }
    crashing = false;
  })();

  const answers = await Promise.all(buyers);
  await crashes;
  assert.equal(crashing, false);
  await expectInvariants();

  const placed = answers.flatMap(({ order }) => order ?? []);
  const refused = answers.flatMap(({ userErrors }) => userErrors.map(({ code }) => code));
  assert.equal(placed.length + refused.length, BUYERS);
  assert.equal(new Set(placed.map(({ id }) => id)).size, placed.length, "one order for each buyer");
  assert.equal(new Set(placed.map(({ number }) => number)).size, placed.length);
  for (const code of refused) assert.match(code, /^(OUT_OF_STOCK|PAYMENT_DECLINED)$/);
  let standing = 0;
  for (const { id } of placed) {
    const now = await findOrder(staff, id);
    assert.ok(now, "an order that was answered exists");
    assert.match(now.status, /^(CONFIRMED|CANCELLED)$/);
    if (now.status === "CONFIRMED") standing += 1;
  }
  assert.equal(await available(staff, slug, sku), UNITS - standing, "every unit is sold or for sale");

  const again = await Promise.all(inputs.map(answerTo));
  assert.deepEqual(
    again.map(({ order, userErrors }) => order?.id ?? userErrors[0]?.code),
    answers.map(({ order, userErrors }) => order?.id ?? userErrors[0]?.code),
    "every key still gives its answer",
  );
});

/** Retries with the same key until there is an answer; the only error allowed is SERVICE_UNAVAILABLE. */
async function answerTo(input: OrderInput): Promise<PlaceOrder> {
  const giveUpAt = Date.now() + 180_000;
  for (;;) {
    const answer = await tryPlaceOrder(guest("kava"), input);
    if (answer.errors.length === 0) return answer.data!.placeOrder;
    for (const code of answer.codes) assert.equal(code, "SERVICE_UNAVAILABLE", answer.text);
    assert.ok(Date.now() < giveUpAt, `no answer for ${input.idempotencyKey}`);
    await sleep(250);
  }
}
