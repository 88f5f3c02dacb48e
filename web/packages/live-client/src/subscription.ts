// One subscription across all its connections: processes events one at a time, moves its position after each, and
// resumes from there. The only place that decides whether to reconnect.

import { delayBefore, type Backoff } from "./backoff.ts";
import { checkDocument } from "./document.ts";
import { errorOfFailures, LiveError, errorOfThrown } from "./errors.ts";
import { Position, type EventId, type LiveEvent } from "./position.ts";
import type { GraphQLRequest, GraphQLResult } from "./result.ts";
import type { Connection, Transport, TransportSink } from "./transport.ts";

export type LiveState = "connecting" | "live" | "reconnecting" | "ended";

/** Connection status, as a user interface may show it. */
export interface LiveStatus {
  readonly state: LiveState;
  /** The error that ended the last connection; undefined while the connection works. */
  readonly error: LiveError | undefined;
  /** Attempts to reconnect so far. */
  readonly attempt: number;
  /** Delay until the next attempt; undefined while one runs. */
  readonly delayMs: number | undefined;
}

/** Counts of events and connections so far. */
export interface LiveCounts {
  /** Events delivered to the application. */
  events: number;
  /** Of these, read from the log after a disconnection. */
  replayed: number;
  /** Duplicates that were dropped. */
  duplicates: number;
  /** Connections after the first one. */
  reconnects: number;
}

/** Callbacks of the application. */
export interface LiveHandlers<Data> {
  /** Handles an event. The position moves once this has returned, or its promise is fulfilled; the next event waits. */
  next(event: LiveEvent<Data>): void | Promise<void>;
  /** The subscription ended for good. */
  error?(error: LiveError): void;
  /** The server completed the operation. */
  complete?(): void;
  /** The connection status changed. */
  status?(status: LiveStatus): void;
  /** The position moved: store it to resume after a restart. */
  moved?(cursor: string): void;
}

export interface SubscriptionOptions<Data = unknown> {
  /** Variable that the document passes to `after`; `after` by default. */
  readonly afterVariable: string;
  readonly eventId: EventId<Data>;
  /** Number of event ids kept to drop duplicates; 1,000 by default. */
  readonly dedupWindow: number;
  /**
   * Most events that may wait for a slow handler; 1,000 by default. Beyond that the connection is closed until they are
   * processed.
   */
  readonly maxWaiting: number;
  /** Failed attempts in a row before it ends; unlimited by default. */
  readonly retryAttempts: number;
  readonly backoff: Backoff;
  /** A connection that lasted this long resets the count of attempts; in milliseconds, 10,000 by default. */
  readonly settledAfterMs: number;
  /**
   * Called when the cursor has expired: read a new snapshot and return its cursor; null to resume from now on. Without
   * it, an expired cursor ends the subscription.
   */
  readonly onExpired: (() => Promise<string | null>) | undefined;
}

/** Handle of a running subscription. */
export interface LiveSubscription {
  readonly status: LiveStatus;
  /** Cursor after the last processed event; null until the first position is known. */
  readonly cursor: string | null;
  readonly counts: Readonly<LiveCounts>;
  /** Ends the subscription. No event is delivered after that. */
  close(): void;
  /** Skips the delay before the next attempt. */
  wake(): void;
}

/** Most refused tokens in a row that are replaced. */
const MAX_TOKEN_RENEWALS = 2;

/** Why a connection ended: an error, or undefined for the server's `complete`. */
type EndReason = LiveError | undefined;

export class Subscription<Data> implements LiveSubscription {
  readonly #transport: Transport;
  readonly #request: GraphQLRequest;
  readonly #handlers: LiveHandlers<Data>;
  readonly #options: SubscriptionOptions<Data>;
  readonly #position: Position<Data>;
  readonly counts: LiveCounts = { events: 0, replayed: 0, duplicates: 0, reconnects: 0 };

  #status: LiveStatus = { state: "connecting", error: undefined, attempt: 0, delayMs: undefined };
  /** Everything that arrived is processed in order, one at a time. */
  #queue: Promise<void> = Promise.resolve();
  #queued = 0;
  #attempt = 0;
  #tokenRenewals = 0;
  #openedAt: number | undefined;
  #connection: Connection | undefined;
  #pendingRetry: { timer: ReturnType<typeof setTimeout>; retry: () => void } | undefined;

