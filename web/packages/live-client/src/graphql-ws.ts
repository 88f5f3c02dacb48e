// GraphQL over WebSocket (`graphql-transport-ws`) with the `graphql-ws` library. It speaks the protocol; when to
// come back and with which cursor is decided by the subscription.

import { createClient, type Client, type ClientOptions, type SubscribePayload } from "graphql-ws";

import { errorOfClose, errorOfFailures, errorOfThrown, type LiveError } from "./errors.ts";
import type { GraphQLFailure, GraphQLResult } from "./result.ts";
import { Credentials, type Connection, type Opening, type TokenSource, type Transport, type TransportSink } from "./transport.ts";

export interface WebSocketTransportOptions {
  /** The GraphQL address; `http(s)` is taken for `ws(s)`. */
  readonly url: string | URL;
  /** The access token, sent in `connection_init`. */
  readonly token?: TokenSource;
  /** The shop's slug, when the host name does not say it. */
  readonly tenant?: string;
  /** Where the platform has no `WebSocket` of its own: that of the package `ws`. */
  readonly webSocketImpl?: unknown;
  /** A socket that does not answer a ping for so long is taken for dead; 10,000 by default. */
  readonly pongWithinMs?: number;
  /** Further options of `graphql-ws`, such as `keepAlive` (15,000 by default between pings); those that this transport sets itself are not taken. */
  readonly client?: Omit<
    ClientOptions,
    "url" | "connectionParams" | "webSocketImpl" | "retryAttempts" | "shouldRetry" | "retryWait" | "generateID"
  >;
}

/** One operation on its way. */
interface Attempt {
  stopped: boolean;
  stop: () => void;
  /** The token of the socket that ended it. */
  token: string | null;
}

/** One socket for all subscriptions, opened when the first one starts. */
export class WebSocketTransport implements Transport {
  /** The client underneath, for queries and mutations over the same socket. It does not come back by itself. */
  readonly client: Client;
  readonly #credentials: Credentials;
  readonly #tenant: string | undefined;
  readonly #running = new Map<string, TransportSink>();
  readonly #ids = new WeakMap<SubscribePayload, string>();
  #lastId = 0;
  #acknowledged = false;
  #asking: Promise<string | null> | undefined;
  /** What the next socket is opened with. */
  #token: string | null = null;
  /** What the current socket was opened with. */
  #sent: string | null = null;

  constructor(options: WebSocketTransportOptions) {
    this.#credentials = new Credentials(options.token);
    this.#tenant = options.tenant;
    this.client = createClient({
      keepAlive: 15_000,
      connectionAckWaitTimeout: 15_000,
      ...options.client,
      url: socketUrl(options.url),
      ...(options.webSocketImpl === undefined ? {} : { webSocketImpl: options.webSocketImpl }),
      connectionParams: () => this.#connectionParams(),
      generateID: (payload) => this.#ids.get(payload) ?? this.#newId(),
      // Coming back is the subscription's business: it knows the position, and what the close code means.
      retryAttempts: 0,
    });
    this.client.on("connected", () => {
      this.#acknowledged = true;
      for (const sink of this.#running.values()) sink.opened();
    });
    this.client.on("closed", () => {
      this.#acknowledged = false;
    });
    this.client.on("ping", (received, payload) => {
      if (received) this.#checkpoints(payload?.["cursors"]);
    });
    this.#watchSilence(options.pongWithinMs ?? 10_000);
  }

  open(opening: Opening, sink: TransportSink): Connection {
    const attempt: Attempt = { stopped: false, stop: () => {}, token: null };
    // The token comes first: a library that fails to get one closes its socket, and takes the next one with it.
    this.#authenticate().then(
      () => {
        if (!attempt.stopped) this.#subscribe(opening, sink, attempt);
      },
      (thrown: unknown) => {
        if (!attempt.stopped) sink.ended(errorOfThrown(thrown));
      },
    );
    return {
      stop: () => {
        attempt.stopped = true;
        attempt.stop();
      },
      renew: () => this.#renew(attempt.token),
    };
  }

  dispose(): void {
    // Waits for a connection that is being made, and so fails with it.
    Promise.resolve(this.client.dispose()).catch(() => {});
  }

  #newId(): string {
    this.#lastId += 1;
    return String(this.#lastId);
  }

  /** Gets the token that the next socket is opened with, once for all that wait for it. */
  async #authenticate(): Promise<void> {
    if (this.#acknowledged) return;
    this.#asking ??= this.#credentials.token().finally(() => {
      this.#asking = undefined;
    });
    this.#token = await this.#asking;
  }

  #connectionParams(): Record<string, unknown> {
    const token = this.#token;
    this.#sent = token;
    return {
      ...(this.#tenant === undefined ? {} : { tenant: this.#tenant }),
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    };
  }

  #subscribe(opening: Opening, sink: TransportSink, attempt: Attempt): void {
    const id = this.#newId();
    // Getters: the payload is read when it is sent, which the library also does by itself after a close with 1000.
    const payload: SubscribePayload = {
      query: opening.query,
      operationName: opening.operationName ?? null,
      get variables() {
        return { ...opening.variables };
      },
    };
    this.#ids.set(payload, id);
    this.#running.set(id, sink);
    const stop = this.client.subscribe(payload, {
      next: (result) => void sink.next(result as GraphQLResult),
      error: (thrown) => {
        this.#running.delete(id);
        attempt.token = this.#sent;
        sink.ended(errorOf(thrown));
      },
      complete: () => {
        this.#running.delete(id);
        sink.ended(undefined);
      },
    });
    attempt.stop = () => {
      this.#running.delete(id);
      stop();
    };
    if (this.#acknowledged) sink.opened();
  }

  #renew(token: string | null): boolean {
    if (!this.#credentials.refuse(token)) return false;
    // A socket is authenticated once: the next attempt has to make another, unless somebody has.
    if (this.#acknowledged && this.#sent === token) this.client.terminate();
    return true;
  }

  /** A connection may be dead without anybody saying so: whoever does not answer a ping is left. */
  #watchSilence(pongWithinMs: number): void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const heard = (): void => clearTimeout(timer);
    this.client.on("ping", (received) => {
      if (received) return;
      heard();
      timer = setTimeout(() => this.client.terminate(), pongWithinMs);
    });
    this.client.on("pong", heard);
    this.client.on("closed", heard);
  }

  #checkpoints(cursors: unknown): void {
    if (typeof cursors !== "object" || cursors === null) return;
    for (const [id, cursor] of Object.entries(cursors)) {
      if (typeof cursor === "string") this.#running.get(id)?.checkpoint(cursor);
    }
  }
}

/** Subscriptions over a WebSocket. */
export const webSocketTransport = (options: WebSocketTransportOptions): WebSocketTransport =>
  new WebSocketTransport(options);

function socketUrl(url: string | URL): string {
  const address = new URL(url);
  address.protocol = address.protocol.replace(/^http/, "ws");
  return address.href;
}

/** The library gives the errors of a refused operation, the close event, or what was thrown. */
function errorOf(thrown: unknown): LiveError {
  if (Array.isArray(thrown)) return errorOfFailures(thrown as GraphQLFailure[]);
  if (typeof thrown === "object" && thrown !== null && "code" in thrown && typeof thrown.code === "number") {
    const reason = "reason" in thrown && typeof thrown.reason === "string" ? thrown.reason : "";
    return errorOfClose(thrown.code, reason);
  }
  return errorOfThrown(thrown);
}
