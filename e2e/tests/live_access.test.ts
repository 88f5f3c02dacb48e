// Revocation: a caller that loses access gets no event after five seconds, over every transport and at every gateway,
// and no other session is affected.

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, beforeEach, describe, test } from "node:test";

import { Client, guest, owner, signIn } from "../src/client.ts";
import { watchOverSse, watchOverWebSocket, type LiveFeed, type Watch } from "../src/live.ts";
import { endpoint, eventually, operate, secondEndpoint } from "../src/platform.ts";
import { adjustStock, buy, orderCursor, orderOf, variantOf, WATCH_ORDERS, WATCH_STOCK, type OrderEvent } from "../src/shop.ts";
import { watchByFetch, watchOverMultipart } from "../src/stream_reader.ts";
import { endingIn, withoutKeys } from "../src/tokens.ts";

const WITHIN_MS = 5_000;

const CLIENTS: [name: string, watch: Watch][] = [
  ["WebSocket", watchOverWebSocket],
  // Reconnects automatically, and is refused.
  ["EventSource", watchOverSse],
  ["fetch", watchByFetch],
  ["multipart", watchOverMultipart],
];

const GATEWAYS = [endpoint, secondEndpoint()];

/** The open streams of one client: each transport at each gateway. */
class OpenStreams {
  private constructor(
    readonly client: Client,
    readonly feeds: { name: string; feed: LiveFeed<OrderEvent> }[],
  ) {}

  static async of(client: Client): Promise<OpenStreams> {
    const after = await orderCursor(client);
    const feeds = GATEWAYS.flatMap((gateway) =>
      CLIENTS.map(([transport, watch]) => ({
        name: `${transport} at ${gateway.host}`,
        feed: watch<OrderEvent>(client.at(gateway), WATCH_ORDERS, { variables: { after } }),
      })),
    );
    open.push(...feeds.map(({ feed }) => feed));
    return new OpenStreams(client, feeds);
  }

  /** Asserts that every stream is open and delivers an order that is placed now. */
  async expectToSee(variant: string): Promise<void> {
    const order = await buy(guest(this.client.shop), orderOf(variant, 1));
    for (const { name, feed } of this.feeds) {
      const sees = feed.sees(`the order over ${name}`, 10_000, (event) => event.order.id === order.id);
      await assert.doesNotReject(sees, name);
    }
    for (const gateway of GATEWAYS) {
      assert.deepEqual((await this.client.at(gateway).ask("{ orders(first: 1) { nodes { id } } }")).errors, []);
    }
  }

  /** Asserts that every stream ends, plain requests are refused, and later events are not delivered. */
  async expectToEnd(variant: string, ...codes: string[]): Promise<void> {
    const endsAt = Date.now() + WITHIN_MS;
    for (const { name, feed } of this.feeds) {
      await eventually(`the end of ${name}`, Math.max(0, endsAt - Date.now()), async () => feed.ended !== undefined);
      if (name.startsWith("WebSocket")) assert.deepEqual(feed.closeCodes, [4403], name);
      else assert.match(codesOf(feed), new RegExp(codes.join("|")), name);
    }
    for (const gateway of GATEWAYS) {
      await eventually(`a refusal at ${gateway.host}`, Math.max(0, endsAt - Date.now()), async () =>
        (await this.client.at(gateway).ask("{ orders(first: 1) { nodes { id } } }")).codes.some((code) => codes.includes(code)));
    }
    const seen = this.feeds.map(({ feed }) => feed.deliveries.length);
    if (variant !== "") await buy(guest(this.client.shop), orderOf(variant, 1));
    await sleep(1_000);
    assert.deepEqual(this.feeds.map(({ feed }) => feed.deliveries.length), seen, "nothing further");
  }
}

/** How a stream ended: the codes of its errors, or the status of a refused reconnect. */
const codesOf = ({ failures, ended }: LiveFeed<unknown>): string =>
  [...failures.map(({ extensions }) => extensions?.code), ended?.replace(/.*\b40[13]\b.*/, "UNAUTHENTICATED")].join(" ");

let open: LiveFeed<OrderEvent>[] = [];
let ownerOfKava: Client;
let manager: Client;
let ownerOfKnyhy: Client;
let variants: { kava: string; knyhy: string };
let managerId: string;

const MANAGER = "manager@kava.example";

before(async () => {
  [ownerOfKava, ownerOfKnyhy] = await Promise.all([owner("kava"), owner("knyhy")]);
  const [here, there] = [await variantOf(ownerOfKava, "blend-ranok", "BLD-RAN-250"), await variantOf(ownerOfKnyhy, "lisova-pisnia", "LESI-LIS-PB")];
  variants = { kava: here.id, knyhy: there.id };
  await adjustStock(ownerOfKava, { variantId: here.id, delta: 500, reason: "for the tests of access" });
  await adjustStock(ownerOfKnyhy, { variantId: there.id, delta: 500, reason: "for the tests of access" });
});

beforeEach(async () => {
  open.forEach((feed) => feed.close());
  open = [];
  manager = await signIn("kava", MANAGER);
  managerId = (await manager.query<{ viewer: { staff: { id: string } } }>("{ viewer { staff { id } } }")).viewer.staff.id;
});

after(() => open.forEach((feed) => feed.close()));

