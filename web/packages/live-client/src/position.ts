// Position of a subscription in its stream: the last processed cursor and the ids of recent events. Pure: no I/O.

import { extensionText, type GraphQLFailure, type GraphQLResult } from "./result.ts";

/** One event as delivered to the application. */
export interface LiveEvent<Data = unknown> {
  /** Null if the event cannot be resolved: `errors` has the reason, and later events follow. */
  readonly data: Data | null;
  readonly errors: readonly GraphQLFailure[];
  readonly extensions: Readonly<Record<string, unknown>>;
  /** Cursor of the position after this event. */
  readonly cursor: string | undefined;
  /** Identifies duplicates of this event. */
  readonly id: string | undefined;
  /** True if the event happened while this client was disconnected, and was read from the log. */
  readonly replayed: boolean;
}

/** Extracts the id of an event from its data. */
export type EventId<Data = unknown> = (data: Data) => string | undefined;

/** The default: `id` of the subscription's root field. The document must select it, under that name. */
export function idOfRootField(data: unknown): string | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  for (const field of Object.values(data)) {
    const id: unknown = typeof field === "object" && field !== null && "id" in field ? field.id : undefined;
    if (typeof id === "string") return id;
  }
  return undefined;
}

export interface PositionOptions<Data> {
  /** Cursor to start after; null to start now. */
  readonly after: string | null;
  readonly eventId: EventId<Data>;
  /** Number of event ids kept for deduplication, the newest ones. */
  readonly window: number;
}

/** The position of one subscription, across all its connections. */
export class Position<Data> {
  #cursor: string | null;
  readonly #eventId: EventId<Data>;
  readonly #window: number;
  /** In order of arrival: the oldest is dropped first. */
  readonly #seen = new Set<string>();

  constructor(options: PositionOptions<Data>) {
    this.#cursor = options.after;
    this.#eventId = options.eventId;
    this.#window = options.window;
  }

  /** Cursor after the last processed event: resume here. Null until the first position is known. */
  get cursor(): string | null {
    return this.#cursor;
  }

  /** Converts a result of a transport to an event. */
  read(result: GraphQLResult<Data>, transportCursor?: string): LiveEvent<Data> {
    const data = result.data ?? null;
    const cursor = extensionText(result.extensions, "cursor") ?? transportCursor;
    return {
      data,
      errors: result.errors ?? [],
      extensions: result.extensions ?? {},
      cursor,
      id: (data === null ? undefined : this.#eventId(data)) ?? cursor,
      replayed: result.extensions?.["replayed"] === true,
    };
  }

  /** Whether an event was processed before. */
  knows(event: LiveEvent<Data>): boolean {
    return event.id !== undefined && this.#seen.has(event.id);
  }

  /** The application has processed an event: the position moves after it. */
  processed(event: LiveEvent<Data>): void {
    if (event.id !== undefined) {
      this.#seen.delete(event.id);
      this.#seen.add(event.id);
      const [oldest] = this.#seen;
      if (this.#seen.size > this.#window && oldest !== undefined) this.#seen.delete(oldest);
    }
    if (event.cursor !== undefined) this.#cursor = event.cursor;
  }

  /** A checkpoint of the server: no event up to here matches this subscription. */
  reached(cursor: string): void {
    this.#cursor = cursor;
  }

  /** Continues from another position, after a new snapshot. */
  moveTo(cursor: string | null): void {
    this.#cursor = cursor;
  }
}
