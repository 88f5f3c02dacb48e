// The main journey: a shopper orders, the stock decreases, and the staff's dashboard shows both within two seconds.

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { guest, owner, signIn, SHOPS } from "../src/client.ts";
import { TRANSPORTS } from "../src/live.ts";
import { eventually } from "../src/platform.ts";
import {
  available, buy, findOrder, minorUnits, orderCursor, orderOf, stockCursor, tryAdjustStock, variantOf, WATCH_ORDERS,
  WATCH_STOCK, type OrderEvent, type StockEvent,
} from "../src/shop.ts";

const MOMENT_MS = 2_000;

const GOODS = {
  kava: { slug: "blend-podil", sku: "BLD-POD-250" },
  knyhy: { slug: "misto", sku: "PIDM-MIS-HC" },
};

for (const shop of SHOPS) {
  const { slug, sku } = GOODS[shop];

  for (const [transport, watch] of TRANSPORTS) {
    describe(`a dashboard of ${shop} over ${transport}`, () => {
      test("shows an order placed and confirmed, and the stock going down", async (t) => {
        const staff = await owner(shop);
        const variant = await variantOf(guest(shop), slug, sku);
        const orders = watch<OrderEvent>(staff, WATCH_ORDERS, { variables: { after: await orderCursor(staff) } });
        const stock = watch<StockEvent>(staff, WATCH_STOCK, {
          variables: { after: await stockCursor(staff), filter: { variantIds: [variant.id] } },
        });
        t.after(() => (orders.close(), stock.close()));

        const order = await buy(guest(shop), orderOf(variant.id, 2));

        const placed = await orders.sees("PLACED", MOMENT_MS, (e) => e.type === "PLACED" && e.order.id === order.id);
        const confirmed = await orders.sees("CONFIRMED", MOMENT_MS, (e) => e.type === "CONFIRMED" && e.order.id === order.id);
        const reserved = await stock.sees("RESERVED", MOMENT_MS, (e) => e.type === "RESERVED");
        await stock.sees("SOLD", 10_000, (e) => e.type === "SOLD");
        assert.ok(orders.deliveries.indexOf(placed) < orders.deliveries.indexOf(confirmed));
        assert.equal(placed.node.order.number, order.number);
        assert.equal(placed.node.order.lines[0]?.variant?.id, variant.id);
        assert.equal(placed.cursor, placed.node.cursor, "the transport carries the event's own cursor");
        assert.equal(reserved.node.delta, 2);
        assert.equal(reserved.node.available, variant.available - 2);
        assert.equal(reserved.node.variant.id, variant.id);
        assert.equal(await available(guest(shop), slug, sku), variant.available - 2);
      });

      test("starts at the current head without a cursor", async (t) => {
        const staff = await owner(shop);
        const variant = await variantOf(staff, slug, sku);
        await tryAdjustStock(staff, { variantId: variant.id, delta: 1, reason: "before anybody watches" });
        const startedAt = new Date().toISOString();
        const stock = watch<StockEvent & { occurredAt: string }>(
          staff,
          `subscription { stockEvents { id cursor type occurredAt delta available warehouse { id code } variant { id sku available } } }`,
        );
        t.after(() => stock.close());

        // A client is not notified when its subscription has begun, so the change is repeated until it is received.
        await eventually("a stock change", 10_000, async () => {
          await tryAdjustStock(staff, { variantId: variant.id, delta: 1, reason: "while somebody watches" });
          return stock.deliveries.length > 0;
        });

        for (const { occurredAt } of stock.nodes) assert.ok(occurredAt >= startedAt.slice(0, 19), occurredAt);
      });
    });
  }

  describe(`an order at ${shop}`, () => {
    test("of a guest has correct totals and gets a customer record", async () => {
      const staff = await owner(shop);
      const variant = await variantOf(guest(shop), slug, sku);
      const email = `guest-${Date.now()}@mail.example`;

      const order = await buy(guest(shop), orderOf(variant.id, 3, { email }));

      assert.equal(order.status, "CONFIRMED");
      assert.equal(order.paymentStatus, "PENDING");
      assert.equal(order.fulfilmentStatus, "UNFULFILLED");
      assert.equal(order.email, email);
      assert.match(order.number, /^\d+$/);
      assert.equal(minorUnits(order.lines[0]!.unitPrice), minorUnits(variant.price));
      assert.equal(minorUnits(order.lines[0]!.total), 3n * minorUnits(variant.price));
      assert.equal(minorUnits(order.subtotal), 3n * minorUnits(variant.price));
      assert.equal(order.total.currencyCode, "UAH");
      const customer = await eventually("the guest's customer record", 15_000, async () =>
        (await findOrder(staff, order.id))?.customer);
      assert.equal(customer.email, email);
    });

    test("of a customer is in the customer's own list and not in another's", async () => {
      const olena = await signIn(shop, `olena@${shop}.example`);
      const petro = await signIn(shop, `petro@${shop}.example`);
      const variant = await variantOf(olena, slug, sku);

      const order = await buy(olena, orderOf(variant.id, 1, { email: `olena@${shop}.example` }));

      const mine = await olena.query<{ viewer: { customer: { id: string; orders: { nodes: { id: string }[] } } } }>(
        `{ viewer { customer { id orders(first: 10) { nodes { id } } } } }`,
      );
      assert.ok(mine.viewer.customer.orders.nodes.some(({ id }) => id === order.id));
      assert.equal((await findOrder(olena, order.id))?.customer?.id, mine.viewer.customer.id);
      assert.equal(await findOrder(petro, order.id), null);
      const his = await petro.query<{ orders: { nodes: { id: string }[] } }>(`{ orders(first: 50) { nodes { id } } }`);
      assert.ok(!his.orders.nodes.some(({ id }) => id === order.id));
    });

    test("of a guest is not visible to a registered account with the same email address", async () => {
      const petro = await signIn(shop, `petro@${shop}.example`);
      const staff = await owner(shop);
      const variant = await variantOf(petro, slug, sku);

      const order = await buy(guest(shop), orderOf(variant.id, 1, { email: `petro@${shop}.example` }));

      const customer = await eventually("the guest's customer record", 15_000, async () =>
        (await findOrder(staff, order.id))?.customer);
      const { viewer } = await petro.query<{ viewer: { customer: { id: string } } }>(`{ viewer { customer { id } } }`);
      assert.notEqual(customer.id, viewer.customer.id);
      assert.equal(await findOrder(petro, order.id), null);
    });
  });

  test(`a customer of ${shop} sees only the events of their own orders`, async (t) => {
    const maria = await signIn(shop, "maria@example.com");
    const variant = await variantOf(maria, slug, sku);
    const events = TRANSPORTS[0]![1]<OrderEvent>(maria, WATCH_ORDERS, { variables: { after: await orderCursor(maria) } });
    t.after(() => events.close());

    const others = await buy(guest(shop), orderOf(variant.id, 1));
    const own = await buy(maria, orderOf(variant.id, 1, { email: "maria@example.com" }));

    await events.sees("the own order", MOMENT_MS, (e) => e.order.id === own.id && e.type === "CONFIRMED");
    assert.ok(!events.nodes.some((e) => e.order.id === others.id));
  });
}