describe("signing out", () => {
  const signOut = async (client: Client, allSessions: boolean): Promise<void> => {
    const { signOut } = await client.query<{ signOut: { userErrors: unknown[] } }>(
      `mutation SignOut($input: SignOutInput!) { signOut(input: $input) { userErrors { code } } }`,
      { input: { allSessions } },
    );
    assert.deepEqual(signOut.userErrors, []);
  };

  test("ends this session and no other", async () => {
    const [leaving, other, colleague, otherTenant] = await openStreams(manager, await signIn("kava", MANAGER), ownerOfKava, ownerOfKnyhy);

    await signOut(manager, false);

    await leaving!.expectToEnd(variants.kava, "UNAUTHENTICATED");
    for (const staying of [other!, colleague!]) await staying.expectToSee(variants.kava);
    await otherTenant!.expectToSee(variants.knyhy);
  });

  test("everywhere ends all sessions of this account and no others", async () => {
    const [leaving, other, colleague] = await openStreams(manager, await signIn("kava", MANAGER), ownerOfKava);

    await signOut(manager, true);

    for (const ended of [leaving!, other!]) await ended.expectToEnd(variants.kava, "UNAUTHENTICATED");
    await colleague!.expectToSee(variants.kava);
    await (await OpenStreams.of(await signIn("kava", MANAGER))).expectToSee(variants.kava);
  });
});

describe("a member of the staff", () => {
  const change = async (changes: Record<string, unknown>): Promise<void> => {
    const { updateStaffMember } = await ownerOfKava.query<{ updateStaffMember: { userErrors: unknown[] } }>(
      `mutation Change($input: UpdateStaffMemberInput!) { updateStaffMember(input: $input) { userErrors { code } } }`,
      { input: { id: managerId, ...changes } },
    );
    assert.deepEqual(updateStaffMember.userErrors, []);
  };

  test("who is demoted is signed out and gets the new role after signing in again", async (t) => {
    t.after(() => change({ role: "manager" }));
    const [leaving, colleague, otherTenant] = await openStreams(manager, ownerOfKava, ownerOfKnyhy);

    await change({ role: "support" });

    await leaving!.expectToEnd(variants.kava, "UNAUTHENTICATED");
    await colleague!.expectToSee(variants.kava);
    await otherTenant!.expectToSee(variants.knyhy);
    const demoted = await signIn("kava", MANAGER);
    await (await OpenStreams.of(demoted)).expectToSee(variants.kava);
    const stock = watchOverWebSocket(demoted, WATCH_STOCK);
    t.after(() => stock.close());
    await stock.until("a refusal", 5_000, ({ failures }) => failures.length > 0);
    assert.deepEqual(stock.failures.map(({ extensions }) => extensions?.code), ["FORBIDDEN"]);
  });

  test("who is deactivated gets no further events and cannot sign in", async (t) => {
    t.after(() => change({ active: true }));
    const [leaving, colleague] = await openStreams(manager, ownerOfKava);

    await change({ active: false });

    await leaving!.expectToEnd(variants.kava, "UNAUTHENTICATED");
    await colleague!.expectToSee(variants.kava);
    await assert.rejects(signIn("kava", MANAGER), /INVALID_CREDENTIALS/);
    await change({ active: true });
    await (await OpenStreams.of(await signIn("kava", MANAGER))).expectToSee(variants.kava);
  });
});

test("a suspended tenant is not found until it is resumed; the other tenant is unaffected", async (t) => {
  t.after(() => operate("customers", "tenant", "resume", "knyhy"));
  const customer = await signIn("knyhy", "olena@knyhy.example");
  const [staff, shopper, otherTenant] = await openStreams(ownerOfKnyhy, customer, ownerOfKava);

  await operate("customers", "tenant", "suspend", "knyhy");

  for (const ended of [staff!, shopper!]) await ended.expectToEnd("", "TENANT_NOT_FOUND", "UNAUTHENTICATED");
  for (const gateway of GATEWAYS) {
    assert.deepEqual((await guest("knyhy").at(gateway).ask("{ shop { slug } }")).codes, ["TENANT_NOT_FOUND"]);
  }
  await otherTenant!.expectToSee(variants.kava);

  await operate("customers", "tenant", "resume", "knyhy");

  for (const gateway of GATEWAYS) {
    await eventually(`the shop at ${gateway.host}`, WITHIN_MS, async () =>
      (await guest("knyhy").at(gateway).ask("{ shop { slug } }")).errors.length === 0);
  }
  await (await OpenStreams.of(ownerOfKnyhy)).expectToSee(variants.knyhy);
});

test("an expired token ends the streams that it opened", { skip: withoutKeys() }, async () => {
  const [ending, lasting] = await openStreams(new Client("kava", endingIn(manager.token!, 6)), manager);
  await ending!.expectToSee(variants.kava);

  await sleep(4_000);

  await ending!.expectToEnd(variants.kava, "UNAUTHENTICATED");
  await lasting!.expectToSee(variants.kava);
});

/** Opens the streams of each client and waits until all of them deliver. */
async function openStreams(...clients: Client[]): Promise<OpenStreams[]> {
  const all = await Promise.all(clients.map((client) => OpenStreams.of(client)));
  for (const { client, feeds } of all) {
    const { viewer } = await client.query<{ viewer: { customer: object | null } }>("{ viewer { customer { id } } }");
    // A customer sees only what is their own.
    const buyer = viewer.customer ? client : guest(client.shop);
    const order = await buy(buyer, orderOf(variants[client.shop], 1));
    for (const { name, feed } of feeds) await feed.sees(`the order over ${name}`, 10_000, (event) => event.order.id === order.id);
  }
  return all;
}
