// `live-client` against the platform, alone and with the libraries that applications use: connections are cut, and each
// application gets every event of the log once and in order.

import assert from "node:assert/strict";
import { afterEach, before, beforeEach, describe, test } from "node:test";

import { ApolloClient, gql, InMemoryCache } from "@apollo/client/core";
import { httpClient, LiveClient, snapshotThenSubscribe, type Transport } from "@shop-platform/live-client";
import { liveLink } from "@shop-platform/live-client/apollo";
import { webSocketTransport } from "@shop-platform/live-client/graphql-ws";
import { liveSubscribe } from "@shop-platform/live-client/relay";
import { sseTransport } from "@shop-platform/live-client/sse";
import { liveExchange } from "@shop-platform/live-client/urql";
import { createClient } from "@urql/core";
import relay from "relay-runtime";
import { WebSocket } from "ws";

import { guest, owner, type Client } from "../src/client.ts";
import { endpoint, eventually } from "../src/platform.ts";
import { Proxy } from "../src/proxy.ts";
import {
  adjustStock, buy, orderCursor, orderEventsAfter, orderOf, variantOf, WATCH_ORDERS, type OrderEvent, type Variant,
} from "../src/shop.ts";

let staff: Client;
let variant: Variant;
let proxy: Proxy;

before(async () => {
  staff = await owner("kava");
  variant = await variantOf(staff, "brazil-cerrado-pulped-natural", "BRA-CER-250");
  await adjustStock(staff, { variantId: variant.id, delta: 300, reason: "for the tests of live-client" });
});

beforeEach(async () => {
  proxy = await Proxy.before(() => endpoint);
});

afterEach(() => proxy.close());

const buyMany = async (count: number): Promise<void> => {
  for (let bought = 0; bought < count; bought += 1) await buy(guest("kava"), orderOf(variant.id, 1));
};

const QUICK = { backoff: { initialMs: 50, maxMs: 500 } };

const TRANSPORTS: [string, () => Transport][] = [
  ["WebSocket", () => webSocketTransport({ ...access(), webSocketImpl: WebSocket })],
  ["SSE", () => sseTransport(access())],
];

const access = () => ({ url: proxy.url, tenant: "kava", token: () => staff.token ?? null });

interface WatchData {
  orderEvents: OrderEvent;
}

/** What an application receives: the ids in order of arrival, and errors. */
interface Received {
  ids: string[];
  errors: unknown[];
  stop(): void;
}

type Application = (client: LiveClient, cursor: string) => Received;

const APPLICATIONS: [string, Application][] = [
  [
    "callbacks",
    (client, cursor) => {
      const received: Received = { ids: [], errors: [], stop: () => {} };
      const subscription = client.subscribe<WatchData>(
        { query: WATCH_ORDERS, variables: { after: cursor } },
        { next: ({ data }) => void received.ids.push(data!.orderEvents.id), error: (error) => received.errors.push(error) },
      );
      received.stop = () => subscription.close();
      return received;
    },
  ],
  [
    "Apollo Client",
    (client, cursor) => {
      const received: Received = { ids: [], errors: [], stop: () => {} };
      const apollo = new ApolloClient({ cache: new InMemoryCache(), link: liveLink({ client }) });
      const subscription = apollo
        .subscribe<WatchData>({ query: gql(WATCH_ORDERS), variables: { after: cursor } })
        .subscribe(({ data, error }) => {
          if (error) received.errors.push(error);
          else received.ids.push(data!.orderEvents.id);
        });
      received.stop = () => subscription.unsubscribe();
      return received;
    },
  ],
  [
    "urql",
    (client, cursor) => {
      const received: Received = { ids: [], errors: [], stop: () => {} };
      const urql = createClient({ url: proxy.url.href, exchanges: [liveExchange({ client })] });
      const subscription = urql.subscription<WatchData>(WATCH_ORDERS, { after: cursor }).subscribe(({ data, error }) => {
        if (error) received.errors.push(error);
        else if (data) received.ids.push(data.orderEvents.id);
      });
      received.stop = () => subscription.unsubscribe();
      return received;
    },
  ],
  [
    "Relay",
    (client, cursor) => {
      const received: Received = { ids: [], errors: [], stop: () => {} };
      const network = relay.Network.create(() => Promise.reject(new Error("no queries here")), liveSubscribe({ client }));
      const operation = { name: "WatchOrders", operationKind: "subscription", text: WATCH_ORDERS, id: null, metadata: {} };
      const subscription = network.execute({ ...operation, cacheID: "" } as never, { after: cursor }, {}, null).subscribe({
        next: (response) => void received.ids.push((response as unknown as { data: WatchData }).data.orderEvents.id),
        error: (error: unknown) => void received.errors.push(error),
      });
      received.stop = () => subscription.unsubscribe();
      return received;
    },
  ],
];

