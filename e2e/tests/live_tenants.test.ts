// Isolation of live events: two tenants with the same ids, slugs and SKUs, watched with the same documents and
// variables, by clients that reconnect at random and try each other's cursors. No event of one tenant reaches the other.

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "node:test";

import { guest, owner, SHOPS, signIn, type Client, type ShopSlug } from "../src/client.ts";
import { watchOverSse, watchOverWebSocket, type LiveFeed, type Watch } from "../src/live.ts";
import { Random } from "../src/random.ts";
import {
  adjustStock, buy, cancelOrder, orderCursor, orderEventsAfter, orderOf, stockCursor, WATCH_ORDERS, WATCH_STOCK,
  type Order, type Variant,
} from "../src/shop.ts";
import { watchByFetch, watchOverMultipart } from "../src/stream_reader.ts";
import { twinOrders, twinVariants } from "../src/twins.ts";

const BUSY_MS = 12_000;
const SEATS = 16;
const ORDERS = 6;

const CLIENTS: [name: string, watch: Watch][] = [
  ["WebSocket", watchOverWebSocket],
  ["EventSource", watchOverSse],
  ["fetch", watchByFetch],
  ["multipart", watchOverMultipart],
];

interface Event {
  id: string;
  cursor: string;
}

/** One of the tenants, and everything that its clients received. */
interface Side {
  shop: ShopSlug;
  staff: Client;
  maria: Client;
  begin: Record<"orders" | "stock", string>;
  /** Received text per subscription, in the order of opening. */
  frames: string[];
}

/** A document with variables that are valid in both tenants. */
interface Request {
  stream: "orders" | "stock";
  query: string;
  filter: Record<string, unknown> | null;
  byMaria?: boolean;
}

/** A subscriber that is replaced at random. */
interface Seat {
  side: Side;
  request: Request;
  feed: LiveFeed<Event>;
  last: string;
}

const email = ({ shop }: { shop: string }): string => `only-at-${shop}@mail.example`;

test("no event of a tenant reaches another tenant with the same ids", { timeout: 180_000 }, async (t) => {
  const random = Random.of(t);
  const sides = (await Promise.all(SHOPS.map(sideOf))) as [Side, Side];
  const shops = [sides[0].staff, sides[1].staff] as const;
  const variants = await twinVariants(shops, "canvas-tote-bag");
  for (const { id } of variants) {
    for (const staff of shops) await adjustStock(staff, { variantId: id, delta: 500, reason: "for a busy day" });
  }
  const orders: Order[] = [];
  while (orders.length < ORDERS) orders.push(await twinOrders(shops, random.pick(variants).id, email));
  const requests = requestsFor(variants, orders);
  const takeSeat = (side: Side): Seat => open(random, side, random.pick(requests));
  const seats = Array.from({ length: SEATS }, (_, at) => takeSeat(sides[at % 2]!));
  t.after(() => seats.forEach(({ feed }) => feed.close()));

  const stopAt = Date.now() + BUSY_MS;
  const trade = Promise.all(sides.map((side) => keepBusy(random, side, variants, orders, stopAt)));
  let refused = 0;
  while (Date.now() < stopAt) {
    await sleep(random.between(50, 150));
    const at = random.between(0, SEATS - 1);
    const seat = seats[at]!;
    seat.last = seat.feed.deliveries.at(-1)?.cursor ?? seat.last;
    seat.feed.close();
    if (random.chance(0.25)) {
      await expectRefusal(random, seat, seats);
      refused += 1;
    }
    seats[at] = random.chance(0.5) ? open(random, seat.side, seat.request, seat.last) : takeSeat(seat.side);
  }
  await trade;
  await sleep(2_000);

  const owned = await Promise.all(sides.map(textsOf));
  for (const [at, { shop, frames }] of sides.entries()) {
    const arrived = new Set(frames.flatMap(textsIn));
    const foreign = [...owned[1 - at]!].filter((text) => !owned[at]!.has(text));
    assert.ok(foreign.length > 300, `the other tenant has texts that only it has (${foreign.length})`);
    assert.deepEqual(foreign.filter((text) => arrived.has(text)), [], `foreign texts at ${shop}`);
    const other = sides[1 - at]!.shop;
    assert.ok(!frames.some((frame) => frame.includes(email({ shop: other }))), `${other}'s buyers at ${shop}`);
    const own = [...owned[at]!].filter((text) => arrived.has(text));
    assert.ok(own.length > 300, `the own texts arrived (${own.length})`);
    t.diagnostic(`${shop}: ${own.length} texts of its own arrived, none of ${foreign.length} foreign ones`);
  }
  assert.ok(refused > 10, `foreign cursors were tried (${refused})`);
});

