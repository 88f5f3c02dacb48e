// GraphQL over Server-Sent Events with the browser's own `EventSource`: the browser connects again by itself. It
// cannot send headers, so a signed-in stream takes a ticket, and the shop is in the host name.

import { LiveError } from "./errors.ts";
import type { GraphQLResult } from "./result.ts";
import type { Connection, Opening, Transport, TransportSink } from "./transport.ts";

/** As much of an `EventSource` as is used. */
export interface EventSourceLike {
  readonly readyState: number;
  addEventListener(type: string, listener: (event: { data?: unknown; lastEventId?: string }) => void): void;
  close(): void;
}

export interface EventSourceTransportOptions {
  /** The GraphQL address; the host name says the shop. */
  readonly url: string | URL;
  /**
   * Gets a ticket for one stream (mutation `createStreamTicket`); null for a guest. Asked for every stream that is
   * opened anew, not when the browser resumes one.
   */
  readonly ticket?: () => string | null | Promise<string | null>;
  /** How a stream is opened, where there is no global `EventSource`. */
  readonly open?: (url: string) => EventSourceLike;
}

const CLOSED = 2;

export class EventSourceTransport implements Transport {
  readonly #options: EventSourceTransportOptions;

  constructor(options: EventSourceTransportOptions) {
    this.#options = options;
  }

  open(opening: Opening, sink: TransportSink): Connection {
    let stopped = false;
    let source: EventSourceLike | undefined;
    const stop = (): void => {
      stopped = true;
      source?.close();
    };
    this.#address(opening).then(
      (address) => {
        if (stopped) return;
        source = this.#source(address);
        listen(source, sink);
      },
      (cause: unknown) => {
        if (stopped) return;
        const message = `no ticket for the stream: ${cause instanceof Error ? cause.message : String(cause)}`;
        sink.ended(cause instanceof LiveError ? cause : new LiveError(message, { ...NETWORK, cause }));
      },
    );
    // The next stream takes another ticket anyway.
    return { stop, renew: () => this.#options.ticket !== undefined };
  }

  dispose(): void {}

  async #address({ query, operationName, variables }: Opening): Promise<string> {
    const ticket = (await this.#options.ticket?.()) ?? null;
    const address = new URL(this.#options.url);
    address.searchParams.set("query", query);
    address.searchParams.set("variables", JSON.stringify(variables));
    if (operationName !== undefined) address.searchParams.set("operationName", operationName);
    if (ticket !== null) address.searchParams.set("ticket", ticket);
    return address.href;
  }

  #source(address: string): EventSourceLike {
    if (this.#options.open) return this.#options.open(address);
    const { EventSource } = globalThis as { EventSource?: new (address: string) => EventSourceLike };
    if (!EventSource) throw new Error("there is no EventSource here: give `open`");
    return new EventSource(address);
  }
}

/** Subscriptions over the browser's `EventSource`. */
export const eventSourceTransport = (options: EventSourceTransportOptions): EventSourceTransport =>
  new EventSourceTransport(options);

const NETWORK = { code: "NETWORK", remedy: "retry" } as const;

function listen(source: EventSourceLike, sink: TransportSink): void {
  source.addEventListener("open", () => sink.opened());
  source.addEventListener("next", ({ data, lastEventId }) => {
    const result = JSON.parse(String(data)) as GraphQLResult;
    void sink.next(result, lastEventId || undefined);
  });
  source.addEventListener("complete", () => {
    source.close();
    sink.ended(undefined);
  });
  source.addEventListener("error", () => {
    if (source.readyState === CLOSED) {
      sink.ended(new LiveError("the stream was refused or closed", NETWORK));
    } else {
      sink.interrupted(new LiveError("the stream broke; the browser connects again", NETWORK));
    }
  });
}
