// Card payments: authorised, declined, and without an answer of the provider.

import assert from "node:assert/strict";
import { test } from "node:test";

import { guest, owner } from "../src/client.ts";
import { eventually } from "../src/platform.ts";
import {
  available, buy, card, findOrder, orderCursor, orderEventsAfter, orderOf, placeOrder, variantOf, type Order,
} from "../src/shop.ts";

const shopper = guest("kava");

async function typesOf(cursor: string, order: Order): Promise<string[]> {
  const events = await orderEventsAfter(await owner("kava"), cursor, { orderId: order.id });
  return events.map(({ type }) => type);
}

/** Waits until an order is no longer PENDING and returns it. */
async function ended(order: Order): Promise<Order> {
  const staff = await owner("kava");
  return eventually("the end of a PENDING order", 60_000, async () => {
    const now = await findOrder(staff, order.id);
    return now && now.status !== "PENDING" && now;
  });
}

test("the payment of a valid card is authorised before the order is confirmed", async () => {
  const variant = await variantOf(shopper, "kenya-nyeri-aa", "KEN-NYE-250");
  const before = await orderCursor(await owner("kava"));

  const order = await buy(shopper, orderOf(variant.id, 2, card("tok_ok")));

  assert.equal(order.status, "CONFIRMED");
  assert.equal(order.paymentStatus, "AUTHORIZED");
  assert.deepEqual(await typesOf(before, order), ["PLACED", "PAYMENT_AUTHORIZED", "CONFIRMED"]);
  assert.equal(await available(shopper, "kenya-nyeri-aa", "KEN-NYE-250"), variant.available - 2);
});

test("a declined card leaves no order, no event and no hold, and its key repeats the answer", async () => {
  const staff = await owner("kava");
  const variant = await variantOf(shopper, "kenya-kirinyaga-peaberry", "KEN-KIR-250");
  const before = await orderCursor(staff);
  const email = `declined-${Date.now()}@mail.example`;
  const input = orderOf(variant.id, 2, { ...card("tok_declined"), email });

  const first = await placeOrder(shopper, input);
  const repeated = await placeOrder(shopper, input);

  assert.equal(first.order, null);
  assert.deepEqual(first.userErrors.map(({ code }) => code), ["PAYMENT_DECLINED"]);
  assert.deepEqual(repeated, first);
  assert.ok(!(await orderEventsAfter(staff, before)).some(({ order }) => order.email === email));
  await eventually("the units back", 5_000, async () =>
    (await available(shopper, "kenya-kirinyaga-peaberry", "KEN-KIR-250")) === variant.available);
});

test("a card without a token is refused", async () => {
  const variant = await variantOf(shopper, "kenya-kirinyaga-peaberry", "KEN-KIR-250");

  const { order, userErrors } = await placeOrder(shopper, orderOf(variant.id, 1, { paymentMethod: "CARD" }));

  assert.equal(order, null);
  assert.deepEqual(userErrors.map(({ code }) => code), ["PAYMENT_TOKEN_MISSING"]);
});

test("an unanswered payment leaves the order PENDING until the sweeper has polled the provider", { timeout: 120_000 }, async () => {
  const variant = await variantOf(shopper, "rwanda-nyamasheke", "RWA-NYA-250");
  const before = await orderCursor(await owner("kava"));
  const input = orderOf(variant.id, 2, card("tok_timeout"));

  const order = await buy(shopper, input);
  assert.equal(order.status, "PENDING");
  assert.equal(order.paymentStatus, "PENDING");
  assert.equal(await available(shopper, "rwanda-nyamasheke", "RWA-NYA-250"), variant.available - 2, "units stay held");
  const last = await ended(order);

  const left = await available(shopper, "rwanda-nyamasheke", "RWA-NYA-250");
  if (last.status === "CONFIRMED") {
    assert.equal(last.paymentStatus, "AUTHORIZED");
    assert.deepEqual(await typesOf(before, order), ["PLACED", "PAYMENT_AUTHORIZED", "CONFIRMED"]);
    assert.equal(left, variant.available - 2);
  } else {
    assert.equal(last.status, "CANCELLED");
    assert.deepEqual(await typesOf(before, order), ["PLACED", "PAYMENT_FAILED", "CANCELLED"]);
    await eventually("the units back", 10_000, async () =>
      (await available(shopper, "rwanda-nyamasheke", "RWA-NYA-250")) === variant.available);
  }
  assert.equal((await buy(shopper, input)).id, order.id, "the key still gives the same order");
});

test("a payment declined after the time-out cancels the order and releases the units", { timeout: 120_000 }, async () => {
  const variant = await variantOf(shopper, "burundi-kayanza", "BDI-KAY-250");
  const before = await orderCursor(await owner("kava"));

  const order = await buy(shopper, orderOf(variant.id, 3, card("tok_timeout_declined")));
  assert.equal(order.status, "PENDING");
  const last = await ended(order);

  assert.equal(last.status, "CANCELLED");
  assert.equal(last.paymentStatus, "FAILED");
  assert.deepEqual(await typesOf(before, order), ["PLACED", "PAYMENT_FAILED", "CANCELLED"]);
  await eventually("the units back", 10_000, async () =>
    (await available(shopper, "burundi-kayanza", "BDI-KAY-250")) === variant.available);
});
