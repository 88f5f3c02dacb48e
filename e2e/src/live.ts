// Subscriptions as clients see them: graphql-transport-ws with `graphql-ws`, and SSE with `eventsource`.

import { EventSource } from "eventsource";
import { createClient } from "graphql-ws";
import { WebSocket } from "ws";

import type { Client, GraphQLFailure, Variables } from "./client.ts";
import { endpoint } from "./platform.ts";

/** One event as it arrived. `cursor` is that of the transport: `extensions.cursor` of `next`, or the SSE `id:`. */
export interface Delivery<Node> {
  node: Node;
  cursor: string | undefined;
  arrivedAt: number;
}

interface Next<Node> {
  data?: Record<string, Node> | null;
  errors?: readonly GraphQLFailure[];
  extensions?: { cursor?: string };
}

/** What a subscription has delivered so far. */
export class LiveFeed<Node> {
  readonly deliveries: Delivery<Node>[] = [];
  readonly failures: GraphQLFailure[] = [];
  /** Set when the stream ended or the connection failed for good. */
  ended: string | undefined;
  close: () => void = () => {};
  #changed: (() => void)[] = [];

  get nodes(): Node[] {
    return this.deliveries.map((delivery) => delivery.node);
  }

  /** Waits until the feed shows what `look` looks for, and returns it. */
  async until<T>(what: string, withinMs: number, look: (feed: this) => T | undefined | false): Promise<T> {
    const giveUpAt = Date.now() + withinMs;
    for (;;) {
      const found = look(this);
      if (found !== undefined && found !== false) return found;
      const left = giveUpAt - Date.now();
      if (left <= 0 || this.ended !== undefined) {
        throw new Error(
          `did not see within ${withinMs} ms: ${what}; the feed has ${JSON.stringify(this.nodes)}, ` +
            `failures ${JSON.stringify(this.failures)}, ${this.ended ?? "still open"}`,
        );
      }
      await this.#change(left);
    }
  }

  /** The next delivery whose node fits. */
  async sees(what: string, withinMs: number, fits: (node: Node) => boolean): Promise<Delivery<Node>> {
    return this.until(what, withinMs, (feed) => feed.deliveries.find(({ node }) => fits(node)));
  }

  accept(next: Next<Node>, cursor: string | undefined): void {
    this.failures.push(...(next.errors ?? []));
    for (const node of Object.values(next.data ?? {})) {
      if (node) this.deliveries.push({ node, cursor, arrivedAt: Date.now() });
    }
    this.#wake();
  }

  end(reason: string, failures: readonly GraphQLFailure[] = []): void {
    this.failures.push(...failures);
    this.ended ??= reason;
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#changed.splice(0)) resolve();
  }

  #change(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      this.#changed.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

export interface WatchOptions {
  variables?: Variables;
  /** SSE only: the header that a browser sends when it connects again. */
  lastEventId?: string;
  /** SSE only: the first connection breaks after this many events, so that the client connects again by itself. */
  breakAfter?: number;
}

export type Watch = <Node>(client: Client, query: string, options?: WatchOptions) => LiveFeed<Node>;

/** Both transports, for tests that must hold for each. */
export const TRANSPORTS: [name: string, watch: Watch][] = [
  ["WebSocket", watchOverWebSocket],
  ["SSE", watchOverSse],
];

export function watchOverWebSocket<Node>(client: Client, query: string, options: WatchOptions = {}): LiveFeed<Node> {
  const feed = new LiveFeed<Node>();
  const url = new URL(endpoint);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  const socket = createClient({
    url: url.href,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: {
      tenant: client.shop,
      ...(client.token ? { authorization: `Bearer ${client.token}` } : {}),
    },
  });
  const stop = socket.subscribe<Record<string, Node>>(
    { query, variables: options.variables ?? {} },
    {
      next: (result) => {
        const next = result as unknown as Next<Node>;
        feed.accept(next, next.extensions?.cursor);
      },
      error: (error) => {
        if (Array.isArray(error)) feed.end("refused", error as GraphQLFailure[]);
        else feed.end(`connection failed: ${describeClose(error)}`);
      },
      complete: () => feed.end("completed"),
    },
  );
  feed.close = () => {
    stop();
    void socket.dispose();
  };
  return feed;
}

function describeClose(error: unknown): string {
  if (error instanceof Error) return error.message;
  const { code, reason } = (error ?? {}) as { code?: number; reason?: string };
  return `closed ${code ?? "?"} ${reason ?? ""}`;
}

export function watchOverSse<Node>(client: Client, query: string, options: WatchOptions = {}): LiveFeed<Node> {
  const feed = new LiveFeed<Node>();
  const url = new URL(endpoint);
  url.searchParams.set("query", query);
  url.searchParams.set("variables", JSON.stringify(options.variables ?? {}));
  let breakAfter = options.breakAfter;
  const source = new EventSource(url, {
    fetch: async (input, init) => {
      const headers = { ...init.headers, ...client.headers() } as Record<string, string>;
      if (options.lastEventId !== undefined) headers["last-event-id"] ??= options.lastEventId;
      const response = await fetch(input, { ...init, headers } as RequestInit);
      const events = breakAfter;
      breakAfter = undefined;
      return events === undefined ? response : brokenAfter(response, events);
    },
  });
  source.addEventListener("next", (event: MessageEvent) => {
    const next = JSON.parse(String(event.data)) as Next<Node>;
    feed.accept(next, event.lastEventId || undefined);
  });
  source.addEventListener("complete", () => {
    source.close();
    feed.end("completed");
  });
  source.addEventListener("error", (event) => {
    // Without a code the connection broke and the client connects again by itself.
    if (event.code === undefined) return;
    source.close();
    feed.end(`refused with ${event.code}`);
  });
  feed.close = () => source.close();
  return feed;
}

/** The same response, whose body ends once it has carried this many `next` events. */
function brokenAfter(response: Response, events: number): Response {
  if (!response.body) return response;
  const decoder = new TextDecoder();
  let text = "";
  const body = response.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        text += decoder.decode(chunk, { stream: true });
        controller.enqueue(chunk);
        const complete = text.split("\n\n").filter((block) => /^event: ?next$/m.test(block)).length;
        const endsWithBlock = text.endsWith("\n\n");
        if (complete >= events && endsWithBlock) controller.terminate();
      },
    }),
  );
  return { ...copyOf(response), body } as unknown as Response;
}

function copyOf(response: Response): Partial<Response> {
  const { status, headers, url, redirected, ok } = response;
  return { status, headers, url, redirected, ok };
}
