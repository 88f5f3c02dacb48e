// The live board, in a real browser.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import type { Browser, Page } from "playwright-core";

import { openBrowser, openPage } from "../src/browser.ts";
import { Client, guest, owner } from "../src/client.ts";
import { eventually } from "../src/platform.ts";
import {
  adjustStock, buy, orderCursor, orderEventsAfter, orderOf, stockCursor, variantOf, type Order, type Variant,
} from "../src/shop.ts";

let browser: Browser;
let staff: Client;
let variant: Variant;

before(async () => {
  browser = await openBrowser();
  staff = await owner("kava");
  variant = await variantOf(staff, "brazil-cerrado-pulped-natural", "BRA-CER-250");
  await adjustStock(staff, { variantId: variant.id, delta: 100, reason: "for the tests of the live board" });
});

after(() => browser?.close());

const buyOne = (): Promise<Order> => buy(guest("kava"), orderOf(variant.id, 1));

async function signIn(page: Page): Promise<void> {
  await page.click("#sign-in-go");
  await isLive(page);
}

const isLive = (page: Page): Promise<unknown> => page.waitForSelector('#state[data-state="live"]');

const row = (page: Page, order: Order) => page.locator(`#orders li[data-order="${order.number}"]`);

/** Waits for the row of an order. Returns the number of its rows, which must be one. */
async function rowsOf(page: Page, order: Order): Promise<number> {
  await row(page, order).first().waitFor();
  return row(page, order).count();
}

const count = async (page: Page, name: string): Promise<number> =>
  Number((await page.textContent(`#count-${name}`))?.replaceAll(/\D/g, ""));

const diary = async (page: Page): Promise<string> => (await page.textContent("#diary")) ?? "";

interface StoredTokens {
  accessToken: string;
  refreshToken: string;
  expiresAt: string;
}

const STORE = "live-board.account";

/** Globals of the page: the tests themselves run in Node. */
declare const sessionStorage: { getItem(key: string): string | null; setItem(key: string, value: string): void };
declare const localStorage: typeof sessionStorage;

const storedTokens = (page: Page): Promise<StoredTokens> =>
  page.evaluate((store) => (JSON.parse(sessionStorage.getItem(store)!) as { tokens: StoredTokens }).tokens, STORE);

for (const transport of ["websocket", "sse"]) {
  describe(`the live board over ${transport}`, () => {
    let page: Page;
    let problems: string[];

    beforeEach(async (t) => {
      ({ page, problems } = await openPage(browser, "kava", "/live"));
      await page.evaluate((name) => localStorage.setItem("live-board.transport", name), transport);
      await signIn(page);
      assert.equal(await page.inputValue('#transport input:checked'), transport, t.name);
    });

    test("shows orders and stock live, resumes a cut connection, and shows each event once", async (t) => {
      t.after(() => page.close());
      await eventually("both positions", 10_000, async () =>
        !/none yet/.test(`${await page.textContent("#cursor-orders")}${await page.textContent("#cursor-stock")}`));
      const [orders, stock] = [await orderCursor(staff), await stockCursor(staff)];
      const before = await count(page, "events");
      const first = await buyOne();
      assert.equal(await rowsOf(page, first), 1);
      await page.waitForSelector("#stock li");
      const live = await page.textContent("#cursor-orders");

      await page.click("#cut");
      await page.waitForSelector('#state[data-state="reconnecting"]');
      const missed = [await buyOne(), await buyOne(), await buyOne()];
      await sleep(1_500);
      for (const order of missed) assert.equal(await row(page, order).count(), 0, "the connection is cut");
      assert.equal(await page.isVisible("#notice"), true);

      await page.click("#cut");
      await isLive(page);
      for (const order of missed) {
        assert.equal(await rowsOf(page, order), 1);
        assert.match((await row(page, order).textContent()) ?? "", /replayed/);
      }
      const last = await buyOne();
      assert.equal(await rowsOf(page, last), 1);

      const log = (await orderEventsAfter(staff, orders)).length + (await stockEventsAfter(stock));
      await eventually(`${log} events`, 10_000, async () => (await count(page, "events")) - before === log);
      assert.equal(await rowsOf(page, first), 1);
      assert.ok((await count(page, "replayed")) >= 6, "at least the orders' events");
      assert.equal(await count(page, "reconnects"), 1);
      assert.notEqual(await page.textContent("#cursor-orders"), live);
      // The board logs a replay once no replayed event has arrived for a moment.
      await eventually("the replay in the log", 10_000, async () =>
        /events were missed and are replayed/.test(await diary(page)));
      assert.equal(await page.isVisible("#notice"), false);
      assert.deepEqual(problems, []);
    });

    test("signing out ends the session on the page and on the platform", async (t) => {
      t.after(() => page.close());
      const { accessToken } = await storedTokens(page);
      const session = new Client("kava", accessToken);
      assert.deepEqual((await session.ask("{ viewer { permissions } }")).codes, []);

      await page.click("#sign-out");
      await page.waitForSelector("#sign-in-go");

      assert.equal(await page.isVisible("#board"), false);
      assert.equal(await page.evaluate((store) => sessionStorage.getItem(store), STORE), null);
      await eventually("the token is refused", 5_000, async () =>
        (await session.ask("{ viewer { permissions } }")).codes.includes("UNAUTHENTICATED"));
      const order = await buyOne();
      await sleep(500);
      assert.equal(await row(page, order).count(), 0);
      assert.deepEqual(problems, []);
    });

    test("reports a session that was revoked elsewhere", async (t) => {
      t.after(() => page.close());
      const { accessToken } = await storedTokens(page);
      const session = new Client("kava", accessToken);
      await session.query("mutation { signOut(input: {}) { userErrors { message } } }");

      await page.getByText("Your session was ended.").waitFor();
      assert.equal(await page.isVisible("#board"), false);
      assert.deepEqual(problems, []);
    });
  });
}

