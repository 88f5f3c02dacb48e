// What applications call: subscriptions over one transport, by callbacks or as an async iterator.

import { DEFAULT_BACKOFF, type Backoff } from "./backoff.ts";
import type { LiveError } from "./errors.ts";
import { idOfRootField, type LiveEvent } from "./position.ts";
import type { GraphQLRequest } from "./result.ts";
import {
  Subscription, type LiveHandlers, type LiveSubscription, type SubscriptionOptions,
} from "./subscription.ts";
import type { Transport } from "./transport.ts";

/** Settings of a subscription; each has a default. */
export type LiveOptions<Data = unknown> = Partial<Omit<SubscriptionOptions<Data>, "backoff">> & {
  readonly backoff?: Partial<Backoff>;
};

export interface LiveClientOptions extends LiveOptions {
  readonly transport: Transport;
}

/** A subscription to loop over. Leaving the loop closes it. */
export interface LiveIterator<Data> extends AsyncIterableIterator<LiveEvent<Data>> {
  readonly subscription: LiveSubscription;
}

/** A page or a worker; elsewhere there is nothing to listen to. */
const surroundings = globalThis as {
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
    // A browser says when its network is back.
    surroundings.addEventListener?.("online", this.#wakeAll);
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
    const watched: LiveHandlers<Data> = {
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
    const subscription = new Subscription<Data>(this.transport, request, watched, settings);
    this.#open.add(subscription);
    subscription.start();
    return subscription;
  }

  /**
   * The same as a loop: `for await (const event of client.iterate(…))`. An event counts as processed when the loop
   * asks for the next one, so one that the loop is left with comes again after `subscription.cursor`. Ends when the
   * server completes the operation, throws when it cannot come back.
   */
  iterate<Data>(request: GraphQLRequest, options: LiveOptions<Data> = {}): LiveIterator<Data> {
    const feed = new Feed<Data>();
    const subscription = this.subscribe<Data>(request, feed, options);
    return feed.iterator(subscription);
  }

  /** Attempts that wait for their moment are made now. */
  wake(): void {
    for (const subscription of this.#open) subscription.wake();
  }

  /** Closes everything. */
  dispose(): void {
    surroundings.removeEventListener?.("online", this.#wakeAll);
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

/** Hands events from a subscription to a loop, one at a time. */
class Feed<Data> implements LiveHandlers<Data> {
  #offered: { event: LiveEvent<Data>; processed: () => void } | undefined;
  #taken: (() => void) | undefined;
  #asked: ((result: IteratorResult<LiveEvent<Data>>) => void) | undefined;
  #failed: ((error: LiveError) => void) | undefined;
  #error: LiveError | undefined;
  #done = false;

  next(event: LiveEvent<Data>): Promise<void> {
    return new Promise((processed) => {
      if (this.#asked) {
        this.#taken = processed;
        this.#answer({ done: false, value: event });
      } else {
        this.#offered = { event, processed };
      }
    });
  }

  error(error: LiveError): void {
    this.#error = error;
    this.#done = true;
    if (!this.#failed) return;
    this.#error = undefined;
    this.#failed(error);
  }

  complete(): void {
    this.#done = true;
    this.#answer({ done: true, value: undefined });
  }

  iterator(subscription: LiveSubscription): LiveIterator<Data> {
    const close = (): void => {
      this.#done = true;
      subscription.close();
      this.#offered = undefined;
      this.#answer({ done: true, value: undefined });
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
    this.#taken?.();
    this.#taken = undefined;
    const offered = this.#offered;
    if (offered) {
      this.#offered = undefined;
      this.#taken = offered.processed;
      return Promise.resolve({ done: false, value: offered.event });
    }
    const error = this.#error;
    this.#error = undefined;
    if (error) return Promise.reject(error);
    if (this.#done) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.#asked = resolve;
      this.#failed = reject;
    });
  }

  #answer(result: IteratorResult<LiveEvent<Data>>): void {
    const asked = this.#asked;
    this.#asked = undefined;
    this.#failed = undefined;
    asked?.(result);
  }
}
