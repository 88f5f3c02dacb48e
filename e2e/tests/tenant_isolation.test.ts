// Tenant isolation: entities, tokens and events of another tenant look missing or are refused.

import assert from "node:assert/strict";
import { request } from "node:http";
import { before, describe, test } from "node:test";

import { Client, guest, owner, readAnswer, signIn, type Answer } from "../src/client.ts";
import { TRANSPORTS } from "../src/live.ts";
import { endpoint } from "../src/platform.ts";
import {
  adjustStock, buy, cancelOrder, findOrder, orderCursor, orderOf, placeOrder, stockCursor, variantOf, WATCH_ORDERS,
  WATCH_STOCK, type Order, type OrderEvent, type StockEvent, type Variant,
} from "../src/shop.ts";

let kava: Client;
let knyhy: Client;
let coffee: Variant;
let order: Order;

before(async () => {
  [kava, knyhy] = await Promise.all([owner("kava"), owner("knyhy")]);
  coffee = await variantOf(kava, "guatemala-antigua", "GTM-ANT-250");
  order = await buy(guest("kava"), orderOf(coffee.id, 1));
});

describe("another tenant's", () => {
  test("product is null by id and by slug and never in a list", async () => {
    const { product } = await kava.query<{ product: { id: string } }>(`{ product(slug: "guatemala-antigua") { id } }`);

    const there = await knyhy.query<Record<string, unknown>>(
      `query($id: ID!) {
        byId: product(id: $id) { id }
        bySlug: product(slug: "guatemala-antigua") { id }
        listed: products(first: 5, filter: { ids: [$id] }) { totalCount nodes { id } }
        named: products(first: 5, filter: { slugs: ["guatemala-antigua"] }) { totalCount nodes { id } }
      }`,
      { id: product.id },
    );

    const nothing = { totalCount: 0, nodes: [] };
    assert.deepEqual(there, { byId: null, bySlug: null, listed: nothing, named: nothing });
  });

  test("order is null, has no events and cannot be cancelled", async () => {
    assert.equal(await findOrder(knyhy, order.id), null);
    const { orderEvents, orders } = await knyhy.query<{ orderEvents: { nodes: unknown[] }; orders: { nodes: Order[] } }>(
      `query($id: ID!) {
        orderEvents(filter: { orderId: $id }, first: 10) { nodes { id } }
        orders(first: 100) { nodes { id } }
      }`,
      { id: order.id },
    );
    const { order: cancelled, userErrors } = await cancelOrder(knyhy, { orderId: order.id });

    assert.deepEqual(orderEvents.nodes, []);
    assert.ok(!orders.nodes.some(({ id }) => id === order.id));
    assert.equal(cancelled, null);
    assert.deepEqual(userErrors.map(({ code }) => code), ["ORDER_NOT_FOUND"]);
    assert.equal((await findOrder(kava, order.id))?.status, "CONFIRMED");
  });

  test("variant can be neither ordered nor adjusted nor watched", async () => {
    const ordered = await placeOrder(guest("knyhy"), orderOf(coffee.id, 1));
    const adjusted = await adjustStock(knyhy, { variantId: coffee.id, delta: 5 });
    const { stockEvents } = await knyhy.query<{ stockEvents: { nodes: unknown[] } }>(
      `query($id: ID!) { stockEvents(filter: { variantIds: [$id] }, first: 10) { nodes { id } } }`,
      { id: coffee.id },
    );

    assert.deepEqual(ordered.userErrors.map(({ code }) => code), ["VARIANT_NOT_FOUND"]);
    assert.deepEqual(adjusted.userErrors.map(({ code }) => code), ["VARIANT_NOT_FOUND"]);
    assert.deepEqual(stockEvents.nodes, []);
  });

  test("token is refused", async () => {
    const maria = await signIn("kava", "maria@example.com");
    for (const { token } of [kava, maria]) {
      const answer = await new Client("knyhy", token).ask("{ shop { slug } viewer { permissions } }");
      assert.equal(answer.data, null, answer.text);
      assert.match(answer.codes.join(), /^(UNAUTHENTICATED|FORBIDDEN)$/);
    }
  });

  for (const [transport, watch] of TRANSPORTS) {
    test(`token opens no subscription over ${transport}`, async (t) => {
      const feed = watch<OrderEvent>(new Client("knyhy", kava.token), WATCH_ORDERS);
      t.after(() => feed.close());

      await feed.until("a refusal", 10_000, ({ failures, ended }) => failures.length > 0 || ended !== undefined);

      assert.equal(feed.deliveries.length, 0);
    });

    test(`events never arrive over ${transport}`, async (t) => {
      const book = await variantOf(knyhy, "dzhein-eir", "BRON-JAN-PB");
      const orders = watch<OrderEvent>(knyhy, WATCH_ORDERS, { variables: { after: await orderCursor(knyhy) } });
      const stock = watch<StockEvent>(knyhy, WATCH_STOCK, { variables: { after: await stockCursor(knyhy) } });
      t.after(() => (orders.close(), stock.close()));

      const theirs = await buy(guest("kava"), orderOf(coffee.id, 1));
      const ours = await buy(guest("knyhy"), orderOf(book.id, 1));

      await orders.sees("our own order", 5_000, (e) => e.type === "CONFIRMED" && e.order.id === ours.id);
      await stock.sees("our own stock", 10_000, (e) => e.type === "SOLD" && e.variant.id === book.id);
      assert.ok(!JSON.stringify(orders.nodes).includes(theirs.id));
      assert.ok(!JSON.stringify(stock.nodes).includes(coffee.id));
    });
  }
});