for (const [name, transport] of TRANSPORTS) {
  describe(`over ${name}`, () => {
    for (const [application, run] of APPLICATIONS) {
      test(`${application}: no event is lost or duplicated when connections are cut`, async (t) => {
        const from = await orderCursor(staff);
        const client = new LiveClient({ transport: transport(), ...QUICK });
        t.after(() => client.dispose());
        const received = run(client, from);
        t.after(() => received.stop());

        for (const orders of [2, 1, 3]) {
          await buyMany(orders);
          proxy.cutAll();
          await buyMany(1);
        }

        const log = (await orderEventsAfter(staff, from)).map(({ id }) => id);
        await eventually(`${log.length} events`, 20_000, async () => received.ids.length >= log.length);
        assert.deepEqual(received.ids, log);
        assert.deepEqual(received.errors, []);
        assert.ok([...proxy.connections.values()].some((count) => count > 1), "the client reconnected");
      });
    }

    test("a subscription without a cursor that breaks before its first event misses no event since it was live", async (t) => {
      const client = new LiveClient({ transport: transport(), ...QUICK });
      t.after(() => client.dispose());
      const ids: string[] = [];
      const subscription = client.subscribe<WatchData>(
        { query: WATCH_ORDERS },
        { next: ({ data }) => void ids.push(data!.orderEvents.id) },
      );
      await eventually("a position", 5_000, async () => subscription.cursor !== null);
      const from = await orderCursor(staff);

      proxy.cutAll();
      await buyMany(2);

      const log = (await orderEventsAfter(staff, from)).map(({ id }) => id);
      await eventually("the orders", 20_000, async () => ids.length >= log.length);
      assert.deepEqual(ids, log);
      assert.ok(subscription.counts.reconnects > 0);
    });

    test("snapshot, then subscribe: the list is correct after every reconnect", async (t) => {
      interface Orders {
        nodes: { id: string; number: string }[];
        eventCursor: string;
      }
      const client = new LiveClient({ transport: transport(), ...QUICK });
      t.after(() => client.dispose());
      const ask = httpClient(access());
      const list = snapshotThenSubscribe<Orders, WatchData>(client, {
        snapshot: async () =>
          (await ask<{ orders: Orders }>("{ orders(first: 5) { nodes { id number } eventCursor } }")).orders,
        cursorOf: ({ eventCursor }) => eventCursor,
        subscription: { query: WATCH_ORDERS },
        merge: (orders, { data }) => {
          const { id, number } = data!.orderEvents.order;
          const others = orders.nodes.filter((order) => order.id !== id);
          return { ...orders, nodes: [{ id, number }, ...others].slice(0, 5) };
        },
        changed: () => {},
        options: QUICK,
      });
      t.after(() => list.close());
      await eventually("a snapshot", 5_000, async () => list.state !== undefined);

      await buyMany(2);
      proxy.cutAll();
      await buyMany(2);

      const numbers = async (): Promise<string> => {
        const { orders } = await ask<{ orders: Orders }>("{ orders(first: 5) { nodes { id number } eventCursor } }");
        return orders.nodes.map(({ number }) => number).join(" ");
      };
      const expected = await numbers();
      await eventually(`the orders ${expected}`, 20_000, async () =>
        list.state?.nodes.map(({ number }) => number).join(" ") === expected);
    });

    test("an invalid document and an invalid cursor end with their error codes", async (t) => {
      const client = new LiveClient({ transport: transport(), ...QUICK });
      t.after(() => client.dispose());
      const refusals: Record<string, string> = {
        "subscription ($after: String) { orderEvents(after: $after) { nothing } }": "GRAPHQL_VALIDATION_FAILED",
        [WATCH_ORDERS]: "CURSOR_INVALID",
      };
      for (const [query, code] of Object.entries(refusals)) {
        await assert.rejects(client.iterate({ query, variables: { after: "nonsense" } }).next(), { code });
      }
    });
  });
}
