// Apollo Client and urql with `live-client`, as applications use them. They reconnect automatically and deliver each
// event once.

import { ApolloClient, gql, InMemoryCache } from "@apollo/client/core";
import { LiveClient, type Transport } from "@shop-platform/live-client";
import { liveLink } from "@shop-platform/live-client/apollo";
import { webSocketTransport } from "@shop-platform/live-client/graphql-ws";
import { sseTransport } from "@shop-platform/live-client/sse";
import { liveExchange } from "@shop-platform/live-client/urql";
import { createClient } from "@urql/core";
import { WebSocket } from "ws";

import type { Client } from "./client.ts";
import { LiveFeed, type Next, type WatchOptions } from "./live.ts";
import { endpoint } from "./platform.ts";

export function watchWithApollo<Node>(client: Client, query: string, options: WatchOptions = {}): LiveFeed<Node> {
  const feed = new LiveFeed<Node>();
  const transport = webSocketTransport({ ...access(client, options), webSocketImpl: WebSocket });
  const live = liveClient(transport);
  const apollo = new ApolloClient({ link: liveLink({ client: live }), cache: new InMemoryCache() });
  const running = apollo
    .subscribe<Next<Node>["data"]>({ query: gql(query), variables: options.variables ?? {}, fetchPolicy: "no-cache" })
    .subscribe({
      next: ({ data, extensions }) => feed.accept({ data: data as Next<Node>["data"] }, cursorIn(extensions)),
      error: (error) => feed.end(String(error)),
      complete: () => feed.end("completed"),
    });
  transport.client.on("opened", (socket) => (feed.cut = () => (socket as WebSocket).terminate()));
  feed.close = () => {
    running.unsubscribe();
    live.dispose();
  };
  return feed;
}

export function watchWithUrql<Node>(client: Client, query: string, options: WatchOptions = {}): LiveFeed<Node> {
  const feed = new LiveFeed<Node>();
  let breaker = new AbortController();
  const transport = sseTransport({
    ...access(client, options),
    fetch: (input, init) => {
      breaker = new AbortController();
      return fetch(input, { ...init, signal: AbortSignal.any([breaker.signal, ...(init?.signal ? [init.signal] : [])]) });
    },
  });
  const live = liveClient(transport);
  const urql = createClient({ url: endpoint.href, exchanges: [liveExchange({ client: live })], preferGetMethod: false });
  const running = urql.subscription<Record<string, Node>>(query, options.variables ?? {}).subscribe((result) => {
    if (result.error) feed.end(String(result.error));
    else if (result.data) feed.accept({ data: result.data }, cursorIn(result.extensions));
  });
  feed.cut = () => breaker.abort();
  feed.close = () => {
    running.unsubscribe();
    live.dispose();
  };
  return feed;
}

const access = (client: Client, options: WatchOptions) => ({
  url: options.at ?? client.address,
  tenant: client.shop,
  token: () => client.token ?? null,
});

/** With a short back-off: the tests break connections more often than networks do. */
const liveClient = (transport: Transport): LiveClient =>
  new LiveClient({ transport, backoff: { initialMs: 50, maxMs: 1_000 } });

const cursorIn = (extensions: Record<string, unknown> | undefined): string | undefined =>
  extensions?.["cursor"] as string | undefined;
