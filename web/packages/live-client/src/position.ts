// Where a subscription stands: the last processed cursor, and which events were seen. No input, no output.

import { extensionText, type GraphQLFailure, type GraphQLResult } from "./result.ts";

/** One event as it is handed to the application. */
export interface LiveEvent<Data = unknown> {
  /** Null when the event cannot be resolved; `errors` says why, and later events follow. */
  readonly data: Data | null;
  readonly errors: readonly GraphQLFailure[];
  readonly extensions: Readonly<Record<string, unknown>>;
  /** The position behind this event. */
  readonly cursor: string | undefined;
  /** What tells a repetition. */
  readonly id: string | undefined;
  /** It happened while this client was away, and was read from the log. */
  readonly replayed: boolean;
}

/** How the id of an event is found in its data. */
export type EventId<Data = unknown> = (data: Data) => string | undefined;

/** By default: `id` of the only field of the subscription. Select it, under that name. */
export function idOfRootField(data: unknown): string | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  for (const field of Object.values(data)) {
    const id: unknown = typeof field === "object" && field !== null && "id" in field ? field.id : undefined;
    if (typeof id === "string") return id;
  }
  return undefined;
}

export interface PositionOptions<Data> {
  /** Where to start; null for "now". */
  readonly after: string | null;
  readonly eventId: EventId<Data>;
  /** How many ids are remembered, the newest ones. */
  readonly window: number;
}

/** The position of one subscription over all its connections. */
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

  /** Behind the last event that was processed: resume here. Null before the first position is known. */
  get cursor(): string | null {
    return this.#cursor;
  }

  /** Reads what a transport has brought. */
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

  /** The application is done with an event: the position moves behind it. */
  processed(event: LiveEvent<Data>): void {
    if (event.id !== undefined) {
      this.#seen.delete(event.id);
      this.#seen.add(event.id);
      const [oldest] = this.#seen;
      if (this.#seen.size > this.#window && oldest !== undefined) this.#seen.delete(oldest);
    }
    if (event.cursor !== undefined) this.#cursor = event.cursor;
  }

  /** The server says that nothing up to here is for this subscription. */
  reached(cursor: string): void {
    this.#cursor = cursor;
  }

  /** Starts elsewhere: after a new snapshot. */
  moveTo(cursor: string | null): void {
    this.#cursor = cursor;
  }
}
