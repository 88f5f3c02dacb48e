import assert from "node:assert/strict";
import { test } from "node:test";

import { httpClient, LiveError, Session, type Tokens } from "../src/index.ts";

const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1_000).toISOString();

const tokens = (number: number, seconds = 900): Tokens => ({
  accessToken: `access ${number}`,
  refreshToken: `refresh ${number}`,
  expiresAt: inSeconds(seconds),
});

test("connections that ask at the same time share one refresh", async () => {
  const exchanged: string[] = [];
  const stored: Tokens[] = [];
  const session = new Session({
    tokens: tokens(1, 10),
    refresh: async (refreshToken) => {
      exchanged.push(refreshToken);
      return tokens(2);
    },
    changed: (changed) => stored.push(changed),
  });
  const asked = await Promise.all([1, 2, 3].map(() => session.token({ refused: undefined })));
  assert.deepEqual(asked, ["access 2", "access 2", "access 2"]);
  assert.deepEqual(exchanged, ["refresh 1"]);
  assert.deepEqual(stored.map(({ refreshToken }) => refreshToken), ["refresh 2"]);
});

test("a token that is still valid is returned unchanged, a refused one is refreshed", async () => {
  let exchanges = 1;
  const session = new Session({ tokens: tokens(1), refresh: async () => tokens((exchanges += 1)) });
  assert.equal(await session.token({ refused: undefined }), "access 1");
  assert.equal(await session.token({ refused: "access 1" }), "access 2");
  assert.equal(await session.token({ refused: "access 1" }), "access 2", "an older one was refused elsewhere");
  assert.equal(exchanges, 2);
});

test("a session that has ended has no token", async () => {
  let ended = 0;
  const session = new Session({ tokens: tokens(1, 0), refresh: async () => null, ended: () => (ended += 1) });
  assert.equal(await session.token({ refused: undefined }), null);
  assert.equal(await session.token({ refused: undefined }), null);
  assert.equal(session.tokens, null);
  assert.equal(ended, 1);
});

test("a failed refresh does not end the session", async () => {
  let fails = true;
  const session = new Session({
    tokens: tokens(1, 0),
    refresh: async () => {
      if (fails) throw new TypeError("fetch failed");
      return tokens(2);
    },
  });
  await assert.rejects(session.token({ refused: undefined }), /fetch failed/);
  fails = false;
  assert.equal(await session.token({ refused: undefined }), "access 2");
});

test("a sign-out during a refresh stays in effect", async () => {
  let finish = (_: Tokens): void => {};
  const session = new Session({ tokens: tokens(1, 0), refresh: () => new Promise((resolve) => (finish = resolve)) });
  const asked = session.token({ refused: undefined });
  session.forget();
  finish(tokens(2));
  assert.equal(await asked, null);
  assert.equal(session.tokens, null);
});

const answering = (...answers: object[]): { fetch: typeof fetch; sent: RequestInit[] } => {
  const sent: RequestInit[] = [];
  const answer = async (_: unknown, init?: RequestInit): Promise<Response> => {
    sent.push(init ?? {});
    return new Response(JSON.stringify(answers.shift()), { status: 200 });
  };
  return { fetch: answer as typeof fetch, sent };
};

const unauthenticated = { errors: [{ message: "who are you?", extensions: { code: "UNAUTHENTICATED" } }] };

test("a request whose token was refused is sent again with a new one", async () => {
  const { fetch, sent } = answering(unauthenticated, { data: { shop: { name: "Kava" } } });
  const ask = httpClient({
    url: "http://shop.example/graphql",
    tenant: "kava",
    token: ({ refused }) => (refused === undefined ? "stale" : "fresh"),
    fetch,
  });
  assert.deepEqual(await ask("{ shop { name } }"), { shop: { name: "Kava" } });
  const headers = sent.map(({ headers }) => headers as Record<string, string>);
  assert.deepEqual(headers.map(({ authorization }) => authorization), ["Bearer stale", "Bearer fresh"]);
  assert.equal(headers[0]?.["x-tenant"], "kava");
});

test("a refused request throws its code", async () => {
  const ask = httpClient({ url: "http://shop.example/graphql", fetch: answering(unauthenticated).fetch });
  await assert.rejects(ask("{ viewer { permissions } }"), (error: LiveError) => {
    assert.ok(error instanceof LiveError);
    assert.equal(error.code, "UNAUTHENTICATED");
    assert.equal(error.message, "who are you?");
    return true;
  });
});
