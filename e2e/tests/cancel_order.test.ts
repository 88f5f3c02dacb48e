import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";

import { guest, owner, signIn } from "../src/client.ts";
import { watchOverWebSocket } from "../src/live.ts";
import { eventually } from "../src/platform.ts";
import {
  available, buy, cancelOrder, card, findOrder, orderCursor, orderOf, stockCursor, tryCancelOrder, variantOf,
  WATCH_ORDERS, WATCH_STOCK, type OrderEvent, type StockEvent,
} from "../src/shop.ts";

test("staff cancel an order and its units are available again", async (t) => {
  const staff = await owner("knyhy");
  const variant = await variantOf(staff, "drakula", "STOK-DRA-HC");
  const events = watchOverWebSocket<OrderEvent>(staff, WATCH_ORDERS, { variables: { after: await orderCursor(staff) } });
  const stock = watchOverWebSocket<StockEvent>(staff, WATCH_STOCK, {
    variables: { after: await stockCursor(staff), filter: { variantIds: [variant.id], types: ["RELEASED"] } },
  });
  t.after(() => (events.close(), stock.close()));
  const order = await buy(guest("knyhy"), orderOf(variant.id, 4, card("tok_ok")));
  assert.equal(await available(staff, "drakula", "STOK-DRA-HC"), variant.available - 4);

  const { order: cancelled, userErrors } = await cancelOrder(staff, { orderId: order.id, reason: "customer called" });

  assert.deepEqual(userErrors, []);
  assert.equal(cancelled?.status, "CANCELLED");
  await events.sees("CANCELLED", 5_000, (event) => event.type === "CANCELLED" && event.order.id === order.id);
  const released = await stock.sees("RELEASED", 10_000, () => true);
  assert.equal(stock.nodes.reduce((sum, { delta }) => sum + delta, 0), -4);
  assert.equal(released.node.variant.id, variant.id);
  await eventually("the units back", 10_000, async () =>
    (await available(staff, "drakula", "STOK-DRA-HC")) === variant.available);
});

test("a customer cancels their own order", async () => {
  const olena = await signIn("knyhy", "olena@knyhy.example");
  const variant = await variantOf(olena, "frankenshtein", "SHEL-FRA-PB");
  const order = await buy(olena, orderOf(variant.id, 1, { email: "olena@knyhy.example" }));

  const { order: cancelled, userErrors } = await cancelOrder(olena, { orderId: order.id });

  assert.deepEqual(userErrors, []);
  assert.equal(cancelled?.status, "CANCELLED");
  await eventually("the units back", 10_000, async () =>
    (await available(olena, "frankenshtein", "SHEL-FRA-PB")) === variant.available);
});

test("an order of another customer is not found", async () => {
  const olena = await signIn("knyhy", "olena@knyhy.example");
  const petro = await signIn("knyhy", "petro@knyhy.example");
  const variant = await variantOf(olena, "frankenshtein", "SHEL-FRA-PB");
  const order = await buy(olena, orderOf(variant.id, 1, { email: "olena@knyhy.example" }));

  const { order: cancelled, userErrors } = await cancelOrder(petro, { orderId: order.id });

  assert.equal(cancelled, null);
  assert.deepEqual(userErrors.map(({ code }) => code), ["ORDER_NOT_FOUND"]);
  assert.equal((await findOrder(olena, order.id))?.status, "CONFIRMED");
});

test("a guest cannot cancel an order", async () => {
  const variant = await variantOf(guest("knyhy"), "frankenshtein", "SHEL-FRA-PB");
  const order = await buy(guest("knyhy"), orderOf(variant.id, 1));

  const answer = await tryCancelOrder(guest("knyhy"), { orderId: order.id });

  const codes = [...answer.codes, ...(answer.data?.cancelOrder?.userErrors ?? []).map(({ code }) => code)];
  assert.equal(codes.length, 1, answer.text);
  assert.match(codes[0]!, /^(UNAUTHENTICATED|FORBIDDEN|ORDER_NOT_FOUND)$/);
  assert.equal((await findOrder(await owner("knyhy"), order.id))?.status, "CONFIRMED");
});

test("repeated cancellations release the units once", async () => {
  const staff = await owner("knyhy");
  const variant = await variantOf(staff, "martin-iden", "LOND-MAR-HC");
  const order = await buy(guest("knyhy"), orderOf(variant.id, 2));
  const idempotencyKey = randomUUID();

  const answers = await Promise.all(
    Array.from({ length: 10 }, () => cancelOrder(staff, { orderId: order.id, idempotencyKey })),
  );
  const later = await cancelOrder(staff, { orderId: order.id });
  const otherOrder = await cancelOrder(staff, { orderId: "order_01h455vb4pex5vsknk084sn02q", idempotencyKey });

  for (const answer of answers) {
    assert.deepEqual(answer.userErrors, []);
    assert.equal(answer.order?.id, order.id);
  }
  assert.deepEqual(later.userErrors.map(({ code }) => code), ["ALREADY_CANCELLED"]);
  assert.deepEqual(otherOrder.userErrors.map(({ code }) => code), ["IDEMPOTENCY_CONFLICT"]);
  await eventually("the units back", 10_000, async () =>
    (await available(staff, "martin-iden", "LOND-MAR-HC")) === variant.available);
});
