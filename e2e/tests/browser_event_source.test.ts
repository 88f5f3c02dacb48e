// The browser's `EventSource` with a ticket: it cannot send headers and reconnects automatically.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import type { Browser, Page } from "playwright-core";

import { openBrowser, openPage } from "../src/browser.ts";
import { guest, owner, type Client } from "../src/client.ts";
import { endpoint, eventually } from "../src/platform.ts";
import { Proxy } from "../src/proxy.ts";
import { adjustStock, buy, orderCursor, orderEventsAfter, orderOf, variantOf, type Variant } from "../src/shop.ts";

let browser: Browser;
let staff: Client;
let variant: Variant;
let proxy: Proxy;

before(async () => {
  browser = await openBrowser();
  proxy = await Proxy.before(() => endpoint);
  staff = await owner("kava");
  variant = await variantOf(staff, "brazil-cerrado-pulped-natural", "BRA-CER-250");
  await adjustStock(staff, { variantId: variant.id, delta: 50, reason: "for the tests of EventSource" });
});

after(async () => {
  await browser?.close();
  proxy?.close();
});

const buyMany = async (count: number): Promise<void> => {
  for (let bought = 0; bought < count; bought += 1) await buy(guest("kava"), orderOf(variant.id, 1));
};

const WATCH = "subscription Watch($after: String) { orderEvents(after: $after) { id } }";

async function ticketFor(client: Client, page: Page): Promise<string> {
  const origin = new URL(page.url()).origin;
  const { createStreamTicket } = await client.query<{ createStreamTicket: { ticket: string } }>(
    `mutation Ticket($input: CreateStreamTicketInput!) { createStreamTicket(input: $input) { ticket } }`,
    { input: { origin } },
  );
  return createStreamTicket.ticket;
}

/** What the page records of its stream. */
interface Seen {
  ids: string[];
  errors: string[];
  complete: boolean;
}

/** Global of the page. */
declare const seen: Seen;

/** Opens a stream in the page. */
async function listen(page: Page, ticket: string, cursor: string): Promise<void> {
  const search = new URLSearchParams({ query: WATCH, variables: JSON.stringify({ after: cursor }), ticket });
  await page.evaluate((address) => {
    interface Source {
      addEventListener(type: string, listener: (event: { data: string }) => void): void;
      close(): void;
    }
    const page = globalThis as unknown as { seen: Seen; EventSource: new (address: string) => Source };
    const seen: Seen = (page.seen = { ids: [], errors: [], complete: false });
    const source = new page.EventSource(address);
    source.addEventListener("next", ({ data }) => {
      const { data: result, errors } = JSON.parse(data) as {
        data?: { orderEvents: { id: string } };
        errors?: { extensions: { code: string } }[];
      };
      if (result) seen.ids.push(result.orderEvents.id);
      seen.errors.push(...(errors ?? []).map(({ extensions }) => extensions.code));
    });
    source.addEventListener("complete", () => {
      seen.complete = true;
      source.close();
    });
  }, `/graphql?${search.toString()}`);
}

const seenBy = (page: Page): Promise<Seen> => page.evaluate(() => seen);

test("a ticket opens a stream that resumes automatically and misses no event", async (t) => {
  const { page } = await openPage(browser, "kava", "/live", proxy.url);
  t.after(() => page.close());
  const from = await orderCursor(staff);
  await listen(page, await ticketFor(staff, page), from);
  await buyMany(2);
  await eventually("four events", 10_000, async () => (await seenBy(page)).ids.length >= 4);

  proxy.cutAll();
  await buyMany(2);

  const log = (await orderEventsAfter(staff, from)).map(({ id }) => id);
  await eventually(`${log.length} events`, 20_000, async () => new Set((await seenBy(page)).ids).size >= log.length);
  const { ids, errors } = await seenBy(page);
  assert.deepEqual([...new Set(ids)], log);
  assert.deepEqual(errors, []);
});

test("a ticket opens one stream and no other", async (t) => {
  const { page } = await openPage(browser, "kava", "/live");
  t.after(() => page.close());
  const from = await orderCursor(staff);
  const ticket = await ticketFor(staff, page);
  await listen(page, ticket, from);
  await buyMany(1);
  await eventually("an event", 10_000, async () => (await seenBy(page)).ids.length >= 1);

  const { page: other } = await openPage(browser, "kava", "/live");
  t.after(() => other.close());
  await listen(other, ticket, from);

  await eventually("a refusal", 10_000, async () => (await seenBy(other)).errors.length > 0);
  assert.deepEqual(await seenBy(other), { ids: [], errors: ["UNAUTHENTICATED"], complete: true });
});
