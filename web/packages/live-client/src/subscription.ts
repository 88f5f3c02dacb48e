// One subscription over all its connections: takes events one at a time, moves its position behind each, and
// comes back from there. The only place that decides whether to come back.

import { delayBefore, type Backoff } from "./backoff.ts";
import { checkDocument } from "./document.ts";
import { errorOfFailures, LiveError, errorOfThrown } from "./errors.ts";
import { Position, type EventId, type LiveEvent } from "./position.ts";
import type { GraphQLRequest, GraphQLResult } from "./result.ts";
import type { Connection, Transport, TransportSink } from "./transport.ts";

export type LiveState = "connecting" | "live" | "reconnecting" | "ended";

/** What a user may want to see of a connection. */
export interface LiveStatus {
  readonly state: LiveState;
  /** What the last connection ended with; undefined while nothing is wrong. */
  readonly error: LiveError | undefined;
  /** Attempts to come back so far. */
  readonly attempt: number;
  /** How long until the next attempt; undefined while one runs. */
  readonly delayMs: number | undefined;
}

/** What has arrived so far. */
export interface LiveCounts {
  /** Events handed to the application. */
  events: number;
  /** Of these, read from the log after an absence. */
  replayed: number;
  /** Repetitions that were dropped. */
  duplicates: number;
  /** Connections that were made after the first one. */
  reconnects: number;
}

/** Who takes the events. */
export interface LiveHandlers<Data> {
  /** The next event. The position moves once this has returned, or its promise is fulfilled; the next event waits. */
  next(event: LiveEvent<Data>): void | Promise<void>;
  /** It ended and will not come back. */
  error?(error: LiveError): void;
  /** The server completed it. */
  complete?(): void;
  /** The connection changed. */
  status?(status: LiveStatus): void;
  /** The position moved; store it to go on after a restart. */
  moved?(cursor: string): void;
}

export interface SubscriptionOptions<Data = unknown> {
  /** The variable that the field's `after` is taken from; `after` by default. */
  readonly afterVariable: string;
  readonly eventId: EventId<Data>;
  /** How many event ids are remembered against repetitions; 1,000 by default. */
  readonly dedupWindow: number;
  /** How many events may wait for a slow handler before the connection is given up until it is done; 1,000 by default. */
  readonly maxWaiting: number;
  /** Attempts in a row before it ends; without limit by default. */
  readonly retryAttempts: number;
  readonly backoff: Backoff;
  /** A connection that held this long proves that all is well again; 10,000 by default. */
  readonly settledAfterMs: number;
  /** The cursor is too old: get a new snapshot and answer its cursor; null for "from now on". Without it that ends it. */
  readonly onExpired: (() => Promise<string | null>) | undefined;
}

/** Handle of a running subscription. */
export interface LiveSubscription {
  readonly status: LiveStatus;
  /** Behind the last processed event; null before the first position is known. */
  readonly cursor: string | null;
  readonly counts: Readonly<LiveCounts>;
  /** Ends it. Nothing is handed out after that. */
  close(): void;
  /** Does not wait any longer for the next attempt. */
  wake(): void;
}

/** New tokens in a row that may be refused. */
const RENEWALS = 2;

/** Ends of a connection: an error, or the server's `complete`. */
type End = LiveError | undefined;

export class Subscription<Data> implements LiveSubscription {
  readonly #transport: Transport;
  readonly #request: GraphQLRequest;
  readonly #handlers: LiveHandlers<Data>;
  readonly #options: SubscriptionOptions<Data>;
  readonly #position: Position<Data>;
  readonly counts: LiveCounts = { events: 0, replayed: 0, duplicates: 0, reconnects: 0 };

  #status: LiveStatus = { state: "connecting", error: undefined, attempt: 0, delayMs: undefined };
  /** Everything that arrived is handled in order, one after the other. */
  #work: Promise<void> = Promise.resolve();
  #waiting = 0;
  #attempt = 0;
  #renewals = 0;
  #openedAt: number | undefined;
  #connection: Connection | undefined;
  #wait: { timer: ReturnType<typeof setTimeout>; go: () => void } | undefined;

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

