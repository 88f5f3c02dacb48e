// Behaviour that must be the same over both transports.

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import type { GraphQLFailure, TokenSource, Transport } from "../src/index.ts";
import type { FakeGateway } from "./fake_gateway.ts";
import { clientFor, eventually, gatewayFor, watch } from "./waiting.ts";

const TRANSPORTS: [string, (gateway: FakeGateway, token?: TokenSource) => Transport][] = [
  ["WebSocket", (gateway, token) => gateway.webSocket(token)],
  ["SSE", (gateway, token) => gateway.sse(token)],
];

const refusal = (code: string): GraphQLFailure[] => [{ message: `refused: ${code}`, extensions: { code } }];

for (const [name, transport] of TRANSPORTS) {
  describe(`over ${name}`, () => {
    test("a broken connection resumes after the last processed event", async (t) => {
      const gateway = await gatewayFor(t);
      const watcher = watch(clientFor(t, transport(gateway)), "c0");
      await eventually("a subscription", () => gateway.open === 1);
      gateway.append(3);
      await watcher.sees(3);

      gateway.cut();
      gateway.append(2);
      await watcher.sees(5);
      gateway.cut();
      gateway.append(1);
      await watcher.sees(6);

      assert.deepEqual(watcher.numbers, [1, 2, 3, 4, 5, 6]);
      assert.deepEqual(gateway.asked.map(({ after }) => after), ["c0", "c3", "c5"]);
      assert.deepEqual(watcher.states, ["connecting", "live", "reconnecting", "live", "reconnecting", "live"]);
      assert.deepEqual(watcher.events.map(({ replayed }) => replayed), [false, false, false, true, true, true]);
      assert.deepEqual(watcher.subscription.counts, { events: 6, replayed: 3, duplicates: 0, reconnects: 2 });
    });

    test("events that are sent again are delivered once", async (t) => {
      const gateway = await gatewayFor(t);
      const watcher = watch(clientFor(t, transport(gateway)), "c0");
      await eventually("a subscription", () => gateway.open === 1);
      gateway.append(4);
      await watcher.sees(4);
      gateway.rewind = 3;

      gateway.cut();
      gateway.append(1);
      await watcher.sees(5);

      assert.deepEqual(watcher.numbers, [1, 2, 3, 4, 5]);
      assert.equal(watcher.subscription.counts.duplicates, 3);
      assert.equal(watcher.subscription.cursor, "c5");
    });

    test("a position that was reached without an event is where the client resumes", async (t) => {
      const gateway = await gatewayFor(t);
      const watcher = watch(clientFor(t, transport(gateway)), "c0");
      await eventually("a subscription", () => gateway.open === 1);
      gateway.append(1);
      await watcher.sees(1);

      gateway.checkpoint("c40");
      await eventually("the position", () => watcher.subscription.cursor === "c40");
      gateway.cut();
      await eventually("a second subscription", () => gateway.asked.length === 2);

      assert.equal(gateway.asked[1]?.after, "c40");
    });

    test("the position does not move before a slow handler is done, and events stay in order", async (t) => {
      const gateway = await gatewayFor(t);
      gateway.append(3);
      const client = clientFor(t, transport(gateway));
      const seen: number[] = [];
      const held: (() => void)[] = [];
      const subscription = client.subscribe<{ orderEvents: { number: number } }>(
        { query: "subscription($after: String) { orderEvents(after: $after) { id number } }", variables: { after: "c0" } },
        {
          next: async ({ data }) => {
            await new Promise<void>((resolve) => held.push(resolve));
            seen.push(data!.orderEvents.number);
          },
        },
      );
      for (const number of [1, 2, 3]) {
        await eventually(`event ${number} in the handler`, () => held.length === number);
        assert.equal(subscription.cursor, `c${number - 1}`);
        assert.equal(seen.length, number - 1);
        held[number - 1]?.();
        await eventually(`event ${number}`, () => subscription.cursor === `c${number}`);
      }
      assert.deepEqual(seen, [1, 2, 3]);
    });

    test("a handler that throws ends the subscription before its event", async (t) => {
      const gateway = await gatewayFor(t);
      gateway.append(3);
      const client = clientFor(t, transport(gateway));
      let error: unknown;
      const subscription = client.subscribe(
        { query: "subscription($after: String) { orderEvents(after: $after) { id } }", variables: { after: "c0" } },
        {
          next: ({ cursor }) => {
            if (cursor === "c2") throw new Error("the database is full");
          },
          error: (end) => (error = end),
        },
      );
      await eventually("the end", () => error !== undefined);
      assert.match(String(error), /the database is full/);
      assert.equal((error as { code: string }).code, "HANDLER_FAILED");
      assert.equal(subscription.cursor, "c1");
    });

    test("an expired cursor is replaced by the cursor of a new snapshot", async (t) => {
      const gateway = await gatewayFor(t);
      gateway.append(5);
      gateway.refusals.push(refusal("CURSOR_EXPIRED"));
      const watcher = watch(clientFor(t, transport(gateway)), "c1", { onExpired: async () => "c4" });
      await watcher.sees(1);
      assert.deepEqual(watcher.numbers, [5]);
      assert.deepEqual(gateway.asked.map(({ after }) => after), ["c1", "c4"]);
    });

    test("without a new snapshot an expired cursor ends the subscription", async (t) => {
      const gateway = await gatewayFor(t);
      gateway.refusals.push(refusal("CURSOR_EXPIRED"));
      const watcher = watch(clientFor(t, transport(gateway)), "c1");
      assert.equal((await watcher.ends())?.code, "CURSOR_EXPIRED");
      assert.equal(gateway.asked.length, 1);
    });

    for (const code of ["CURSOR_INVALID", "FORBIDDEN", "GRAPHQL_VALIDATION_FAILED", "BAD_REQUEST", "UNAUTHENTICATED"]) {
      test(`a refusal with ${code} is final for a guest`, async (t) => {
        const gateway = await gatewayFor(t);
        gateway.refusals.push(refusal(code));
        const watcher = watch(clientFor(t, transport(gateway)));
        const error = await watcher.ends();
        assert.equal(error?.code, code);
        assert.equal(error?.errors[0]?.message, `refused: ${code}`);
        assert.equal(gateway.asked.length, 1);
      });
    }

    for (const code of ["RATE_LIMITED", "SERVICE_UNAVAILABLE", "INTERNAL_SERVER_ERROR"]) {
      test(`after a refusal with ${code} it reconnects`, async (t) => {
        const gateway = await gatewayFor(t);
        gateway.append(1);
        gateway.refusals.push(refusal(code), refusal(code));
        const watcher = watch(clientFor(t, transport(gateway)), "c0");
        await watcher.sees(1);
        assert.equal(gateway.asked.length, 3);
        assert.ok(watcher.statuses.some(({ error, delayMs }) => error?.code === code && delayMs !== undefined));
      });
    }

    test("the number of attempts can be limited", async (t) => {
      const gateway = await gatewayFor(t);
      gateway.refusals.push(...[1, 2, 3, 4].map(() => refusal("SERVICE_UNAVAILABLE")));
      const watcher = watch(clientFor(t, transport(gateway)), "c0", { retryAttempts: 2 });
      assert.equal((await watcher.ends())?.code, "SERVICE_UNAVAILABLE");
      assert.equal(gateway.asked.length, 3);
    });

    test("a refused token is replaced, and the subscription continues", async (t) => {
      const gateway = await gatewayFor(t);
      gateway.tokens = new Set(["fresh"]);
      gateway.append(2);
      const refused: (string | undefined)[] = [];
      const token: TokenSource = (request) => {
        refused.push(request.refused);
        return request.refused === undefined ? "stale" : "fresh";
      };
      const watcher = watch(clientFor(t, transport(gateway, token)), "c0");
      await watcher.sees(2);
      assert.deepEqual(refused, [undefined, "stale"]);
      assert.equal(gateway.asked.at(-1)?.token, "fresh");
    });

    test("repeatedly refused tokens end the subscription", async (t) => {
      const gateway = await gatewayFor(t);
      gateway.tokens = new Set();
      let made = 0;
      const watcher = watch(clientFor(t, transport(gateway, () => `token ${(made += 1)}`)), "c0");
      assert.equal((await watcher.ends())?.code, "UNAUTHENTICATED");
      assert.equal(made, 3);
    });

    test("a token source without a token ends the subscription", async (t) => {
      const gateway = await gatewayFor(t);
      gateway.tokens = new Set();
      const watcher = watch(clientFor(t, transport(gateway, () => null)), "c0");
      assert.equal((await watcher.ends())?.code, "UNAUTHENTICATED");
    });

    test("a completed operation does not reconnect", async (t) => {
      const gateway = await gatewayFor(t);
      const watcher = watch(clientFor(t, transport(gateway)), "c0");
      await eventually("a subscription", () => gateway.open === 1);
      gateway.append(2);
      gateway.complete();
      assert.equal(await watcher.ends(), undefined);
      assert.ok(watcher.completed);
      assert.deepEqual(watcher.numbers, [1, 2]);
      assert.equal(gateway.asked.length, 1);
    });

    test("after close no event is delivered and nothing stays open", async (t) => {
      const gateway = await gatewayFor(t);
      const client = clientFor(t, transport(gateway));
      const watcher = watch(client, "c0");
      await eventually("a subscription", () => gateway.open === 1);
      watcher.subscription.close();
      gateway.append(2);
      await eventually("the end at the server", () => gateway.open === 0);
      assert.deepEqual(watcher.events, []);
      assert.equal(watcher.states.at(-1), "ended");
      assert.equal(watcher.error, undefined);
      assert.deepEqual(client.subscriptions, []);
    });

    test("`wake` skips the delay before the next attempt", async (t) => {
      const gateway = await gatewayFor(t);
      gateway.refusals.push(refusal("SERVICE_UNAVAILABLE"));
      gateway.append(1);
      const client = clientFor(t, transport(gateway), { backoff: { initialMs: 60_000, maxMs: 60_000 } });
      const watcher = watch(client, "c0");
      await eventually("the wait", () => watcher.subscription.status.delayMs !== undefined);
      client.wake();
      await watcher.sees(1);
    });

    test("iterates events in a loop", async (t) => {
      const gateway = await gatewayFor(t);
      gateway.append(3);
      const client = clientFor(t, transport(gateway));
      const loop = client.iterate<{ orderEvents: { number: number } }>({
        query: "subscription($after: String) { orderEvents(after: $after) { id number } }",
        variables: { after: "c0" },
      });
      const seen: number[] = [];
      for await (const { data } of loop) {
        seen.push(data!.orderEvents.number);
        if (seen.length === 2) {
          gateway.cut();
          gateway.append(1);
        }
        if (seen.length === 4) break;
      }
      assert.deepEqual(seen, [1, 2, 3, 4]);
      assert.equal(loop.subscription.cursor, "c3", "the loop was left with the fourth");
      assert.equal(loop.subscription.status.state, "ended");
    });

    test("a loop throws the error that ended it, and ends when the server completes", async (t) => {
      const gateway = await gatewayFor(t);
      const client = clientFor(t, transport(gateway));
      const request = { query: "subscription($after: String) { orderEvents(after: $after) { id } }" };
      gateway.refusals.push(refusal("FORBIDDEN"));
      await assert.rejects(client.iterate(request).next(), { code: "FORBIDDEN" });

      const loop = client.iterate(request);
      const next = loop.next();
      await eventually("a subscription", () => gateway.open === 1);
      gateway.complete();
      assert.deepEqual(await next, { done: true, value: undefined });
      assert.deepEqual(await loop.next(), { done: true, value: undefined });
    });
  });
}
