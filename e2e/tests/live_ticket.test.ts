// `EventSource` cannot send an access token: a ticket in the URL replaces it. A ticket opens one stream, which resumes
// automatically at any gateway as long as the session lives. The tests send the tenant header, because they have no page
// with the tenant's host name.

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { test, type TestContext } from "node:test";

import { guest, signIn, type Client } from "../src/client.ts";
import { watchOverSse, type LiveFeed } from "../src/live.ts";
import { expectWholeLog, logAfter, untilSeen } from "../src/log.ts";
import { endpoint, eventually, secondEndpoint } from "../src/platform.ts";
import { Proxy } from "../src/proxy.ts";
import {
  adjustStock, buy, orderCursor, orderOf, variantOf, WATCH_ORDERS, WATCH_STOCK, type OrderEvent,
} from "../src/shop.ts";

async function ticketOf(client: Client): Promise<string> {
  const { createStreamTicket } = await client.query<{ createStreamTicket: { ticket: string | null } }>(
    `mutation { createStreamTicket { ticket userErrors { code } } }`,
  );
  assert.ok(createStreamTicket.ticket);
  return createStreamTicket.ticket;
}

async function openWithTicket(
  t: TestContext,
  { staff, after, at = endpoint }: { staff: Client; after: string; at?: URL },
): Promise<{ feed: LiveFeed<OrderEvent>; ticket: string }> {
  const ticket = await ticketOf(staff);
  const feed = watchOverSse<OrderEvent>(guest("kava"), WATCH_ORDERS, { variables: { after }, ticket, at });
  t.after(() => feed.close());
  return { feed, ticket };
}

async function shopping(): Promise<{ staff: Client; after: string; buyOne: () => Promise<void> }> {
  const staff = await signIn("kava", "manager@kava.example");
  const variant = await variantOf(staff, "blend-ranok", "BLD-RAN-250");
  await adjustStock(staff, { variantId: variant.id, delta: 50, reason: "for the tests of tickets" });
  const buyOne = async (): Promise<void> => void (await buy(guest("kava"), orderOf(variant.id, 1)));
  return { staff, after: await orderCursor(staff), buyOne };
}

test("a stream with a ticket resumes automatically at either gateway when its connection breaks", async (t) => {
  const gateways = [endpoint, secondEndpoint()];
  let turn = 0;
  const balancer = await Proxy.before(() => gateways[turn++ % gateways.length]!);
  t.after(() => balancer.close());
  const { staff, after, buyOne } = await shopping();
  const { feed } = await openWithTicket(t, { staff, after, at: balancer.url });

  for (let orders = 1; orders <= 6; orders += 1) {
    await buyOne();
    await feed.until("placed and confirmed", 15_000, ({ nodes }) => new Set(nodes.map(({ id }) => id)).size >= 2 * orders);
    if (orders % 2 === 1) balancer.cutAll();
  }

  const log = await logAfter(staff, "orders", after);
  await untilSeen("the stream", feed, log, 15_000);
  expectWholeLog("the stream", feed, log);
  for (const { host } of gateways) assert.ok(balancer.connections.get(host), `${host} was used`);
});

test("a ticket opens no other stream", async (t) => {
  const { staff, after, buyOne } = await shopping();
  const { feed, ticket } = await openWithTicket(t, { staff, after });
  await buyOne();
  await feed.until("an order", 10_000, ({ deliveries }) => deliveries.length > 0);

  const other = watchOverSse(guest("kava"), WATCH_STOCK, { ticket });
  const elsewhere = watchOverSse(guest("knyhy"), WATCH_ORDERS, { variables: { after }, ticket });
  const made = watchOverSse(guest("kava"), WATCH_ORDERS, { variables: { after }, ticket: `st_${"A".repeat(43)}` });

  for (const refused of [other, elsewhere, made]) {
    t.after(() => refused.close());
    await eventually("a refusal", 10_000, async () => refused.ended !== undefined);
    assert.match([...refused.failures.map(({ extensions }) => extensions?.code), refused.ended].join(" "), /UNAUTHENTICATED|40[13]/);
    assert.equal(refused.deliveries.length, 0);
  }
  assert.equal(feed.ended, undefined, "the stream of the ticket stays open");
});

test("a stream with a ticket ends with the session", async (t) => {
  const { staff, after, buyOne } = await shopping();
  const { feed } = await openWithTicket(t, { staff, after });
  await buyOne();
  await feed.until("an order", 10_000, ({ deliveries }) => deliveries.length > 0);

  await staff.query(`mutation { signOut { userErrors { code } } }`);

  await eventually("the end of the stream", 5_000, async () => feed.ended !== undefined);
  const seen = feed.deliveries.length;
  await buyOne();
  await sleep(1_000);
  assert.equal(feed.deliveries.length, seen, "nothing further");
});
