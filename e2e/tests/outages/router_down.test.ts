// Router unavailable: clients get SERVICE_UNAVAILABLE, in a message that does not reveal the router.

import assert from "node:assert/strict";
import { test } from "node:test";

import { guest, owner } from "../../src/client.ts";
import { watchOverWebSocket } from "../../src/live.ts";
import { eventually, kill, start } from "../../src/platform.ts";
import { adjustStock, stockCursor, variantOf, WATCH_STOCK, type StockEvent } from "../../src/shop.ts";

test("every request is SERVICE_UNAVAILABLE until the router is available, and open subscriptions continue", { timeout: 120_000 }, async (t) => {
  t.after(() => start("router"));
  const staff = await owner("knyhy");
  const variant = await variantOf(staff, "intermezzo", "KOTS-INT-PB");
  const feed = watchOverWebSocket<StockEvent>(staff, WATCH_STOCK, {
    variables: { after: await stockCursor(staff), filter: { variantIds: [variant.id] } },
  });
  t.after(() => feed.close());

  await kill("router");
  const answers = await Promise.all([
    guest("knyhy").ask("{ products(first: 1) { nodes { slug } } }"),
    staff.ask("{ orders(first: 1) { nodes { id } } }"),
    guest("knyhy").ask(`mutation { signIn(input: { email: "a@b.example", password: "x" }) { accessToken } }`),
  ]);
  await start("router");

  for (const answer of answers) {
    assert.deepEqual(answer.codes, ["SERVICE_UNAVAILABLE"], answer.text);
    assert.doesNotMatch(answer.text, /router|127\.0\.0\.1|connect|hyper|\.rs\b/i);
  }
  await eventually("answers again", 20_000, async () =>
    (await guest("knyhy").ask("{ products(first: 1) { nodes { slug } } }")).errors.length === 0);
  await adjustStock(staff, { variantId: variant.id, delta: 1, reason: "after the router came back" });
  await feed.sees("the change on the socket that stayed open", 15_000, ({ type, delta }) => type === "ADJUSTED" && delta === 1);
});