  constructor(
    transport: Transport,
    request: GraphQLRequest,
    handlers: LiveHandlers<Data>,
    options: SubscriptionOptions<Data>,
  ) {
    checkDocument(request.query, options.afterVariable, request.operationName);
    this.#transport = transport;
    this.#request = request;
    this.#handlers = handlers;
    this.#options = options;
    const after = request.variables?.[options.afterVariable];
    this.#position = new Position({
      after: typeof after === "string" ? after : null,
      eventId: options.eventId,
      window: options.dedupWindow,
    });
  }

  get status(): LiveStatus {
    return this.#status;
  }

  get cursor(): string | null {
    return this.#position.cursor;
  }

  get #isEnded(): boolean {
    return this.#status.state === "ended";
  }

  start(): void {
    this.#setStatus({ state: "connecting" });
    this.#connect();
  }

  close(): void {
    if (this.#isEnded) return;
    this.#finish(undefined);
  }

  wake(): void {
    const pending = this.#pendingRetry;
    if (!pending) return;
    clearTimeout(pending.timer);
    pending.retry();
  }

  #connect(): void {
    if (this.#isEnded) return;
    this.#openedAt = undefined;
    const attempt = { ended: false };
    const { query, operationName } = this.#request;
    const subscription = this;
    this.#connection = this.#transport.open(
      {
        query,
        ...(operationName === undefined ? {} : { operationName }),
        // Read when the operation is sent: a library that sends it again by itself sends the current position.
        get variables() {
          return subscription.#variables();
        },
        get resumeAfter() {
          return subscription.#position.cursor;
        },
      },
      this.#sink(attempt),
    );
  }

  #variables(): Record<string, unknown> {
    return { ...this.#request.variables, [this.#options.afterVariable]: this.#position.cursor };
  }

  #sink(attempt: { ended: boolean }): TransportSink {
    const isOpen = (): boolean => !attempt.ended && !this.#isEnded;
    const end = (end: EndReason): void => {
      if (!isOpen()) return;
      attempt.ended = true;
      // Handled after everything that arrived before: only then is the position up to date.
      void this.#enqueue(() => this.#ended(end));
    };
    return {
      opened: () => {
        if (isOpen()) this.#opened();
      },
      next: (result, cursor) => {
        if (!isOpen()) return Promise.resolve();
        if (isRefusal(result)) {
          this.#connection?.stop();
          end(errorOfFailures(result.errors ?? []));
          return Promise.resolve();
        }
        const done = this.#enqueue(() => this.#process(result as GraphQLResult<Data>, cursor));
        if (this.#queued > this.#options.maxWaiting) {
          this.#connection?.stop();
          end(SLOW_HANDLER);
        }
        return done;
      },
      checkpoint: (cursor) => {
        if (isOpen()) void this.#enqueue(() => this.#checkpoint(cursor));
      },
      interrupted: (error) => {
        if (isOpen()) this.#setStatus({ state: "reconnecting", error });
      },
      ended: end,
    };
  }

  #enqueue(step: () => void | Promise<void>): Promise<void> {
    this.#queued += 1;
    const done = this.#queue.then(async () => {
      this.#queued -= 1;
      if (!this.#isEnded) await step();
    });
    this.#queue = done;
    return done;
  }

  #opened(): void {
    if (this.#status.state === "live") return;
    if (this.#status.state === "reconnecting") this.counts.reconnects += 1;
    this.#openedAt = Date.now();
    this.#setStatus({ state: "live", error: undefined });
  }

  async #process(result: GraphQLResult<Data>, transportCursor: string | undefined): Promise<void> {
    const event = this.#position.read(result, transportCursor);
    if (this.#position.knows(event)) {
      this.counts.duplicates += 1;
    } else {
      this.counts.events += 1;
      if (event.replayed) this.counts.replayed += 1;
      try {
        await this.#handlers.next(event);
      } catch (cause) {
        // The position stays before this event: a new subscription receives it again.
        const message = `the event handler failed: ${cause instanceof Error ? cause.message : String(cause)}`;
        this.#finish(new LiveError(message, { code: "HANDLER_FAILED", remedy: "give-up", cause }));
        return;
      }
    }
    const before = this.#position.cursor;
    this.#position.processed(event);
    this.#moved(before);
  }

  #checkpoint(cursor: string): void {
    const before = this.#position.cursor;
    this.#position.reached(cursor);
    this.#moved(before);
  }

  #moved(before: string | null): void {
    const { cursor } = this.#position;
    if (cursor === null || cursor === before) return;
    this.#resetAttempts();
    if (!this.#isEnded) callHandler(() => this.#handlers.moved?.(cursor));
  }

  /** The subscription makes progress: the next failure starts with the shortest delay. */
  #resetAttempts(): void {
    this.#attempt = 0;
    this.#tokenRenewals = 0;
  }

  async #ended(end: EndReason): Promise<void> {
    if (end === SLOW_HANDLER) return this.#reconnectAfter(end, 0);
    if (end === undefined) return this.#complete();
    const openMs = this.#openedAt === undefined ? 0 : Date.now() - this.#openedAt;
    if (openMs >= this.#options.settledAfterMs) this.#resetAttempts();
    switch (end.remedy) {
      case "give-up":
        return this.#finish(end);
      case "retry":
        return this.#retry(end);
      case "sign-in":
        this.#tokenRenewals += 1;
        if (this.#tokenRenewals > MAX_TOKEN_RENEWALS || !this.#connection?.renew()) return this.#finish(end);
        return this.#reconnectAfter(end, this.#tokenRenewals === 1 ? 0 : this.#delay(this.#tokenRenewals));
      case "snapshot":
        return this.#readSnapshot(end);
    }
  }

  #retry(error: LiveError): void {
    this.#attempt += 1;
    if (this.#attempt > this.#options.retryAttempts) return this.#finish(error);
    this.#reconnectAfter(error, this.#delay(this.#attempt));
  }

  async #readSnapshot(error: LiveError): Promise<void> {
    const { onExpired } = this.#options;
    if (!onExpired) return this.#finish(error);
    this.#setStatus({ state: "reconnecting", error });
    try {
      this.#position.moveTo(await onExpired());
    } catch (thrown) {
      // The next attempt sends the old cursor, is refused again, and so reads the snapshot again.
      const cause = errorOfThrown(thrown);
      if (cause.remedy === "give-up") return this.#finish(cause);
      return this.#retry(cause);
    }
    this.#attempt += 1;
    if (this.#attempt > this.#options.retryAttempts) return this.#finish(error);
    this.#reconnectAfter(error, this.#attempt === 1 ? 0 : this.#delay(this.#attempt - 1));
  }

  #delay(attempt: number): number {
    return delayBefore(attempt, this.#options.backoff);
  }

  #reconnectAfter(error: LiveError, delayMs: number): void {
    if (this.#isEnded) return;
    const retry = (): void => {
      this.#pendingRetry = undefined;
      this.#setStatus({ state: "reconnecting", error });
      this.#connect();
    };
    this.#pendingRetry = { timer: setTimeout(retry, delayMs), retry };
    this.#setStatus({ state: "reconnecting", error, delayMs });
  }

  #complete(): void {
    this.#finish(undefined);
    callHandler(() => this.#handlers.complete?.());
  }

  #finish(error: EndReason): void {
    if (this.#isEnded) return;
    clearTimeout(this.#pendingRetry?.timer);
    this.#pendingRetry = undefined;
    this.#connection?.stop();
    this.#setStatus({ state: "ended", error });
    if (error) callHandler(() => this.#handlers.error?.(error));
  }

  #setStatus(change: Pick<LiveStatus, "state"> & Partial<LiveStatus>): void {
    this.#status = { error: this.#status.error, delayMs: undefined, ...change, attempt: this.#attempt };
    const status = this.#status;
    callHandler(() => this.#handlers.status?.(status));
  }
}

/** Too many events wait: the connection is closed, and the log is read from the position once they are processed. */
const SLOW_HANDLER = new LiveError("the event handler is slower than the events arrive", {
  code: "SERVICE_UNAVAILABLE",
  remedy: "retry",
});

/** Calls the application. An error that it throws is reported as uncaught, and stops nothing here. */
function callHandler(call: () => void): void {
  try {
    call();
  } catch (thrown) {
    queueMicrotask(() => {
      throw thrown;
    });
  }
}

/** Whether the result refuses the operation, as event streams report it: errors, but neither data nor a position. */
function isRefusal(result: GraphQLResult): boolean {
  return result.data === undefined && (result.errors?.length ?? 0) > 0 && result.extensions?.["cursor"] === undefined;
}