test("equal slugs and SKUs in two tenants are separate entities", async () => {
  const query = `{ product(slug: "gift-card-holder") { id slug name variants { id sku available price { amount } } } }`;
  interface Holder { product: { id: string; name: string; variants: Variant[] } }
  const before = await guest("knyhy").query<Holder>(query);
  const here = await guest("kava").query<Holder>(query);
  const byId = await guest("knyhy").query<{ product: Holder["product"] | null }>(
    `query($id: ID!) { product(id: $id) { id slug name variants { id sku available price { amount } } } }`,
    { id: here.product.id },
  );

  if (byId.product) assert.deepEqual(byId, before, "an equal id resolves to the own tenant's product");
  await buy(guest("kava"), orderOf(here.product.variants[0]!.id, 3));
  await adjustStock(kava, { variantId: here.product.variants[1]!.id, delta: 11 });

  assert.deepEqual(here.product.variants.map(({ sku }) => sku), before.product.variants.map(({ sku }) => sku));
  assert.notDeepEqual(here.product.variants.map(({ price }) => price), before.product.variants.map(({ price }) => price));
  assert.deepEqual(await guest("knyhy").query<Holder>(query), before, "the units of the other tenant are unchanged");
});

test("one email address in two tenants is two accounts", async () => {
  const [here, there] = await Promise.all([signIn("kava", "maria@example.com"), signIn("knyhy", "maria@example.com")]);
  const variant = await variantOf(here, "guatemala-antigua", "GTM-ANT-250");
  const placed = await buy(here, orderOf(variant.id, 1, { email: "maria@example.com" }));
  const query = `{ viewer { customer { id name orders(first: 100) { nodes { id } } } } }`;
  interface Mine { viewer: { customer: { id: string; name: string; orders: { nodes: { id: string }[] } } } }

  const [hers, other] = await Promise.all([here.query<Mine>(query), there.query<Mine>(query)]);

  assert.notEqual(hers.viewer.customer.name, other.viewer.customer.name);
  assert.ok(hers.viewer.customer.orders.nodes.some(({ id }) => id === placed.id));
  assert.ok(!other.viewer.customer.orders.nodes.some(({ id }) => id === placed.id));
});

test("the host name selects the tenant", async () => {
  for (const shop of ["kava", "knyhy"]) {
    const answer = await askHost(`${shop}.localhost:${endpoint.port}`, "{ shop { slug } }");
    assert.deepEqual(answer.data, { shop: { slug: shop } });
  }
  assert.deepEqual((await askHost("nobody.localhost", "{ shop { slug } }")).codes, ["TENANT_NOT_FOUND"]);
});

test("internal headers sent by a client are ignored", async () => {
  const spoofed = {
    "x-shop-identity": kava.token!,
    "X-SHOP-Identity": "forged",
    "X-Shop-Router-Secret": "forged",
    "x-shop-tenant": "kava",
    "x-shop-deadline-ms": "1",
  };
  const answer = await askHost(`knyhy.localhost:${endpoint.port}`, "{ shop { slug } viewer { permissions } }", spoofed);

  assert.deepEqual(answer.data, { shop: { slug: "knyhy" }, viewer: null });
});

/** Sends a request with a Host header, which `fetch` does not allow. */
function askHost(host: string, query: string, headers: Record<string, string> = {}): Promise<Answer<unknown>> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      endpoint,
      { method: "POST", headers: { host, "content-type": "application/json", accept: "application/json", ...headers } },
      (incoming) => {
        let text = "";
        incoming.setEncoding("utf8");
        incoming.on("data", (chunk: string) => (text += chunk));
        incoming.on("end", () => resolve(readAnswer(incoming.statusCode ?? 0, text)));
      },
    );
    outgoing.on("error", reject);
    outgoing.end(JSON.stringify({ query }));
  });
}
