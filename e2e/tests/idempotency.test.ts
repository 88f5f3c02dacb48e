// Idempotency: the same key is the same command, for repeated and for concurrent requests.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";

import { guest, owner, signIn } from "../src/client.ts";
import {
  adjustStock, available, buy, makeAvailable, orderCursor, orderEventsAfter, orderOf, placeOrder, tryPlaceOrder,
  variantOf,
} from "../src/shop.ts";

const slug = "brazil-mogiana";
const sku = "BRA-MOG-250";

test("50 concurrent requests with the same key place one order and get equal answers", async () => {
  const staff = await owner("kava");
  const variant = await variantOf(staff, slug, sku);
  const before = await orderCursor(staff);
  const input = orderOf(variant.id, 1, { email: `fifty-${Date.now()}@mail.example` });

  const answers = await Promise.all(Array.from({ length: 50 }, () => tryPlaceOrder(guest("kava"), input)));

  assert.deepEqual(answers.flatMap(({ errors }) => errors), []);
  const [first] = answers;
  assert.ok(first?.data?.placeOrder.order);
  // The guest's customer record is set asynchronously; everything else is equal from the first answer on.
  const lasting = (answer: typeof first): unknown => {
    const { order, userErrors } = answer!.data!.placeOrder;
    return { order: { ...order, customer: null }, userErrors };
  };
  for (const answer of answers) assert.deepEqual(lasting(answer), lasting(first));
  assert.equal(await available(staff, slug, sku), variant.available - 1);
  const placed = (await orderEventsAfter(staff, before)).filter(
    ({ type, order }) => type === "PLACED" && order.email === input["email"],
  );
  assert.equal(placed.length, 1);
});

test("the same key with another input is a conflict", async () => {
  const variant = await variantOf(guest("kava"), slug, sku);
  const input = orderOf(variant.id, 1);
  await buy(guest("kava"), input);

  const { order, userErrors } = await placeOrder(guest("kava"), { ...input, lines: [{ variantId: variant.id, quantity: 2 }] });

  assert.equal(order, null);
  assert.deepEqual(userErrors.map(({ code }) => code), ["IDEMPOTENCY_CONFLICT"]);
});

test("the same key of two customers is two commands", async () => {
  const olena = await signIn("kava", "olena@kava.example");
  const petro = await signIn("kava", "petro@kava.example");
  const variant = await variantOf(olena, slug, sku);
  const input = orderOf(variant.id, 1);

  const hers = await buy(olena, input);
  const his = await buy(petro, input);

  assert.notEqual(hers.id, his.id);
});

test("the same key in two tenants is two commands", async () => {
  const idempotencyKey = randomUUID();
  const coffee = await variantOf(guest("kava"), slug, sku);
  const book = await variantOf(guest("knyhy"), "misto", "PIDM-MIS-PB");

  const here = await buy(guest("kava"), orderOf(coffee.id, 1, { idempotencyKey }));
  const there = await buy(guest("knyhy"), orderOf(book.id, 1, { idempotencyKey }));

  assert.notEqual(here.id, there.id);
});

test("a refusal is repeated even after units have become available", async () => {
  const staff = await owner("kava");
  const variant = await makeAvailable(staff, "vacuum-siphon", "EQ-SIPH-5", 0);
  const input = orderOf(variant.id, 1);
  const first = await placeOrder(guest("kava"), input);
  await makeAvailable(staff, "vacuum-siphon", "EQ-SIPH-5", 3);

  const repeated = await placeOrder(guest("kava"), input);

  assert.deepEqual(first.userErrors.map(({ code }) => code), ["OUT_OF_STOCK"]);
  assert.deepEqual(repeated, first);
  assert.equal(await available(staff, "vacuum-siphon", "EQ-SIPH-5"), 3);
});

test("adjustStock adjusts once per key", async () => {
  const staff = await owner("kava");
  const variant = await variantOf(staff, slug, sku);
  const input = { idempotencyKey: randomUUID(), variantId: variant.id, delta: 7, reason: "delivery" };

  const answers = await Promise.all(Array.from({ length: 20 }, () => adjustStock(staff, input)));
  const conflict = await adjustStock(staff, { ...input, delta: 8 });

  for (const answer of answers) assert.deepEqual(answer.userErrors, []);
  assert.deepEqual(conflict.userErrors.map(({ code }) => code), ["IDEMPOTENCY_CONFLICT"]);
  assert.equal(await available(staff, slug, sku), variant.available + 7);
});
