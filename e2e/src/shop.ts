// Operations that the scenarios share: find a variant, set its stock, order, cancel; and the types of the results.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

import type { Answer, Client } from "./client.ts";
import { endpoint } from "./platform.ts";

export interface Money {
  amount: string;
  currencyCode: string;
}

export interface Variant {
  id: string;
  sku: string;
  name: string;
  available: number;
  price: Money;
}

export interface OrderLine {
  id: string;
  sku: string;
  name: string;
  quantity: number;
  unitPrice: Money;
  total: Money;
  variant: { id: string; sku: string } | null;
}

export interface Order {
  id: string;
  number: string;
  status: "PENDING" | "CONFIRMED" | "CANCELLED" | "COMPLETED";
  paymentStatus: "PENDING" | "AUTHORIZED" | "PAID" | "FAILED" | "REFUNDED";
  fulfilmentStatus: string;
  placedAt: string;
  email: string;
  subtotal: Money;
  total: Money;
  customer: { id: string; email: string; name: string | null } | null;
  lines: OrderLine[];
}

export interface UserError {
  code: string;
  message: string;
  field: string[] | null;
  variantId?: string | null;
  available?: number | null;
}

export interface OrderEvent {
  id: string;
  cursor: string;
  type: string;
  occurredAt: string;
  order: Order;
}

export interface StockEvent {
  id: string;
  cursor: string;
  type: string;
  delta: number;
  available: number;
  warehouse: { id: string; code: string };
  variant: { id: string; sku: string; available: number };
}

export const ORDER_FIELDS = `
  id number status paymentStatus fulfilmentStatus placedAt email
  subtotal { amount currencyCode } total { amount currencyCode }
  customer { id email name }
  lines { id sku name quantity unitPrice { amount currencyCode } total { amount currencyCode } variant { id sku } }`;

export const WATCH_ORDERS = `subscription WatchOrders($after: String, $filter: OrderEventFilter) {
  orderEvents(after: $after, filter: $filter) { id cursor type occurredAt order { ${ORDER_FIELDS} } }
}`;

export const WATCH_STOCK = `subscription WatchStock($after: String, $filter: StockEventFilter) {
  stockEvents(after: $after, filter: $filter) {
    id cursor type delta available warehouse { id code } variant { id sku available }
  }
}`;

export async function variantOf(client: Client, slug: string, sku: string): Promise<Variant> {
  const { product } = await client.query<{ product: { variants: Variant[] } | null }>(
    `query Variants($slug: String!) {
      product(slug: $slug) { variants { id sku name available price { amount currencyCode } } }
    }`,
    { slug },
  );
  const variant = product?.variants.find((candidate) => candidate.sku === sku);
  if (!variant) throw new Error(`${client.shop} has no ${slug} with ${sku}`);
  return variant;
}

/** All variants of the given products. */
export async function variantsOf(client: Client, slugs: string[]): Promise<Variant[]> {
  const { products } = await client.query<{ products: { nodes: { variants: Variant[] }[] } }>(
    `query Variants($slugs: [String!]!) {
      products(first: 100, filter: { slugs: $slugs }) {
        nodes { variants { id sku name available price { amount currencyCode } } }
      }
    }`,
    { slugs },
  );
  return products.nodes.flatMap(({ variants }) => variants);
}

export const available = async (client: Client, slug: string, sku: string): Promise<number> =>
  (await variantOf(client, slug, sku)).available;

export interface AdjustStock {
  variant: { id: string; available: number } | null;
  userErrors: UserError[];
}

const ADJUST_STOCK = `mutation AdjustStock($input: AdjustStockInput!) {
  adjustStock(input: $input) { variant { id available } userErrors { code message field } }
}`;

export const tryAdjustStock = (
  client: Client,
  input: Record<string, unknown>,
): Promise<Answer<{ adjustStock: AdjustStock }>> =>
  client.ask(ADJUST_STOCK, { input: { idempotencyKey: randomUUID(), ...input } });

export async function adjustStock(client: Client, input: Record<string, unknown>): Promise<AdjustStock> {
  const answer = await tryAdjustStock(client, input);
  assert.deepEqual(answer.errors, []);
  return answer.data!.adjustStock;
}

/**
 * Makes exactly this many units of a variant available, by an adjustment at the default warehouse. A decrease works
 * only for variants whose whole stock is in that warehouse.
 */
export async function makeAvailable(staff: Client, slug: string, sku: string, units: number): Promise<Variant> {
  const variant = await variantOf(staff, slug, sku);
  const delta = units - variant.available;
  if (delta !== 0) {
    const { userErrors } = await adjustStock(staff, { variantId: variant.id, delta, reason: "set for a test" });
    assert.deepEqual(userErrors, []);
  }
  return { ...variant, available: units };
}

export interface PlaceOrder {
  order: Order | null;
  userErrors: UserError[];
}

const PLACE_ORDER = `mutation PlaceOrder($input: PlaceOrderInput!) {
  placeOrder(input: $input) {
    order { ${ORDER_FIELDS} }
    userErrors { code message field variantId available }
  }
}`;

