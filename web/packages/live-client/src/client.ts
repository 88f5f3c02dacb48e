// Entry point of applications: subscriptions over one transport, by callbacks or as an async iterator.

import { DEFAULT_BACKOFF, type Backoff } from "./backoff.ts";
import type { LiveError } from "./errors.ts";
import { idOfRootField, type LiveEvent } from "./position.ts";
import type { GraphQLRequest } from "./result.ts";
import {
  Subscription, type LiveHandlers, type LiveSubscription, type SubscriptionOptions,
} from "./subscription.ts";
import type { Transport } from "./transport.ts";

/** Options of a subscription; each has a default. */
export type LiveOptions<Data = unknown> = Partial<Omit<SubscriptionOptions<Data>, "backoff">> & {
  readonly backoff?: Partial<Backoff>;
};

export interface LiveClientOptions extends LiveOptions {
  readonly transport: Transport;
}

/** A subscription as an async iterator. Leaving the loop closes it. */
export interface LiveIterator<Data> extends AsyncIterableIterator<LiveEvent<Data>> {
  readonly subscription: LiveSubscription;
}

/** Pages and workers have these; other environments have no `online` event. */
const environment = globalThis as {
  addEventListener?(type: "online", listener: () => void): void;
  removeEventListener?(type: "online", listener: () => void): void;
};

export class LiveClient {
  readonly transport: Transport;
  readonly #defaults: LiveOptions;
  readonly #open = new Set<LiveSubscription>();
  readonly #wakeAll = (): void => this.wake();

  constructor({ transport, ...defaults }: LiveClientOptions) {
    this.transport = transport;
    this.#defaults = defaults;
    // Browsers fire `online` when the network is back: reconnect at once.
    environment.addEventListener?.("online", this.#wakeAll);
  }

  /** The running subscriptions. */
  get subscriptions(): readonly LiveSubscription[] {
    return [...this.#open];
  }

  /** Runs a subscription until it is closed. Throws when its document cannot resume. */
  subscribe<Data>(
    request: GraphQLRequest,
    handlers: LiveHandlers<Data>,
    options: LiveOptions<Data> = {},
  ): LiveSubscription {
    const tracked: LiveHandlers<Data> = {
      next: (event) => handlers.next(event),
      error: (error) => handlers.error?.(error),
      complete: () => handlers.complete?.(),
      moved: (cursor) => handlers.moved?.(cursor),
      status: (status) => {
        if (status.state === "ended") this.#open.delete(subscription);
        handlers.status?.(status);
      },
    };
    const settings = withDefaults<Data>({ ...(this.#defaults as LiveOptions<Data>), ...options });
    const subscription = new Subscription<Data>(this.transport, request, tracked, settings);
    this.#open.add(subscription);
    subscription.start();
    return subscription;
  }

  /**
   * The same as an async iterator: `for await (const event of client.iterate(…))`. An event counts as processed when the
   * loop asks for the next one; so an event during which the loop is left is delivered again after
   * `subscription.cursor`. Ends when the server completes the operation; throws when the subscription ends for good.
   */
  iterate<Data>(request: GraphQLRequest, options: LiveOptions<Data> = {}): LiveIterator<Data> {
    const bridge = new IteratorBridge<Data>();
    const subscription = this.subscribe<Data>(request, bridge, options);
    return bridge.iterator(subscription);
  }

  /** Subscriptions that wait for their next attempt reconnect now. */
  wake(): void {
    for (const subscription of this.#open) subscription.wake();
  }

  /** Closes all subscriptions and the transport. */
  dispose(): void {
    environment.removeEventListener?.("online", this.#wakeAll);
    for (const subscription of this.#open) subscription.close();
    this.transport.dispose();
  }
}

export function withDefaults<Data>(options: LiveOptions<Data>): SubscriptionOptions<Data> {
  return {
    afterVariable: options.afterVariable ?? "after",
    eventId: options.eventId ?? idOfRootField,
    dedupWindow: options.dedupWindow ?? 1_000,
    maxWaiting: options.maxWaiting ?? 1_000,
    retryAttempts: options.retryAttempts ?? Infinity,
    backoff: { ...DEFAULT_BACKOFF, ...options.backoff },
    settledAfterMs: options.settledAfterMs ?? 10_000,
    onExpired: options.onExpired,
  };
}

/** Passes events from a subscription to an async iterator, one at a time. */
class IteratorBridge<Data> implements LiveHandlers<Data> {
  #pending: { event: LiveEvent<Data>; processed: () => void } | undefined;
  #markProcessed: (() => void) | undefined;
  #resolveNext: ((result: IteratorResult<LiveEvent<Data>>) => void) | undefined;
  #rejectNext: ((error: LiveError) => void) | undefined;
  #error: LiveError | undefined;
  #done = false;

  next(event: LiveEvent<Data>): Promise<void> {
    return new Promise((processed) => {
      if (this.#resolveNext) {
        this.#markProcessed = processed;
        this.#settle({ done: false, value: event });
      } else {
        this.#pending = { event, processed };
      }
    });
  }

  error(error: LiveError): void {
    this.#error = error;
    this.#done = true;
    if (!this.#rejectNext) return;
    this.#error = undefined;
    this.#rejectNext(error);
  }

  complete(): void {
    this.#done = true;
    this.#settle({ done: true, value: undefined });
  }

  iterator(subscription: LiveSubscription): LiveIterator<Data> {
    const close = (): void => {
      this.#done = true;
      subscription.close();
      this.#pending = undefined;
      this.#settle({ done: true, value: undefined });
    };
    return {
      subscription,
      next: () => this.#pull(),
      return: () => {
        close();
        return Promise.resolve({ done: true, value: undefined });
      },
      throw: (error: unknown) => {
        close();
        return Promise.reject(error instanceof Error ? error : new Error(String(error)));
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  #pull(): Promise<IteratorResult<LiveEvent<Data>>> {
    this.#markProcessed?.();
    this.#markProcessed = undefined;
    const pending = this.#pending;
    if (pending) {
      this.#pending = undefined;
      this.#markProcessed = pending.processed;
      return Promise.resolve({ done: false, value: pending.event });
    }
    const error = this.#error;
    this.#error = undefined;
    if (error) return Promise.reject(error);
    if (this.#done) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.#resolveNext = resolve;
      this.#rejectNext = reject;
    });
  }

  #settle(result: IteratorResult<LiveEvent<Data>>): void {
    const resolve = this.#resolveNext;
    this.#resolveNext = undefined;
    this.#rejectNext = undefined;
    resolve?.(result);
  }
}
