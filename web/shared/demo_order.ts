// A demo order of a guest: an order of something that is in stock.

import type { Ask } from "@shop-platform/live-client";

const SOME_VARIANTS = `query Variants { products(first: 20) { nodes { variants { id available } } } }`;

const PLACE_ORDER = `mutation PlaceOrder($input: PlaceOrderInput!) {
  placeOrder(input: $input) { order { number } userErrors { message } }
}`;

interface Variants {
  products: { nodes: { variants: { id: string; available: number }[] }[] };
}

interface Placed {
  placeOrder: { order: { number: string } | null; userErrors: { message: string }[] };
}

/** `PlaceOrderInput` for a variant that is offered; throws an error whose message is for the user. */
export async function demoOrderInput(ask: Ask): Promise<object> {
  const { products } = await ask<Variants>(SOME_VARIANTS);
  const offered = products.nodes.flatMap(({ variants }) => variants).filter(({ available }) => available > 2);
  const variant = offered[Math.floor(Math.random() * offered.length)];
  if (!variant) throw new Error("everything is sold out");
  return {
    idempotencyKey: crypto.randomUUID(),
    email: "guest@board.example",
    lines: [{ variantId: variant.id, quantity: 1 + Math.floor(Math.random() * 2) }],
    shippingAddress: { name: "Olena Guest", line1: "Khreshchatyk 1", city: "Kyiv", countryCode: "UA" },
    paymentMethod: "CASH_ON_DELIVERY",
  };
}

/** Returns the order's number; throws an error whose message is for the user. */
export async function placeDemoOrder(ask: Ask): Promise<string> {
  const { placeOrder } = await ask<Placed>(PLACE_ORDER, { input: await demoOrderInput(ask) });
  if (!placeOrder.order) throw new Error(placeOrder.userErrors[0]?.message ?? "the order was not placed");
  return placeOrder.order.number;
}
