// Responses that join entities of three subgraphs.

import assert from "node:assert/strict";
import { test } from "node:test";

import { guest, owner, signIn, SHOPS } from "../src/client.ts";
import { buy, orderCursor, orderOf, stockCursor, variantOf } from "../src/shop.ts";

const GOODS = {
  kava: [["french-press", "EQ-FREN-600"], ["capsules-espresso-forte", "CAP-FOR-50"]],
  knyhy: [["lisova-pisnia", "LESI-LIS-HC"], ["zakladky-petrykivka", "ST-ZAKL-3"]],
} as const;

interface Variant {
  id: string;
  sku: string;
  available: number;
  product: { slug: string; variants: { id: string }[] };
}

for (const shop of SHOPS) {
  test(`an order of ${shop} shows its lines' variants and its customer`, async () => {
    const olena = await signIn(shop, `olena@${shop}.example`);
    const variants = await Promise.all(GOODS[shop].map(([slug, sku]) => variantOf(olena, slug, sku)));
    const lines = variants.map(({ id }) => ({ variantId: id, quantity: 1 }));
    const placed = await buy(olena, orderOf(variants[0]!.id, 1, { lines, email: `olena@${shop}.example` }));

    const { order, viewer } = await olena.query<{
      order: { customer: { id: string; email: string; name: string }; lines: { sku: string; variant: Variant }[] };
      viewer: { customer: { id: string; orders: { totalCount: number; nodes: { id: string; lines: { variant: Variant }[] }[] } } };
    }>(
      `query($id: ID!) {
        order(id: $id) {
          customer { id email name }
          lines { sku variant { id sku available product { slug variants { id } } } }
        }
        viewer { customer { id orders(first: 5) { totalCount nodes { id lines { variant { id product { slug } } } } } } }
      }`,
      { id: placed.id },
    );

    assert.equal(order.customer.id, viewer.customer.id);
    assert.equal(order.customer.email, `olena@${shop}.example`);
    assert.ok(order.customer.name);
    assert.deepEqual(order.lines.map(({ variant }) => variant.id).sort(), variants.map(({ id }) => id).sort());
    for (const { sku, variant } of order.lines) {
      assert.equal(variant.sku, sku);
      assert.ok(variant.product.variants.some(({ id }) => id === variant.id));
    }
    assert.equal(viewer.customer.orders.nodes[0]?.id, placed.id, "newest first");
    assert.ok(viewer.customer.orders.nodes[0]!.lines.every(({ variant }) => variant.product.slug));
  });

  test(`events of ${shop} show their order, its lines, variants and warehouse`, async () => {
    const staff = await owner(shop);
    const [slug, sku] = GOODS[shop][0];
    const variant = await variantOf(staff, slug, sku);
    // A page scans a limited part of the log, so reading begins at the current heads.
    const from = { orders: await orderCursor(staff), stock: await stockCursor(staff) };
    const placed = await buy(guest(shop), orderOf(variant.id, 1));

    const { orderEvents, stockEvents } = await staff.query<{
      orderEvents: { nodes: { type: string; order: { id: string; lines: { variant: Variant }[] } }[] };
      stockEvents: { nodes: { variant: Variant; warehouse: { id: string; code: string; name: string } }[] };
    }>(
      `query($order: ID!, $variant: ID!, $orders: String!, $stock: String!) {
        orderEvents(filter: { orderId: $order }, after: $orders, first: 10) {
          nodes { type order { id lines { variant { id sku available product { slug } } } } }
        }
        stockEvents(filter: { variantIds: [$variant] }, after: $stock, first: 10) {
          nodes { variant { id sku available product { slug } } warehouse { id code name } }
        }
      }`,
      { order: placed.id, variant: variant.id, ...from },
    );

    assert.ok(orderEvents.nodes.length > 0);
    for (const { order } of orderEvents.nodes) {
      assert.equal(order.id, placed.id);
      assert.equal(order.lines[0]?.variant.id, variant.id);
      assert.equal(order.lines[0]?.variant.product.slug, slug);
    }
    assert.ok(stockEvents.nodes.length > 0);
    for (const event of stockEvents.nodes) {
      assert.equal(event.variant.id, variant.id);
      assert.match(event.warehouse.code, /^(MAIN|WEST)$/);
      assert.ok(event.warehouse.name);
    }
  });
}

test("a list of 20 orders with lines, variants and customers is one answer without errors", async () => {
  const staff = await owner("kava");
  const variant = await variantOf(staff, "french-press", "EQ-FREN-600");
  for (let placed = 0; placed < 20; placed += 1) await buy(guest("kava"), orderOf(variant.id, 1));

  const { orders } = await staff.query<{
    orders: { nodes: { placedAt: string; lines: { variant: Variant | null }[] }[]; edges: { cursor: string }[]; totalCount: number };
  }>(
    `{ orders(first: 20) {
      totalCount edges { cursor }
      nodes { placedAt customer { id email } lines { id quantity variant { id available product { slug priceRange { min { amount } max { amount } } } } } }
    } }`,
  );

  assert.equal(orders.nodes.length, 20);
  assert.ok(orders.totalCount >= 20);
  assert.ok(orders.nodes.every(({ lines }) => lines.every((line) => line.variant)));
  const times = orders.nodes.map(({ placedAt }) => placedAt);
  assert.deepEqual(times, times.toSorted().reverse(), "newest first");
});

test("the viewer is null for a guest, else a customer or a staff member", async () => {
  const query = `{ viewer { permissions customer { email } staff { email role } } shop { slug defaultCurrency defaultLocale locales } }`;
  interface Viewed {
    viewer: { permissions: string[]; customer: { email: string } | null; staff: { email: string; role: string } | null } | null;
    shop: { slug: string; defaultCurrency: string; defaultLocale: string; locales: string[] };
  }

  const anonymous = await guest("kava").query<Viewed>(query);
  const customer = await (await signIn("kava", "maria@example.com")).query<Viewed>(query);
  const staff = await (await owner("kava")).query<Viewed>(query);

  assert.equal(anonymous.viewer, null);
  assert.deepEqual(anonymous.shop, { slug: "kava", defaultCurrency: "UAH", defaultLocale: "uk", locales: ["uk", "ru", "en"] });
  assert.equal(customer.viewer?.customer?.email, "maria@example.com");
  assert.equal(customer.viewer?.staff, null);
  assert.equal(staff.viewer?.staff?.email, "owner@kava.example");
  assert.equal(staff.viewer?.staff?.role.toLowerCase(), "owner");
  assert.ok(staff.viewer!.permissions.length > customer.viewer!.permissions.length);
});