  get #over(): boolean {
    return this.#status.state === "ended";
  }

  start(): void {
    this.#show({ state: "connecting" });
    this.#connect();
  }

  close(): void {
    if (this.#over) return;
    this.#finish(undefined);
  }

  wake(): void {
    const wait = this.#wait;
    if (!wait) return;
    clearTimeout(wait.timer);
    wait.go();
  }

  #connect(): void {
    if (this.#over) return;
    this.#openedAt = undefined;
    const attempt = { ended: false };
    const { query, operationName } = this.#request;
    const subscription = this;
    this.#connection = this.#transport.open(
      {
        query,
        ...(operationName === undefined ? {} : { operationName }),
        // Read at the moment of sending: a library that sends again by itself sends the position of then.
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
    const open = (): boolean => !attempt.ended && !this.#over;
    const end = (end: End): void => {
      if (!open()) return;
      attempt.ended = true;
      // Decided after everything that came before has been processed: the position is right by then.
      void this.#enqueue(() => this.#ended(end));
    };
    return {
      opened: () => {
        if (open()) this.#opened();
      },
      next: (result, cursor) => {
        if (!open()) return Promise.resolve();
        if (isRefusal(result)) {
          this.#connection?.stop();
          end(errorOfFailures(result.errors ?? []));
          return Promise.resolve();
        }
        const done = this.#enqueue(() => this.#take(result as GraphQLResult<Data>, cursor));
        if (this.#waiting > this.#options.maxWaiting) {
          this.#connection?.stop();
          end(SLOW_HANDLER);
        }
        return done;
      },
      checkpoint: (cursor) => {
        if (open()) void this.#enqueue(() => this.#reach(cursor));
      },
      interrupted: (error) => {
        if (open()) this.#show({ state: "reconnecting", error });
      },
      ended: end,
    };
  }

  #enqueue(step: () => void | Promise<void>): Promise<void> {
    this.#waiting += 1;
    const done = this.#work.then(async () => {
      this.#waiting -= 1;
      if (!this.#over) await step();
    });
    this.#work = done;
    return done;
  }

  #opened(): void {
    if (this.#status.state === "live") return;
    if (this.#status.state === "reconnecting") this.counts.reconnects += 1;
    this.#openedAt = Date.now();
    this.#show({ state: "live", error: undefined });
  }

  async #take(result: GraphQLResult<Data>, transportCursor: string | undefined): Promise<void> {
    const event = this.#position.read(result, transportCursor);
    if (this.#position.knows(event)) {
      this.counts.duplicates += 1;
    } else {
      this.counts.events += 1;
      if (event.replayed) this.counts.replayed += 1;
      try {
        await this.#handlers.next(event);
      } catch (cause) {
        // The position stays before this event: a new subscription gets it again.
        const message = `the handler of events failed: ${cause instanceof Error ? cause.message : String(cause)}`;
        this.#finish(new LiveError(message, { code: "HANDLER_FAILED", remedy: "give-up", cause }));
        return;
      }
    }
    const before = this.#position.cursor;
    this.#position.processed(event);
    this.#moved(before);
  }

  #reach(cursor: string): void {
    const before = this.#position.cursor;
    this.#position.reached(cursor);
    this.#moved(before);
  }

  #moved(before: string | null): void {
    const { cursor } = this.#position;
    if (cursor === null || cursor === before) return;
    this.#settled();
    if (!this.#over) tell(() => this.#handlers.moved?.(cursor));
  }

  /** Things go forward: the next trouble is counted anew. */
  #settled(): void {
    this.#attempt = 0;
    this.#renewals = 0;
  }

  async #ended(end: End): Promise<void> {
    if (end === SLOW_HANDLER) return this.#comeBack(end, 0);
    if (end === undefined) return this.#complete();
    const held = this.#openedAt === undefined ? 0 : Date.now() - this.#openedAt;
    if (held >= this.#options.settledAfterMs) this.#settled();
    switch (end.remedy) {
      case "give-up":
        return this.#finish(end);
      case "retry":
        return this.#retry(end);
      case "sign-in":
        this.#renewals += 1;
        if (this.#renewals > RENEWALS || !this.#connection?.renew()) return this.#finish(end);
        return this.#comeBack(end, this.#renewals === 1 ? 0 : this.#delay(this.#renewals));
      case "snapshot":
        return this.#startOver(end);
    }
  }

  #retry(error: LiveError): void {
    this.#attempt += 1;
    if (this.#attempt > this.#options.retryAttempts) return this.#finish(error);
    this.#comeBack(error, this.#delay(this.#attempt));
  }

  async #startOver(error: LiveError): Promise<void> {
    const { onExpired } = this.#options;
    if (!onExpired) return this.#finish(error);
    this.#show({ state: "reconnecting", error });
    try {
      this.#position.moveTo(await onExpired());
    } catch (thrown) {
      // Coming back with the old cursor is refused again, and asks for the snapshot again.
      const cause = errorOfThrown(thrown);
      if (cause.remedy === "give-up") return this.#finish(cause);
      return this.#retry(cause);
    }
    this.#attempt += 1;
    if (this.#attempt > this.#options.retryAttempts) return this.#finish(error);
    this.#comeBack(error, this.#attempt === 1 ? 0 : this.#delay(this.#attempt - 1));
  }

  #delay(attempt: number): number {
    return delayBefore(attempt, this.#options.backoff);
  }

  #comeBack(error: LiveError, delayMs: number): void {
    if (this.#over) return;
    const go = (): void => {
      this.#wait = undefined;
      this.#show({ state: "reconnecting", error });
      this.#connect();
    };
    this.#wait = { timer: setTimeout(go, delayMs), go };
    this.#show({ state: "reconnecting", error, delayMs });
  }

  #complete(): void {
    this.#finish(undefined);
    tell(() => this.#handlers.complete?.());
  }

  #finish(error: End): void {
    if (this.#over) return;
    clearTimeout(this.#wait?.timer);
    this.#wait = undefined;
    this.#connection?.stop();
    this.#show({ state: "ended", error });
    if (error) tell(() => this.#handlers.error?.(error));
  }

  #show(change: Pick<LiveStatus, "state"> & Partial<LiveStatus>): void {
    this.#status = { error: this.#status.error, delayMs: undefined, ...change, attempt: this.#attempt };
    const status = this.#status;
    tell(() => this.#handlers.status?.(status));
  }
}

/** More events wait than may: the connection is given up, and the log read on from the position once they are done. */
const SLOW_HANDLER = new LiveError("the handler of events is slower than they come", {
  code: "SERVICE_UNAVAILABLE",
  remedy: "retry",
});

/** Calls the application. What it throws there is its own, reported as uncaught, and stops nothing here. */
function tell(call: () => void): void {
  try {
    call();
  } catch (thrown) {
    queueMicrotask(() => {
      throw thrown;
    });
  }
}

/** An operation that was refused, as event streams say it: errors, and neither data nor a position. */
function isRefusal(result: GraphQLResult): boolean {
  return result.data === undefined && (result.errors?.length ?? 0) > 0 && result.extensions?.["cursor"] === undefined;
}
