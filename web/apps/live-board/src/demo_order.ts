// Places a demo order as a guest, so that the board has something to show.

import type { Ask } from "@shop-platform/live-client";

import { PLACE_ORDER, SOME_VARIANTS } from "./api.ts";

interface Variants {
  products: { nodes: { variants: { id: string; available: number }[] }[] };
}

interface Placed {
  placeOrder: { order: { number: string } | null; userErrors: { message: string }[] };
}

/** Returns the order's number; throws an error whose message is for the user. */
export async function placeDemoOrder(ask: Ask): Promise<string> {
  const { products } = await ask<Variants>(SOME_VARIANTS);
  const offered = products.nodes.flatMap(({ variants }) => variants).filter(({ available }) => available > 2);
  const variant = offered[Math.floor(Math.random() * offered.length)];
  if (!variant) throw new Error("everything is sold out");
  const { placeOrder } = await ask<Placed>(PLACE_ORDER, {
    input: {
      idempotencyKey: crypto.randomUUID(),
      email: "guest@board.example",
      lines: [{ variantId: variant.id, quantity: 1 + Math.floor(Math.random() * 2) }],
      shippingAddress: { name: "Olena Guest", line1: "Khreshchatyk 1", city: "Kyiv", countryCode: "UA" },
      paymentMethod: "CASH_ON_DELIVERY",
    },
  });
  if (!placeOrder.order) throw new Error(placeOrder.userErrors[0]?.message ?? "the order was not placed");
  return placeOrder.order.number;
}
