// Router and subgraphs reject unauthenticated callers: only the gateway is public.

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { owner } from "../src/client.ts";
import { innerAddress } from "../src/platform.ts";

const ask = async (url: URL, query: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ query }),
  });

async function expectRefusal(response: Response): Promise<void> {
  const text = await response.text();
  assert.ok(response.status === 401 || response.status === 403, `${response.status} ${text}`);
  assert.doesNotMatch(text, /"data":\s*\{/);
}

const QUERIES = ["{ __typename }", "{ _service { sdl } }", "{ products(first: 1) { totalCount } }"];

for (const subgraph of ["catalog", "orders", "customers"] as const) {
  describe(`the ${subgraph} subgraph`, () => {
    test("refuses every query without the signed identity", async () => {
      const url = new URL("/graphql", await innerAddress(subgraph));
      const { token } = await owner("kava");
      for (const query of QUERIES) {
        await expectRefusal(await ask(url, query));
        await expectRefusal(await ask(url, query, { "x-tenant": "kava", authorization: `Bearer ${token}` }));
        await expectRefusal(await ask(url, query, { "x-shop-identity": token! }));
      }
    });

    test("refuses internal calls without a service's signature", async () => {
      const base = await innerAddress(subgraph);
      const { token } = await owner("kava");
      for (const path of ["/internal/feed", "/internal/heads"]) {
        const response = await fetch(new URL(path, base), {
          method: "POST",
          headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
          body: JSON.stringify({ streams: [] }),
        });
        await expectRefusal(response);
      }
    });
  });
}

test("the router refuses everything without the gateway's secret", async () => {
  const url = new URL("/graphql", await innerAddress("router"));
  for (const query of QUERIES) {
    await expectRefusal(await ask(url, query));
    await expectRefusal(await ask(url, query, { "x-shop-router-secret": "guess" }));
  }
});
