// Redis unavailable: everything except rate limits works.

import assert from "node:assert/strict";
import { test } from "node:test";

import { guest, owner, signIn } from "../../src/client.ts";
import { watchOverSse } from "../../src/live.ts";
import { start, whileStopped } from "../../src/platform.ts";
import { adjustStock, buy, cancelOrder, findOrder, orderCursor, orderOf, variantOf, WATCH_ORDERS, type OrderEvent } from "../../src/shop.ts";

test("signing in, reading, ordering, cancelling and watching work without Redis", { timeout: 120_000 }, async (t) => {
  t.after(() => start("redis"));
  await whileStopped("redis", async () => {
    const staff = await owner("knyhy");
    const olena = await signIn("knyhy", "olena@knyhy.example");
    const variant = await variantOf(guest("knyhy"), "ostriv-skarbiv", "STEV-TRE-HC");
    const feed = watchOverSse<OrderEvent>(staff, WATCH_ORDERS, { variables: { after: await orderCursor(staff) } });
    t.after(() => feed.close());

    const order = await buy(olena, orderOf(variant.id, 1, { email: "olena@knyhy.example" }));

    await feed.sees("CONFIRMED", 5_000, (event) => event.type === "CONFIRMED" && event.order.id === order.id);
    assert.equal((await findOrder(olena, order.id))?.id, order.id);
    assert.deepEqual((await adjustStock(staff, { variantId: variant.id, delta: 1 })).userErrors, []);
    assert.deepEqual((await cancelOrder(staff, { orderId: order.id })).userErrors, []);
  });

  await signIn("knyhy", "olena@knyhy.example");
});

test("a wrong password is refused without Redis", async (t) => {
  t.after(() => start("redis"));
  await whileStopped("redis", async () => {
    await assert.rejects(signIn("knyhy", "olena@knyhy.example", "not the password"), /INVALID_CREDENTIALS/);
  });
});
