// 100 concurrent buyers of 20 units: every buyer gets an answer, and exactly 20 units are sold.

import assert from "node:assert/strict";
import { test } from "node:test";

import { guest, owner, SHOPS } from "../src/client.ts";
import { expectInvariants } from "../src/invariants.ts";
import { available, makeAvailable, orderOf, tryPlaceOrder } from "../src/shop.ts";

const SCARCE = {
  kava: { slug: "panama-boquete-geisha", sku: "PAN-GEI-100G" },
  knyhy: { slug: "soniashna-mashyna", sku: "VYNN-SON-HC" },
};

for (const shop of SHOPS) {
  test(`100 buyers of 20 units at ${shop} get 20 orders and 80 times OUT_OF_STOCK`, async () => {
    const { slug, sku } = SCARCE[shop];
    const variant = await makeAvailable(await owner(shop), slug, sku, 20);

    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, buyer) =>
        tryPlaceOrder(guest(shop), orderOf(variant.id, 1, { email: `buyer-${buyer}@mail.example` })),
      ),
    );

    assert.deepEqual(answers.flatMap(({ errors }) => errors), [], "no request is rejected under load");
    const payloads = answers.map((answer) => answer.data!.placeOrder);
    const orders = payloads.flatMap(({ order }) => order ?? []);
    const refusals = payloads.flatMap(({ userErrors }) => userErrors);
    assert.equal(orders.length, 20);
    assert.equal(new Set(orders.map(({ id }) => id)).size, 20);
    assert.equal(new Set(orders.map(({ number }) => number)).size, 20);
    assert.equal(refusals.length, 80);
    for (const refusal of refusals) {
      assert.equal(refusal.code, "OUT_OF_STOCK");
      assert.equal(refusal.variantId, variant.id);
      assert.ok(refusal.available !== null && refusal.available !== undefined && refusal.available >= 0);
    }
    assert.equal(await available(guest(shop), slug, sku), 0);
    await expectInvariants();
  });
}

test("an order of two variants takes both or neither", async () => {
  const staff = await owner("kava");
  const plenty = await makeAvailable(staff, "moka-pot", "EQ-MOKA-6", 100);
  const scarce = await makeAvailable(staff, "vacuum-siphon", "EQ-SIPH-3", 5);

  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, buyer) => {
      const lines = [plenty, scarce].map(({ id }) => ({ variantId: id, quantity: 1 }));
      // Half of the buyers send the variants in reverse order.
      return tryPlaceOrder(guest("kava"), orderOf(plenty.id, 1, { lines: buyer % 2 ? lines : lines.reverse() }));
    }),
  );

  assert.deepEqual(answers.flatMap(({ errors }) => errors), []);
  assert.equal(answers.filter((answer) => answer.data!.placeOrder.order).length, 5);
  assert.equal(await available(staff, "vacuum-siphon", "EQ-SIPH-3"), 0);
  assert.equal(await available(staff, "moka-pot", "EQ-MOKA-6"), 95);
});
