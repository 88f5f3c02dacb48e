// The adapters with the real libraries: the application does not see a broken connection.

import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";

import { ApolloClient, ApolloLink, gql, InMemoryCache } from "@apollo/client/core";
import { cacheExchange, createClient, fetchExchange } from "@urql/core";
import relay from "relay-runtime";
import { of } from "rxjs";
import { onEnd, pipe, subscribe as consume } from "wonka";

import type { LiveClient } from "../src/index.ts";
import { liveLink } from "../src/apollo.ts";
import { liveSubscribe } from "../src/relay.ts";
import { liveExchange } from "../src/urql.ts";
import { WATCH, type WatchData } from "./fake_gateway.ts";
import { clientFor, eventually, gatewayFor } from "./waiting.ts";

/** What an application received through its library. */
interface Seen {
  numbers: number[];
  replayed: unknown[];
  errors: { code?: string; message: string }[];
  completed: boolean;
  stop(): void;
}

type Subscribe = (client: LiveClient, query: string, after: string) => Seen;

const nothing = (): Seen => ({ numbers: [], replayed: [], errors: [], completed: false, stop: () => {} });

const take = (seen: Seen, data: unknown, extensions: unknown): void => {
  seen.numbers.push((data as WatchData).orderEvents.number);
  seen.replayed.push((extensions as { replayed?: boolean } | undefined)?.replayed ?? false);
};

const apollo: Subscribe = (client, query, after) => {
  const seen = nothing();
  const queries = new ApolloLink(() => of({ data: { shop: { name: "Kava" } } }));
  const library = new ApolloClient({
    cache: new InMemoryCache(),
    link: ApolloLink.from([liveLink({ client }), queries]),
  });
  const subscription = library.subscribe({ query: gql(query), variables: { after } }).subscribe({
    next: ({ data, extensions, error }) => {
      if (error) seen.errors.push(error as Seen["errors"][number]);
      else take(seen, data, extensions);
    },
    complete: () => (seen.completed = true),
  });
  seen.stop = () => subscription.unsubscribe();
  return seen;
};

const urql: Subscribe = (client, query, after) => {
  const seen = nothing();
  const library = createClient({
    url: "http://unused.example/graphql",
    exchanges: [cacheExchange, fetchExchange, liveExchange({ client })],
  });
  const subscription = pipe(
    library.subscription(query, { after }),
    onEnd(() => (seen.completed = true)),
    consume(({ data, extensions, error }) => {
      if (error) seen.errors.push(error.networkError as Seen["errors"][number]);
      else take(seen, data, extensions);
    }),
  );
  seen.stop = () => subscription.unsubscribe();
  return seen;
};

const relayRuntime: Subscribe = (client, query, after) => {
  const seen = nothing();
  const network = relay.Network.create(() => Promise.reject(new Error("no queries here")), liveSubscribe({ client }));
  const request = { name: "Watch", operationKind: "subscription", text: query, id: null, cacheID: "", metadata: {} };
  const subscription = network.execute(request as never, { after }, {}, null).subscribe({
    next: (response) => {
      const { data, extensions } = response as unknown as { data: unknown; extensions: unknown };
      take(seen, data, extensions);
    },
    error: (error: Error) => seen.errors.push(error),
    complete: () => (seen.completed = true),
  });
  seen.stop = () => subscription.unsubscribe();
  return seen;
};

const LIBRARIES: [string, Subscribe][] = [["Apollo Client", apollo], ["urql", urql], ["Relay", relayRuntime]];

async function started(t: TestContext, subscribe: Subscribe, transport: "webSocket" | "sse") {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway[transport]());
  const seen = subscribe(client, WATCH, "c0");
  t.after(() => seen.stop());
  return { gateway, client, seen };
}

for (const [library, subscribe] of LIBRARIES) {
  describe(library, () => {
    for (const transport of ["webSocket", "sse"] as const) {
      test(`receives every event once over ${transport}, across broken connections`, async (t) => {
        const { gateway, seen } = await started(t, subscribe, transport);
        await eventually("a subscription", () => gateway.open === 1);
        gateway.append(2);
        await eventually("two events", () => seen.numbers.length === 2);
        gateway.rewind = 1;
        gateway.cut();
        gateway.append(2);
        await eventually("four events", () => seen.numbers.length === 4);
        assert.deepEqual(seen.numbers, [1, 2, 3, 4]);
        assert.deepEqual(seen.replayed, [false, false, true, true]);
        assert.deepEqual(gateway.asked.map(({ after }) => after), ["c0", "c2"]);
        assert.deepEqual(seen.errors, []);
      });
    }

    test("receives the code of a refusal", async (t) => {
      const gateway = await gatewayFor(t);
      gateway.refusals.push([{ message: "not for you", extensions: { code: "FORBIDDEN" } }]);
      const seen = subscribe(clientFor(t, gateway.webSocket()), WATCH, "c0");
      t.after(() => seen.stop());
      await eventually("an error", () => seen.errors.length === 1);
      assert.equal(seen.errors[0]?.code, "FORBIDDEN");
      assert.match(seen.errors[0]?.message ?? "", /not for you/);
    });

    test("is notified that the operation is complete", async (t) => {
      const { gateway, seen } = await started(t, subscribe, "webSocket");
      await eventually("a subscription", () => gateway.open === 1);
      gateway.complete();
      await eventually("the end", () => seen.completed);
    });

    test("ends the subscription at the server when it unsubscribes", async (t) => {
      const { gateway, client, seen } = await started(t, subscribe, "webSocket");
      await eventually("a subscription", () => gateway.open === 1);
      seen.stop();
      await eventually("the end at the server", () => gateway.open === 0);
      assert.deepEqual(client.subscriptions, []);
    });

    test("a document that cannot resume is an error that explains the fix", async (t) => {
      const gateway = await gatewayFor(t);
      const client = clientFor(t, gateway.webSocket());
      const seen = subscribe(client, "subscription Watch { orderEvents { id number } }", "c0");
      await eventually("an error", () => seen.errors.length === 1);
      assert.match(seen.errors[0]?.message ?? "", /declare a variable \$after/);
      assert.deepEqual(gateway.asked, []);
    });
  });
}

test("Apollo's queries are forwarded to the next link", async (t) => {
  const gateway = await gatewayFor(t);
  const queries = new ApolloLink(() => of({ data: { shop: { name: "Kava" } } }));
  const library = new ApolloClient({
    cache: new InMemoryCache(),
    link: ApolloLink.from([liveLink({ client: clientFor(t, gateway.webSocket()) }), queries]),
  });
  const { data } = await library.query<{ shop: { name: string } }>({ query: gql("{ shop { name } }") });
  assert.equal(data?.shop.name, "Kava");
});
