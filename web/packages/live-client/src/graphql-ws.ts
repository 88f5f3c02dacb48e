// GraphQL over WebSocket (`graphql-transport-ws`) with the `graphql-ws` library. The library implements the protocol;
// the subscription decides when to reconnect and with which cursor.

import { createClient, type Client, type ClientOptions, type SubscribePayload } from "graphql-ws";

import { errorOfClose, errorOfFailures, errorOfThrown, type LiveError } from "./errors.ts";
import type { GraphQLFailure, GraphQLResult } from "./result.ts";
import { Credentials, type Connection, type Opening, type TokenSource, type Transport, type TransportSink } from "./transport.ts";

export interface WebSocketTransportOptions {
  /** URL of the GraphQL endpoint; `http(s)` is replaced by `ws(s)`. */
  readonly url: string | URL;
  /** The access token, sent in `connection_init`. */
  readonly token?: TokenSource;
  /** Slug of the shop, if the host name does not identify it. */
  readonly tenant?: string;
  /** `WebSocket` of the package `ws`, for runtimes without a global one. */
  readonly webSocketImpl?: unknown;
  /** Time-out in milliseconds: a socket without a pong for this time after a ping counts as broken. 10,000 by default. */
  readonly pongWithinMs?: number;
  /**
   * Further options of `graphql-ws`, such as `keepAlive` (milliseconds between pings, 15,000 by default). Options that
   * this transport sets are excluded.
   */
  readonly client?: Omit<
    ClientOptions,
    "url" | "connectionParams" | "webSocketImpl" | "retryAttempts" | "shouldRetry" | "retryWait" | "generateID"
  >;
}

/** One running attempt of an operation. */
interface Attempt {
  stopped: boolean;
  stop: () => void;
  /** The token of the socket that ended it. */
  token: string | null;
}

/** One socket for all subscriptions, opened when the first one starts. */
export class WebSocketTransport implements Transport {
  /** The `graphql-ws` client, for queries and mutations over the same socket. It does not reconnect by itself. */
  readonly client: Client;
  readonly #credentials: Credentials;
  readonly #tenant: string | undefined;
  readonly #sinks = new Map<string, TransportSink>();
  readonly #ids = new WeakMap<SubscribePayload, string>();
  #lastId = 0;
  #acknowledged = false;
  #authenticating: Promise<string | null> | undefined;
  /** Token for the next socket. */
  #nextToken: string | null = null;
  /** Token of the current socket. */
  #socketToken: string | null = null;

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
      // The subscription reconnects: it knows the position and the meaning of the close code.
      retryAttempts: 0,
    });
    this.client.on("connected", () => {
      this.#acknowledged = true;
      for (const sink of this.#sinks.values()) sink.opened();
    });
    this.client.on("closed", () => {
      this.#acknowledged = false;
    });
    this.client.on("ping", (received, payload) => {
      if (received) this.#checkpoints(payload?.["cursors"]);
    });
    this.#watchPongs(options.pongWithinMs ?? 10_000);
  }

  open(opening: Opening, sink: TransportSink): Connection {
    const attempt: Attempt = { stopped: false, stop: () => {}, token: null };
    // The token is requested first: if the library failed to get one, it would close its socket and fail the next one too.
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
    // `dispose` waits for a connection attempt, and so rejects if that fails.
    Promise.resolve(this.client.dispose()).catch(() => {});
  }

  #newId(): string {
    this.#lastId += 1;
    return String(this.#lastId);
  }

  /** Gets the token for the next socket; all waiting operations share one request. */
  async #authenticate(): Promise<void> {
    if (this.#acknowledged) return;
    this.#authenticating ??= this.#credentials.token().finally(() => {
      this.#authenticating = undefined;
    });
    this.#nextToken = await this.#authenticating;
  }

  #connectionParams(): Record<string, unknown> {
    const token = this.#nextToken;
    this.#socketToken = token;
    return {
      ...(this.#tenant === undefined ? {} : { tenant: this.#tenant }),
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    };
  }

  #subscribe(opening: Opening, sink: TransportSink, attempt: Attempt): void {
    const id = this.#newId();
    // A getter: the payload is read when it is sent. The library also sends it again by itself, after a close with 1000.
    const payload: SubscribePayload = {
      query: opening.query,
      operationName: opening.operationName ?? null,
      get variables() {
        return { ...opening.variables };
      },
    };
    this.#ids.set(payload, id);
    this.#sinks.set(id, sink);
    const stop = this.client.subscribe(payload, {
      next: (result) => void sink.next(result as GraphQLResult),
      error: (thrown) => {
        this.#sinks.delete(id);
        attempt.token = this.#socketToken;
        sink.ended(errorOf(thrown));
      },
      complete: () => {
        this.#sinks.delete(id);
        sink.ended(undefined);
      },
    });
    attempt.stop = () => {
      this.#sinks.delete(id);
      stop();
    };
    if (this.#acknowledged) sink.opened();
  }

  #renew(token: string | null): boolean {
    if (!this.#credentials.refuse(token)) return false;
    // A socket is authenticated once: the next attempt needs a new socket, unless another attempt has opened one.
    if (this.#acknowledged && this.#socketToken === token) this.client.terminate();
    return true;
  }

  /** Terminates a socket that does not answer a ping: a broken connection may report no error. */
  #watchPongs(pongWithinMs: number): void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stopTimer = (): void => clearTimeout(timer);
    this.client.on("ping", (received) => {
      if (received) return;
      stopTimer();
      timer = setTimeout(() => this.client.terminate(), pongWithinMs);
    });
    this.client.on("pong", stopTimer);
    this.client.on("closed", stopTimer);
  }

  #checkpoints(cursors: unknown): void {
    if (typeof cursors !== "object" || cursors === null) return;
    for (const [id, cursor] of Object.entries(cursors)) {
      if (typeof cursor === "string") this.#sinks.get(id)?.checkpoint(cursor);
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

/** Converts what the library reports: the errors of a refused operation, a close event, or a thrown value. */
function errorOf(thrown: unknown): LiveError {
  if (Array.isArray(thrown)) return errorOfFailures(thrown as GraphQLFailure[]);
  if (typeof thrown === "object" && thrown !== null && "code" in thrown && typeof thrown.code === "number") {
    const reason = "reason" in thrown && typeof thrown.reason === "string" ? thrown.reason : "";
    return errorOfClose(thrown.code, reason);
  }
  return errorOfThrown(thrown);
}
