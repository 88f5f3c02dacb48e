// GraphQL over Server-Sent Events with the browser's `EventSource`: the browser reconnects by itself. It cannot send
// headers, so a signed-in stream is authenticated by a ticket, and the host name identifies the shop.

import { LiveError } from "./errors.ts";
import type { GraphQLResult } from "./result.ts";
import type { Connection, Opening, Transport, TransportSink } from "./transport.ts";

/** The used subset of `EventSource`. */
export interface EventSourceLike {
  readonly readyState: number;
  addEventListener(type: string, listener: (event: { data?: unknown; lastEventId?: string }) => void): void;
  close(): void;
}

export interface EventSourceTransportOptions {
  /** URL of the GraphQL endpoint; its host name identifies the shop. */
  readonly url: string | URL;
  /**
   * Gets a ticket for one stream (mutation `createStreamTicket`); null for a guest. Called for every new stream, not
   * when the browser resumes one.
   */
  readonly ticket?: () => string | null | Promise<string | null>;
  /** Opens a stream, if there is no global `EventSource`. */
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
    this.#streamUrl(opening).then(
      (url) => {
        if (stopped) return;
        source = this.#openSource(url);
        listen(source, sink);
      },
      (cause: unknown) => {
        if (stopped) return;
        const message = `no ticket for the stream: ${cause instanceof Error ? cause.message : String(cause)}`;
        sink.ended(cause instanceof LiveError ? cause : new LiveError(message, { ...NETWORK, cause }));
      },
    );
    // Every new stream gets a new ticket.
    return { stop, renew: () => this.#options.ticket !== undefined };
  }

  dispose(): void {}

  async #streamUrl({ query, operationName, variables }: Opening): Promise<string> {
    const ticket = (await this.#options.ticket?.()) ?? null;
    const url = new URL(this.#options.url);
    url.searchParams.set("query", query);
    url.searchParams.set("variables", JSON.stringify(variables));
    if (operationName !== undefined) url.searchParams.set("operationName", operationName);
    if (ticket !== null) url.searchParams.set("ticket", ticket);
    return url.href;
  }

  #openSource(url: string): EventSourceLike {
    if (this.#options.open) return this.#options.open(url);
    const { EventSource } = globalThis as { EventSource?: new (url: string) => EventSourceLike };
    if (!EventSource) throw new Error("there is no global EventSource: pass `open`");
    return new EventSource(url);
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
      sink.interrupted(new LiveError("the stream was interrupted; the browser reconnects", NETWORK));
    }
  });
}
