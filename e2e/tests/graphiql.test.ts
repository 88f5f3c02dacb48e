// GraphiQL at `/graphiql`, in a real browser and under the gateway's content security policy.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import type { Browser, Page, Request } from "playwright-core";

import { openBrowser, openPage } from "../src/browser.ts";
import { Client } from "../src/client.ts";
import { endpoint, eventually } from "../src/platform.ts";

/** Everything that the page loads, uncompressed. */
const PAGE_LIMIT_BYTES = 3_000_000;

let browser: Browser;

before(async () => {
  browser = await openBrowser();
});

after(() => browser?.close());

/** Globals of the page: the tests themselves run in Node. */
declare const localStorage: Record<string, string>;
declare const sessionStorage: Record<string, string>;
interface Editor {
  CodeMirror: { setValue(text: string): void };
}
interface LoadedFile {
  name: string;
  entryType: string;
  transferSize: number;
}

async function openTab(page: Page, name: string): Promise<void> {
  await page.getByRole("tab", { name, exact: true }).click();
  // GraphiQL reads the operation's name and kind from the editor a tenth of a second later.
  await sleep(500);
}

const run = (page: Page): Promise<void> => page.click(".graphiql-execute-button");

async function typeHeaders(page: Page, text: string): Promise<void> {
  await page.getByRole("button", { name: "Headers" }).click();
  await page.locator(".graphiql-editor-tool .graphiql-editor:not(.hidden) .CodeMirror").evaluate((element, value) => {
    (element as unknown as Editor).CodeMirror.setValue(value);
  }, text);
}

/** Waits until the result pane shows a text that matches. Returns the text. */
async function result(page: Page, pattern: RegExp): Promise<string> {
  let text = "";
  await eventually(`a result like ${pattern}`, 10_000, async () => {
    text = await page.locator(".result-window").innerText();
    return pattern.test(text);
  });
  return text;
}

async function signIn(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("Signed in as").waitFor();
}

/** Resolves when the gateway has told a subscription of the page its position. */
const subscribed = (page: Page): Promise<unknown> =>
  new Promise((resolve) => {
    page.on("websocket", (socket) => {
      socket.on("framereceived", ({ payload }) => String(payload).includes('"cursors"') && resolve(payload));
    });
  });

/** The next operation that the page sends over HTTP. */
const nextRequest = (page: Page): Promise<Request> =>
  page.waitForRequest((request) => request.method() === "POST" && new URL(request.url()).pathname === "/graphql");

test("loads under its policy from the gateway alone, and is not too big", async (t) => {
  const { page, problems } = await openPage(browser, "kava", "/graphiql");
  t.after(() => page.close());
  await page.getByRole("tab", { name: "Products" }).waitFor();
  await page.waitForLoadState("networkidle");

  const loaded = await page.evaluate(() =>
    (performance.getEntries() as unknown as LoadedFile[])
      .filter(({ entryType }) => entryType === "resource" || entryType === "navigation")
      .map(({ name, transferSize }) => ({ name, transferSize })),
  );
  const outside = loaded.filter(({ name }) => !name.startsWith("data:") && new URL(name).host !== new URL(page.url()).host);
  assert.deepEqual(outside, []);
  const bytes = loaded.reduce((sum, { transferSize }) => sum + transferSize, 0);
  t.diagnostic(`the page load, with its introspection, transfers ${bytes} bytes`);
  assert.ok(bytes > 100_000 && bytes < PAGE_LIMIT_BYTES, `${bytes}`);

  await run(page);
  await result(page, /"slug": "/);
  // Dialogs and the documentation insert styles of their own.
  await page.getByLabel("Open settings dialog").click();
  await page.getByRole("button", { name: "Dark" }).click();
  await page.keyboard.press("Escape");
  await page.getByLabel("Show Documentation Explorer").click();
  await page.locator(".graphiql-doc-explorer").getByText("Subscription", { exact: true }).waitFor();
  assert.deepEqual(problems, []);
});

test("signs in, and a subscription shows the example order that a guest places", async (t) => {
  const staff = await openPage(browser, "kava", "/graphiql");
  const guest = await openPage(browser, "kava", "/graphiql");
  t.after(() => Promise.all([staff.page.close(), guest.page.close()]));
  await signIn(staff.page);
  await openTab(staff.page, "WatchOrders");
  const live = subscribed(staff.page);
  await run(staff.page);
  await live;

  await openTab(guest.page, "PlaceOrder");
  await run(guest.page);
  const [, number] = /"number": "(\d+)"/.exec(await result(guest.page, /"userErrors": \[\]/)) ?? [];

  assert.ok(number);
  await result(staff.page, new RegExp(`"number": "${number}"`));
  await staff.page.getByRole("button", { name: "Place a demo order" }).click();
  const [, next] = /#(\d+)/.exec((await staff.page.getByText(/Order #\d+ was placed/).textContent()) ?? "") ?? [];
  await result(staff.page, new RegExp(`"number": "${next}"`));
  assert.deepEqual([...staff.problems, ...guest.problems], []);
});

test("a guest's subscription to orders shows why it is refused", async (t) => {
  const { page } = await openPage(browser, "kava", "/graphiql");
  t.after(() => page.close());
  await openTab(page, "WatchOrders");
  await run(page);
  await result(page, /UNAUTHENTICATED|FORBIDDEN/);
});

test("keeps tokens and typed headers in memory only, and signing out ends the session", async (t) => {
  const { page, problems } = await openPage(browser, "kava", "/graphiql");
  t.after(() => page.close());
  await signIn(page);
  await openTab(page, "Viewer");
  await typeHeaders(page, '{ "Accept-Language": "uk", "X-TENANT": "kava" }');
  const [request] = await Promise.all([nextRequest(page), run(page)]);
  await result(page, /"email": "owner@kava.example"/);

  const { authorization, "x-tenant": tenant, "accept-language": locale } = await request.allHeaders();
  assert.deepEqual([tenant, locale], ["kava", "uk"]);
  const stored = await page.evaluate(() => ({ ...localStorage, ...sessionStorage }));
  assert.deepEqual(Object.keys(stored).filter((key) => key !== "graphiql:theme"), []);
  assert.deepEqual(await page.context().cookies(), []);

  const session = new Client("kava", authorization!.replace("Bearer ", ""));
  assert.deepEqual((await session.ask("{ viewer { permissions } }")).codes, []);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  await eventually("the token is refused", 5_000, async () =>
    (await session.ask("{ viewer { permissions } }")).codes.includes("UNAUTHENTICATED"));
  await run(page);
  await result(page, /"viewer": null/);
  assert.deepEqual(problems, []);
});

test("switches the tenant with the host, or with the header where the host names none", async (t) => {
  const { page, problems } = await openPage(browser, "kava", "/graphiql");
  t.after(() => page.close());
  for (const start of [page.url(), new URL("/graphiql", endpoint).href]) {
    await page.goto(start);
    await page.getByLabel("Tenant").fill("knyhy");
    await page.getByRole("button", { name: "Switch" }).click();
    await page.waitForURL(/knyhy/);

    assert.equal(await page.getByLabel("E-mail").inputValue(), "owner@knyhy.example");
    await openTab(page, "PlaceOrder");
    const [request] = await Promise.all([nextRequest(page), run(page)]);
    await result(page, /"number": "\d+"/);
    assert.equal((await request.allHeaders())["x-tenant"], "knyhy");
  }
  assert.deepEqual(problems, []);

  await page.click('a[href="/live"]');
  await page.waitForSelector("#sign-in-go");
});