export const ADDRESS = {
  name: "Ірина Гончар",
  phone: "+380441234567",
  line1: "вул. Рейтарська, 21",
  city: "Київ",
  postalCode: "01030",
  countryCode: "UA",
};

export type OrderInput = Record<string, unknown> & { idempotencyKey: string };

/** A complete input for cash on delivery; `changes` override fields. */
export function orderOf(variantId: string, quantity: number, changes: Record<string, unknown> = {}): OrderInput {
  return {
    idempotencyKey: randomUUID(),
    email: "iryna@guest.example",
    lines: [{ variantId, quantity }],
    shippingAddress: ADDRESS,
    paymentMethod: "CASH_ON_DELIVERY",
    ...changes,
  };
}

export const card = (paymentToken: string): Record<string, unknown> => ({ paymentMethod: "CARD", paymentToken });

export const tryPlaceOrder = (
  client: Client,
  input: Record<string, unknown>,
): Promise<Answer<{ placeOrder: PlaceOrder }>> => client.ask(PLACE_ORDER, { input });

export async function placeOrder(client: Client, input: Record<string, unknown>): Promise<PlaceOrder> {
  const answer = await tryPlaceOrder(client, input);
  assert.deepEqual(answer.errors, []);
  return answer.data!.placeOrder;
}

/** Places an order that must succeed. */
export async function buy(client: Client, input: Record<string, unknown>): Promise<Order> {
  const { order, userErrors } = await placeOrder(client, input);
  assert.deepEqual(userErrors, []);
  assert.ok(order, "an answer without userErrors has an order");
  return order;
}

export interface CancelOrder {
  order: Order | null;
  userErrors: UserError[];
}

const CANCEL_ORDER = `mutation CancelOrder($input: CancelOrderInput!) {
  cancelOrder(input: $input) { order { ${ORDER_FIELDS} } userErrors { code message field } }
}`;

export const tryCancelOrder = (
  client: Client,
  input: Record<string, unknown>,
): Promise<Answer<{ cancelOrder: CancelOrder }>> =>
  client.ask(CANCEL_ORDER, { input: { idempotencyKey: randomUUID(), ...input } });

export async function cancelOrder(client: Client, input: Record<string, unknown>): Promise<CancelOrder> {
  const answer = await tryCancelOrder(client, input);
  assert.deepEqual(answer.errors, []);
  return answer.data!.cancelOrder;
}

export async function findOrder(client: Client, id: string): Promise<Order | null> {
  const { order } = await client.query<{ order: Order | null }>(
    `query Order($id: ID!) { order(id: $id) { ${ORDER_FIELDS} } }`,
    { id },
  );
  return order;
}

/** Cursor of the current head of `orderEvents`. */
export async function orderCursor(client: Client): Promise<string> {
  const { orders } = await client.query<{ orders: { eventCursor: string } }>(`{ orders(first: 1) { eventCursor } }`);
  return orders.eventCursor;
}

export interface EventPage<Event> {
  nodes: Event[];
  edges: { cursor: string; node: Event }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/** All order events after a cursor, page by page. */
export async function orderEventsAfter(
  client: Client,
  after: string | null,
  filter: Record<string, unknown> | null = null,
): Promise<OrderEvent[]> {
  const events: OrderEvent[] = [];
  for (;;) {
    const { orderEvents } = await client.query<{ orderEvents: EventPage<OrderEvent> }>(
      `query Events($after: String, $filter: OrderEventFilter) {
        orderEvents(after: $after, filter: $filter, first: 50) {
          nodes { id cursor type occurredAt order { ${ORDER_FIELDS} } }
          edges { cursor node { id } }
          pageInfo { hasNextPage endCursor }
        }
      }`,
      { after, filter },
    );
    events.push(...orderEvents.nodes);
    if (!orderEvents.pageInfo.hasNextPage) return events;
    after = orderEvents.pageInfo.endCursor;
  }
}

/** Cursor of the current head of `stockEvents`: where a stream that is opened without a cursor begins. */
export async function stockCursor(staff: Client): Promise<string> {
  const url = new URL(endpoint);
  url.searchParams.set("query", "subscription { stockEvents { id } }");
  const stream = new AbortController();
  try {
    const response = await fetch(url, {
      headers: { ...staff.headers(), accept: "text/event-stream" },
      signal: AbortSignal.any([stream.signal, AbortSignal.timeout(10_000)]),
    });
    let text = "";
    for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
      text += piece;
      const position = /^id: ?(.+)$/m.exec(text.slice(0, text.lastIndexOf("\n")));
      if (position) return position[1]!;
    }
    throw new Error(`the stream has no position: ${response.status} ${text}`);
  } finally {
    stream.abort();
  }
}

/** Exact minor units of an amount with two decimals. */
export function minorUnits(money: Money): bigint {
  const match = /^(\d+)\.(\d\d)$/.exec(money.amount);
  if (!match) throw new Error(`${money.amount} is not an amount with two decimals`);
  return BigInt(match[1]! + match[2]!);
}
