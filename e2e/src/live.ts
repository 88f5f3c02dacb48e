// Subscriptions of client libraries: graphql-transport-ws with `graphql-ws`, and SSE with `eventsource`.
// `stream_reader` and `live_clients` have more clients; all of them fill a `LiveFeed`.

import { setTimeout as sleep } from "node:timers/promises";

import { EventSource } from "eventsource";
import { createClient } from "graphql-ws";
import { WebSocket } from "ws";

import type { Client, GraphQLFailure, Variables } from "./client.ts";

/** One received event. `cursor` is that of the transport: `extensions.cursor` of `next`, or the SSE `id:`. */
export interface Delivery<Node> {
  node: Node;
  cursor: string | undefined;
  arrivedAt: number;
}

/** A GraphQL response with one event. */
export interface Next<Node> {
  data?: Record<string, Node> | null;
  errors?: readonly GraphQLFailure[];
  extensions?: { cursor?: string };
}

/** What a subscription has delivered so far. */
export class LiveFeed<Node> {
  readonly deliveries: Delivery<Node>[] = [];
  readonly failures: GraphQLFailure[] = [];
  /** Close codes of this feed's WebSockets. */
  readonly closeCodes: number[] = [];
  /** Set when the stream ended or the connection failed permanently. */
  ended: string | undefined;
  close: () => void = () => {};
  /** Breaks the connection on the client's side. A resuming client reconnects automatically. */
  cut: () => void = () => {};
  /** Stops reading from the connection until `readOn`. Only WebSockets and `watchByFetch` support it. */
  stall: () => void = () => {};
  readOn: () => void = () => {};
  #changed: (() => void)[] = [];

  get nodes(): Node[] {
    return this.deliveries.map((delivery) => delivery.node);
  }

  /** Waits until `look` finds a value in the feed, and returns the value. */
  async until<T>(what: string, withinMs: number, look: (feed: this) => T | undefined | false): Promise<T> {
    const giveUpAt = Date.now() + withinMs;
    for (;;) {
      const found = look(this);
      if (found !== undefined && found !== false) return found;
      const left = giveUpAt - Date.now();
      if (left <= 0 || this.ended !== undefined) {
        throw new Error(
          `did not see within ${withinMs} ms: ${what}; the feed has ${this.deliveries.length} events, ` +
            `the last ${JSON.stringify(this.nodes.slice(-10))}, failures ${JSON.stringify(this.failures)}, ${this.ended ?? "still open"}`,
        );
      }
      await this.#change(left);
    }
  }