async function sideOf(shop: ShopSlug): Promise<Side> {
  const staff = await owner(shop);
  const maria = await signIn(shop, "maria@example.com");
  const begin = { orders: await orderCursor(staff), stock: await stockCursor(staff) };
  return { shop, staff, maria, begin, frames: [] };
}

function requestsFor(variants: Variant[], orders: Order[]): Request[] {
  return [
    { stream: "orders", query: WATCH_ORDERS, filter: null },
    { stream: "orders", query: WATCH_ORDERS, filter: null, byMaria: true },
    { stream: "orders", query: WATCH_ORDERS, filter: { types: ["PLACED", "CANCELLED"] } },
    ...orders.map(({ id }) => ({ stream: "orders" as const, query: WATCH_ORDERS, filter: { orderId: id } })),
    { stream: "stock", query: WATCH_STOCK, filter: null },
    { stream: "stock", query: WATCH_STOCK, filter: { variantIds: variants.map(({ id }) => id) } },
    ...variants.map(({ id }) => ({ stream: "stock" as const, query: WATCH_STOCK, filter: { variantIds: [id] } })),
  ];
}

/** Begins now, at the beginning of the test, or after a cursor. */
function open(random: Random, side: Side, request: Request, after?: string): Seat {
  const [, watch] = random.pick(CLIENTS);
  const from = after ?? (random.chance(0.7) ? side.begin[request.stream] : undefined);
  const place = side.frames.push("") - 1;
  const feed = watch<Event>(request.byMaria ? side.maria : side.staff, request.query, {
    variables: { filter: request.filter, ...(from === undefined ? {} : { after: from }) },
    onFrame: (text) => void (side.frames[place] += text),
  });
  return { side, request, feed, last: from ?? side.begin[request.stream] };
}

/** Subscribes with a cursor of the other tenant in the same stream, of the same or another request: refused. */
async function expectRefusal(random: Random, seat: Seat, seats: Seat[]): Promise<void> {
  const theirs = seats.filter(({ side, request }) => side !== seat.side && request.stream === seat.request.stream);
  if (theirs.length === 0) return;
  const { feed } = open(random, seat.side, seat.request, random.pick(theirs).last);
  try {
    await feed.until("a refusal", 10_000, ({ failures }) => failures.length > 0);
    assert.deepEqual(feed.failures.map(({ extensions }) => extensions?.code), ["CURSOR_INVALID"]);
    assert.equal(feed.deliveries.length, 0);
  } finally {
    feed.close();
  }
}

/** Places orders, adjusts stock and cancels orders, of entities that both tenants have. */
async function keepBusy(random: Random, side: Side, variants: Variant[], twins: Order[], stopAt: number): Promise<void> {
  const open = [...twins];
  while (Date.now() < stopAt) {
    const variantId = random.pick(variants).id;
    if (random.chance(0.4)) {
      await buy(guest(side.shop), orderOf(variantId, 1, { email: email(side) }));
    } else if (random.chance(0.3)) {
      await buy(side.maria, orderOf(variantId, 1));
    } else if (random.chance(0.15) && open.length > 0) {
      const { userErrors } = await cancelOrder(side.staff, { orderId: open.pop()!.id });
      assert.deepEqual(userErrors, []);
    } else {
      await adjustStock(side.staff, { variantId, delta: random.between(1, 5), reason: "counted" });
    }
    await sleep(random.between(0, 60));
  }
}

/** Every text in a tenant's events, as read by its owner. Short texts are left out: they may be equal by chance. */
async function textsOf({ staff, begin }: Side): Promise<Set<string>> {
  const orders = await orderEventsAfter(staff, begin.orders);
  const stock: unknown[] = [];
  for (let after: string | null = begin.stock; after !== null; ) {
    const page: { stockEvents: { nodes: unknown[]; pageInfo: { hasNextPage: boolean; endCursor: string } } } =
      await staff.query(
        `query Stock($after: String) { stockEvents(after: $after, first: 100) {
          nodes { id cursor type warehouse { id code } variant { id sku product { name } } }
          pageInfo { hasNextPage endCursor }
        } }`,
        { after },
      );
    stock.push(...page.stockEvents.nodes);
    after = page.stockEvents.pageInfo.hasNextPage ? page.stockEvents.pageInfo.endCursor : null;
  }
  return new Set(textsIn(JSON.stringify([orders, stock])).filter((text) => text.length >= 8));
}

const textsIn = (frame: string): string[] => [...frame.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text]) => text!);