/** Number of stock events after a cursor. */
async function stockEventsAfter(after: string | null): Promise<number> {
  let found = 0;
  for (;;) {
    const { stockEvents } = await staff.query<{
      stockEvents: { nodes: unknown[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
    }>(
      `query ($after: String) { stockEvents(after: $after, first: 100) { nodes { id } pageInfo { hasNextPage endCursor } } }`,
      { after },
    );
    found += stockEvents.nodes.length;
    if (!stockEvents.pageInfo.hasNextPage) return found;
    after = stockEvents.pageInfo.endCursor;
  }
}

test("a reload keeps the session and refreshes an expired access token", async (t) => {
  const { page, problems } = await openPage(browser, "kava", "/live");
  t.after(() => page.close());
  await signIn(page);
  const before = await storedTokens(page);
  await page.evaluate((store) => {
    const kept = JSON.parse(sessionStorage.getItem(store)!) as { tokens: StoredTokens };
    kept.tokens.expiresAt = new Date(0).toISOString();
    sessionStorage.setItem(store, JSON.stringify(kept));
  }, STORE);

  await page.reload();
  await isLive(page);

  const now = await storedTokens(page);
  assert.notEqual(now.accessToken, before.accessToken);
  assert.notEqual(now.refreshToken, before.refreshToken);
  assert.equal(await rowsOf(page, await buyOne()), 1);
  assert.deepEqual(problems, []);
});

test("a change of the transport resumes at the last cursor", async (t) => {
  const { page, problems } = await openPage(browser, "kava", "/live");
  t.after(() => page.close());
  await signIn(page);
  assert.equal(await rowsOf(page, await buyOne()), 1);
  const events = await count(page, "events");

  for (const transport of ["sse", "websocket"]) {
    await page.locator(`#transport input[value="${transport}"]`).check({ force: true });
    await page.waitForSelector('#state[data-state="live"]');
    assert.equal(await rowsOf(page, await buyOne()), 1);
  }

  assert.ok((await count(page, "events")) > events);
  assert.deepEqual(problems, []);
});

test("the board places a demo order", async (t) => {
  const { page, problems } = await openPage(browser, "knyhy", "/live");
  t.after(() => page.close());
  await signIn(page);
  await page.click("#demo-order");
  const note = await page.getByText(/you placed order #\d+/).textContent();
  const number = /#(\d+)/.exec(note ?? "")?.[1];
  await page.waitForSelector(`#orders li[data-order="${number}"]`);
  assert.deepEqual(problems, []);
});

test("shows a reason for a wrong password, and FORBIDDEN to a customer for the stock stream", async (t) => {
  const { page } = await openPage(browser, "kava", "/live");
  t.after(() => page.close());
  await page.fill("#password", "something else");
  await page.click("#sign-in-go");
  await eventually("a reason", 5_000, async () => (await page.textContent("#sign-in-problem")) !== "");

  await page.fill("#email", "olena@kava.example");
  await page.fill("#password", "Demo-2026-pass");
  await page.click("#sign-in-go");
  await page.waitForSelector("#board:not([hidden])");
  await page.getByText(/Stock stopped: .* \(FORBIDDEN\)/).waitFor();
});
