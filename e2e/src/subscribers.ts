// Many subscribers of one tenant: different clients, documents and filters. In the end each is compared with the event
// log.

import assert from "node:assert/strict";

import { owner, signIn, type Client, type ShopSlug } from "./client.ts";
import { watchOverSse, watchOverWebSocket, type LiveFeed, type Watch } from "./live.ts";
import { watchWithApollo, watchWithUrql } from "./live_clients.ts";
import { expectWholeLog, logAfter, untilSeen, type LogEntry, type Stream } from "./log.ts";
import { orderCursor, stockCursor, WATCH_ORDERS, WATCH_STOCK, type Variant } from "./shop.ts";
import { watchByFetch, watchOverMultipart } from "./stream_reader.ts";

/** Every client that reconnects automatically and resumes at its last cursor. */
export const RESUMING_CLIENTS: [name: string, watch: Watch][] = [
  ["graphql-ws", watchOverWebSocket],
  ["EventSource", watchOverSse],
  ["fetch", watchByFetch],
  ["multipart", watchOverMultipart],
  ["Apollo Client", watchWithApollo],
  ["urql", watchWithUrql],
];

/** A subscription, and the log entries that it must deliver. */
interface Interest {
  name: string;
  client: Client;
  stream: Stream;
  query: string;
  filter?: Record<string, unknown>;
  matches: (entry: LogEntry) => boolean;
}

const BRIEF_ORDERS = `subscription Brief($after: String, $filter: OrderEventFilter) {
  orderEvents(after: $after, filter: $filter) { id cursor type order { number status } }
}`;

const BRIEF_STOCK = `subscription Brief($after: String, $filter: StockEventFilter) {
  stockEvents(after: $after, filter: $filter) { id cursor delta variant { sku product { name } } }
}`;

export interface Subscriber {
  name: string;
  interest: Interest;
  feed: LiveFeed<{ id: string; cursor: string }>;
}

export class Crowd {
  readonly members: Subscriber[] = [];

  private constructor(
    readonly staff: Client,
    /** A customer who also buys. */
    readonly customer: Client,
    readonly interests: Interest[],
    readonly begin: Record<Stream, string>,
  ) {}

  /** A crowd whose subscriptions begin at the current heads. */
  static async at(shop: ShopSlug, variants: Variant[]): Promise<Crowd> {
    const staff = await owner(shop);
    const customer = await signIn(shop, `olena@${shop}.example`);
    const { viewer } = await customer.query<{ viewer: { customer: { id: string } } }>("{ viewer { customer { id } } }");
    const wanted = interests(staff, customer, viewer.customer.id, variants);
    return new Crowd(staff, customer, wanted, { orders: await orderCursor(staff), stock: await stockCursor(staff) });
  }

  /** Opens this many subscriptions, alternating between clients and interests. */
  watch(count: number, at: URL): void {
    for (let place = 0; place < count; place += 1) {
      const interest = this.interests[place % this.interests.length]!;
      const [client, watch] = RESUMING_CLIENTS[place % RESUMING_CLIENTS.length]!;
      const feed: Subscriber["feed"] = watch(interest.client, interest.query, {
        variables: { after: this.begin[interest.stream], filter: interest.filter ?? null },
        at,
        resumes: true,
      });
      this.members.push({ name: `${interest.name} by ${client} (${place})`, interest, feed });
    }
  }

  close(): void {
    for (const { feed } of this.members) feed.close();
  }

  /** After all traffic has ended: asserts that each feed has every matching entry. Returns the number of events. */
  async expectWholeLogs(withinMs: number): Promise<number> {
    const log = {
      orders: await logAfter(this.staff, "orders", this.begin.orders),
      stock: await logAfter(this.staff, "stock", this.begin.stock),
    };
    for (const { name, interest, feed } of this.members) {
      const whole = log[interest.stream].filter(interest.matches);
      assert.ok(whole.length > 0, `${name}: the log has matching entries`);
      await untilSeen(name, feed, whole, withinMs);
      expectWholeLog(name, feed, whole);
    }
    return log.orders.length + log.stock.length;
  }
}

function interests(staff: Client, customer: Client, customerId: string, variants: Variant[]): Interest[] {
  const orders = { client: staff, stream: "orders" as const };
  const stock = { client: staff, stream: "stock" as const };
  const two = variants.slice(0, 2).map(({ id }) => id);
  const one = variants.slice(2, 3).map(({ id }) => id);
  const isOneOf = (types: string[]) => ({ type }: LogEntry) => types.includes(type);
  const isOf = (ids: string[]) => ({ subjects }: LogEntry) => subjects.some((subject) => ids.includes(subject));
  return [
    { ...orders, name: "all orders", query: WATCH_ORDERS, matches: () => true },
    { ...stock, name: "all stock", query: WATCH_STOCK, matches: () => true },
    {
      ...orders, name: "ends of orders", query: BRIEF_ORDERS,
      filter: { types: ["CONFIRMED", "CANCELLED"] }, matches: isOneOf(["CONFIRMED", "CANCELLED"]),
    },
    { ...stock, name: "two variants", query: BRIEF_STOCK, filter: { variantIds: two }, matches: isOf(two) },
    {
      ...stock, name: "sales", query: BRIEF_STOCK,
      filter: { types: ["SOLD", "RESERVED"] }, matches: isOneOf(["SOLD", "RESERVED"]),
    },
    {
      ...stock, name: "corrections of a variant", query: WATCH_STOCK, filter: { variantIds: one, types: ["ADJUSTED"] },
      matches: (entry) => isOf(one)(entry) && entry.type === "ADJUSTED",
    },
    { client: customer, stream: "orders", name: "her own orders", query: BRIEF_ORDERS, matches: isOf([customerId]) },
  ];
}