  /** Waits for a delivery whose node matches. */
  async sees(what: string, withinMs: number, matches: (node: Node) => boolean): Promise<Delivery<Node>> {
    return this.until(what, withinMs, (feed) => feed.deliveries.find(({ node }) => matches(node)));
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
  /** SSE only: the `Last-Event-ID` header, which browsers send when they reconnect. */
  lastEventId?: string;
  /** `EventSource` only: the stream ticket in the URL, for a client without a token. */
  ticket?: string;
  /** `EventSource` only: the first connection breaks after this many events, so that the client reconnects. */
  breakAfter?: number;
  /** Address to connect to; by default the client's address. */
  at?: URL;
  /** Resumes at the last cursor whenever the connection breaks. `EventSource` always does. */
  resumes?: boolean;
  /** Called with every received frame as raw text. */
  onFrame?: (text: string) => void;
}

export type Watch = <Node>(client: Client, query: string, options?: WatchOptions) => LiveFeed<Node>;

/** Both transports, for tests that run over each. */
export const TRANSPORTS: [name: string, watch: Watch][] = [
  ["WebSocket", watchOverWebSocket],
  ["SSE", watchOverSse],
];

/** Back-off with jitter between two connection attempts: 50 ms doubling up to 1 s. */
export const backOff = (retries: number): Promise<void> =>
  sleep(Math.min(1_000, 50 * 2 ** retries) * (0.5 + Math.random() / 2));

export function watchOverWebSocket<Node>(client: Client, query: string, options: WatchOptions = {}): LiveFeed<Node> {
  const feed = new LiveFeed<Node>();
  // `graphql-ws` sends this same object again when it reconnects, so its `after` is kept up to date.
  const variables: Variables = { ...options.variables };
  const socket = createClient({
    url: socketAddress(options.at ?? client.address),
    webSocketImpl: options.onFrame ? recording(options.onFrame) : WebSocket,
    retryAttempts: options.resumes ? Number.POSITIVE_INFINITY : 0,
    shouldRetry: (event) => codeOf(event) !== 4403,
    retryWait: backOff,
    connectionParams: {
      tenant: client.shop,
      ...(client.token ? { authorization: `Bearer ${client.token}` } : {}),
    },
    on: {
      opened: (opened) => {
        const socket = opened as WebSocket;
        feed.cut = () => socket.terminate();
        feed.stall = () => socket.pause();
        feed.readOn = () => socket.resume();
      },
      closed: (event) => feed.closeCodes.push(codeOf(event) ?? 0),
      ping: (_received, payload) => {
        const [position] = Object.values((payload?.["cursors"] ?? {}) as Record<string, string>);
        if (position !== undefined) variables["after"] = position;
      },
    },
  });
  const stop = socket.subscribe<Record<string, Node>>(
    { query, variables },
    {
      next: (result) => {
        const next = result as unknown as Next<Node>;
        feed.accept(next, next.extensions?.cursor);
        if (next.extensions?.cursor !== undefined) variables["after"] = next.extensions.cursor;
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
    // A connection that is still opening may fail on dispose.
    Promise.resolve(socket.dispose()).catch(() => {});
  };
  return feed;
}

/** The WebSocket address of a GraphQL address. */
export function socketAddress(at: URL): string {
  const url = new URL(at);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

/** A WebSocket class that reports every received message. */
export function recording(onFrame: (text: string) => void): unknown {
  return class extends WebSocket {
    constructor(address: string | URL, protocols?: string | string[]) {
      super(address, protocols);
      this.on("message", (data) => onFrame(String(data)));
    }
  };
}

const codeOf = (event: unknown): number | undefined => ((event ?? {}) as { code?: number }).code;

function describeClose(error: unknown): string {
  if (error instanceof Error) return error.message;
  const { code, reason } = (error ?? {}) as { code?: number; reason?: string };
  return `closed ${code ?? "?"} ${reason ?? ""}`;
}

export function watchOverSse<Node>(client: Client, query: string, options: WatchOptions = {}): LiveFeed<Node> {
  const feed = new LiveFeed<Node>();
  const url = new URL(options.at ?? client.address);
  url.searchParams.set("query", query);
  url.searchParams.set("variables", JSON.stringify(options.variables ?? {}));
  if (options.ticket !== undefined) url.searchParams.set("ticket", options.ticket);
  let breakAfter = options.breakAfter;
  const source = new EventSource(url, {
    fetch: async (input, init) => {
      const headers = { ...init.headers, ...client.headers() } as Record<string, string>;
      if (options.lastEventId !== undefined) headers["last-event-id"] ??= options.lastEventId;
      const response = await fetch(input, { ...init, headers } as RequestInit);
      const taps: Tap[] = [(_text, end) => (feed.cut = end)];
      if (options.onFrame) taps.push(options.onFrame);
      if (breakAfter !== undefined) taps.push(endAfter(breakAfter));
      breakAfter = undefined;
      return tapped(response, taps);
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
    // Without a code the connection broke and the client reconnects automatically.
    if (event.code === undefined) return;
    source.close();
    feed.end(`refused with ${event.code}`);
  });
  feed.close = () => source.close();
  return feed;
}

/** Called with each chunk of a body; may end the body after it. The first call is with an empty chunk, at the start. */
type Tap = (text: string, end: () => void) => void;

/** Ends the body once it has carried this many `next` events. */
function endAfter(events: number): Tap {
  let text = "";
  return (piece, end) => {
    text += piece;
    const complete = text.split("\n\n").filter((block) => /^event: ?next$/m.test(block)).length;
    if (complete >= events && text.endsWith("\n\n")) end();
  };
}

/** The same response with taps on its body. */
function tapped(response: Response, taps: Tap[]): Response {
  if (!response.body) return response;
  const decoder = new TextDecoder();
  const show = (text: string, controller: TransformStreamDefaultController<Uint8Array>): void =>
    taps.forEach((tap) => tap(text, () => terminate(controller)));
  const body = response.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      start: (controller) => show("", controller),
      transform(chunk, controller) {
        controller.enqueue(chunk);
        show(decoder.decode(chunk, { stream: true }), controller);
      },
    }),
  );
  const { status, headers, url, redirected, ok } = response;
  return { status, headers, url, redirected, ok, body } as unknown as Response;
}

function terminate(controller: TransformStreamDefaultController<Uint8Array>): void {
  try {
    controller.terminate();
  } catch {
    // The body has already ended.
  }
}
