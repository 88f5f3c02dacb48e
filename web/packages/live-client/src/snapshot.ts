// Snapshot, then subscribe: a list with the position as of that list, and every change after it. No change between the
// two is lost, and a position that has expired is replaced by a new snapshot.

import { delayBefore } from "./backoff.ts";
import { withDefaults, type LiveClient, type LiveOptions } from "./client.ts";
import { errorOfThrown, type LiveError } from "./errors.ts";
import type { LiveEvent } from "./position.ts";
import type { GraphQLRequest } from "./result.ts";
import type { LiveStatus, LiveSubscription } from "./subscription.ts";

/** Why the state changed. */
export type Change<Data> = { readonly kind: "snapshot" } | { readonly kind: "event"; readonly event: LiveEvent<Data> };

export interface SnapshotThenSubscribe<State, Data> {
  /** Reads the list: `orders { nodes { … } eventCursor }`. */
  readonly snapshot: () => Promise<State>;
  /** The position as of that list; null to subscribe from now on. */
  readonly cursorOf: (state: State) => string | null;
  /** The subscription; its variable for `after` is filled in. */
  readonly subscription: GraphQLRequest;
  /** Applies one event to the state. Set absolute values, not differences: then duplicates do no harm. */
  readonly merge: (state: State, event: LiveEvent<Data>) => State;
  /** Called with every new state. */
  readonly changed: (state: State, change: Change<Data>) => void | Promise<void>;
  readonly status?: (status: LiveStatus) => void;
  /** Called when it ended for good. */
  readonly error?: (error: LiveError) => void;
  readonly options?: Omit<LiveOptions<Data>, "onExpired">;
}

export interface LiveList<State> {
  /** Undefined until the first snapshot was read. */
  readonly state: State | undefined;
  /** Undefined until the first snapshot was read. */
  readonly subscription: LiveSubscription | undefined;
  close(): void;
}

export function snapshotThenSubscribe<State, Data>(
  client: LiveClient,
  list: SnapshotThenSubscribe<State, Data>,
): LiveList<State> {
  const running = new RunningList(client, list);
  void running.start();
  return running;
}

class RunningList<State, Data> implements LiveList<State> {
  state: State | undefined;
  subscription: LiveSubscription | undefined;
  readonly #client: LiveClient;
  readonly #list: SnapshotThenSubscribe<State, Data>;
  #closed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(client: LiveClient, list: SnapshotThenSubscribe<State, Data>) {
    this.#client = client;
    this.#list = list;
  }

  /** Reads the first snapshot, with retries, and subscribes after it. */
  async start(attempt = 1): Promise<void> {
    this.#list.status?.({ state: "connecting", error: undefined, attempt: attempt - 1, delayMs: undefined });
    try {
      const after = await this.#read();
      if (!this.#closed) this.#subscribe(after);
    } catch (thrown) {
      if (!this.#closed) this.#failed(errorOfThrown(thrown), attempt);
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    if (this.subscription) this.subscription.close();
    else this.#list.status?.({ state: "ended", error: undefined, attempt: 0, delayMs: undefined });
  }

  async #read(): Promise<string | null> {
    const state = await this.#list.snapshot();
    if (this.#closed) return null;
    this.state = state;
    await this.#list.changed(state, { kind: "snapshot" });
    return this.#list.cursorOf(state);
  }

  #failed(error: LiveError, attempt: number): void {
    const { retryAttempts, backoff } = withDefaults(this.#list.options ?? {});
    if (error.remedy === "give-up" || error.remedy === "sign-in" || attempt > retryAttempts) {
      this.#list.status?.({ state: "ended", error, attempt, delayMs: undefined });
      this.#list.error?.(error);
      return;
    }
    const delayMs = delayBefore(attempt, backoff);
    this.#list.status?.({ state: "reconnecting", error, attempt, delayMs });
    this.#timer = setTimeout(() => void this.start(attempt + 1), delayMs);
  }

  #subscribe(after: string | null): void {
    const { subscription: request, status, error, options } = this.#list;
    const { afterVariable } = withDefaults(options ?? {});
    this.subscription = this.#client.subscribe<Data>(
      { ...request, variables: { ...request.variables, [afterVariable]: after } },
      {
        next: (event) => this.#apply(event),
        ...(status ? { status } : {}),
        ...(error ? { error } : {}),
      },
      { ...options, onExpired: () => this.#read() },
    );
  }

  async #apply(event: LiveEvent<Data>): Promise<void> {
    if (this.state === undefined) return;
    this.state = this.#list.merge(this.state, event);
    await this.#list.changed(this.state, { kind: "event", event });
  }
}
