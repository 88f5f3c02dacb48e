// RabbitMQ unavailable: orders are placed and shown live, and consumers catch up afterwards.

import assert from "node:assert/strict";
import { test } from "node:test";

import { guest, owner } from "../../src/client.ts";
import { rows, uuidOf } from "../../src/invariants.ts";
import { watchOverWebSocket } from "../../src/live.ts";
import { eventually, start, whileStopped } from "../../src/platform.ts";
import { buy, findOrder, orderCursor, orderOf, variantOf, WATCH_ORDERS, type Order, type OrderEvent } from "../../src/shop.ts";

test("orders placed without the broker reach the customers' history after it is available again", { timeout: 240_000 }, async (t) => {
  t.after(() => start("rabbitmq"));
  const staff = await owner("kava");
  const variant = await variantOf(staff, "mexico-chiapas", "MEX-CHI-250");
  const feed = watchOverWebSocket<OrderEvent>(staff, WATCH_ORDERS, { variables: { after: await orderCursor(staff) } });
  t.after(() => feed.close());
  const emails = Array.from({ length: 5 }, (_, at) => `broker-down-${Date.now()}-${at}@mail.example`);

  const placed = await whileStopped("rabbitmq", async () => {
    const orders: Order[] = [];
    for (const email of emails) orders.push(await buy(guest("kava"), orderOf(variant.id, 1, { email })));
    for (const order of orders) {
      assert.equal(order.status, "CONFIRMED");
      await feed.sees("the order on the dashboard", 5_000, (e) => e.type === "CONFIRMED" && e.order.id === order.id);
    }
    return orders;
  });

  for (const order of placed) {
    const customer = await eventually(`the customer of order ${order.number}`, 60_000, async () =>
      (await findOrder(staff, order.id))?.customer);
    assert.equal(customer.email, order.email);
    const recorded = await rows(
      "customers",
      "SELECT number FROM customer_orders WHERE order_id = $1",
      [uuidOf(order.id)],
    );
    assert.deepEqual(recorded, [{ number: order.number }], "the history has the order once");
  }
});
