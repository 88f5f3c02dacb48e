// GraphQL over Server-Sent Events with `fetch`: headers, `Last-Event-ID`, and one event at a time. Reads on only when
// an event has been processed, so a slow page slows the stream instead of filling memory.

import { LiveError, errorOfStatus, errorOfThrown } from "./errors.ts";
import { EventStreamParser, type StreamBlock } from "./event-stream.ts";
import type { GraphQLResult } from "./result.ts";
import { Credentials, type Connection, type Opening, type TokenSource, type Transport, type TransportSink } from "./transport.ts";

export interface SseTransportOptions {
  /** The GraphQL address. */
  readonly url: string | URL;
  /** The access token, sent as `Authorization: Bearer`. */
  readonly token?: TokenSource;
  /** The shop's slug, when the host name does not say it. */
  readonly tenant?: string;
  /** Further headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Another `fetch`. */
  readonly fetch?: typeof fetch;
  /**
   * A stream that is silent for so long is taken for dead; 45,000 by default, three of the server's heartbeats.
   */
  readonly silenceMs?: number;
}

/** One stream. */
interface Attempt {
  readonly abort: AbortController;
  /** What it was opened with. */
  token: string | null;
}

/** The id of the block before a clean end; it is no cursor. */
const END_ID = "end";

/** One request, one stream, for every subscription. */
export class SseTransport implements Transport {
  readonly #options: SseTransportOptions;
  readonly #credentials: Credentials;

  constructor(options: SseTransportOptions) {
    this.#options = options;
    this.#credentials = new Credentials(options.token);
  }

  open(opening: Opening, sink: TransportSink): Connection {
    const abort = new AbortController();
    const attempt: Attempt = { abort, token: null };
    this.#run(opening, sink, attempt).then(
      (completed) => {
        if (!abort.signal.aborted) sink.ended(completed ? undefined : streamBroke());
      },
      (thrown: unknown) => {
        if (!abort.signal.aborted) sink.ended(errorOfThrown(thrown));
        else if (abort.signal.reason instanceof LiveError) sink.ended(abort.signal.reason);
      },
    );
    return { stop: () => abort.abort(), renew: () => this.#credentials.refuse(attempt.token) };
  }

  dispose(): void {}

  /** Whether the server has completed the operation; otherwise the stream just ended. */
  async #run(opening: Opening, sink: TransportSink, attempt: Attempt): Promise<boolean> {
    const { abort } = attempt;
    attempt.token = await this.#credentials.token();
    const response = await this.#request(opening, attempt);
    if (response.status === 204) return true;
    const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
    if (!response.ok || !isStream || !response.body) {
      throw errorOfStatus(response.status, await response.text());
    }
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    const parser = new EventStreamParser();
    try {
      for (;;) {
        const { done, value } = await this.#read(reader, abort);
        if (done) return false;
        for (const block of parser.push(decoder.decode(value, { stream: true }))) {
          if (block.event === "complete") return true;
          await take(block, sink);
          if (abort.signal.aborted) return false;
        }
      }
    } finally {
      reader.cancel().catch(() => {});
    }
  }

  #request(opening: Opening, { token, abort }: Attempt): Promise<Response> {
    const { query, operationName, variables, resumeAfter } = opening;
    const { url, tenant, headers, fetch: ask = fetch } = this.#options;
    return ask(url, {
      method: "POST",
      signal: abort.signal,
      headers: {
        accept: "text/event-stream",
        "content-type": "application/json",
        ...(tenant === undefined ? {} : { "x-tenant": tenant }),
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(resumeAfter === null ? {} : { "last-event-id": resumeAfter }),
        ...headers,
      },
      body: JSON.stringify({ query, operationName, variables }),
    });
  }

  /** Reads on, unless nothing comes for too long: a connection may be dead without anybody saying so. */
  async #read(
    reader: ReadableStreamDefaultReader<Uint8Array>,
    abort: AbortController,
  ): Promise<{ done: boolean; value?: Uint8Array | undefined }> {
    const silence = this.#options.silenceMs ?? 45_000;
    const timer = setTimeout(() => abort.abort(silent(silence)), silence);
    try {
      return await reader.read();
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Subscriptions over Server-Sent Events. */
export const sseTransport = (options: SseTransportOptions): SseTransport => new SseTransport(options);

/** Hands a block on; resolves when its event was processed. */
async function take(block: StreamBlock, sink: TransportSink): Promise<void> {
  if (block.event === "next" && block.data) {
    const result = JSON.parse(block.data) as GraphQLResult;
    if (result.data !== undefined) sink.opened();
    return sink.next(result, block.id);
  }
  if (block.data === undefined && block.id && block.id !== END_ID) {
    // The server says where the stream stands: the operation was accepted.
    sink.opened();
    sink.checkpoint(block.id);
  }
}

const streamBroke = (): LiveError =>
  new LiveError("the stream ended before the operation was complete", { code: "NETWORK", remedy: "retry" });

const silent = (silence: number): LiveError =>
  new LiveError(`nothing was heard for ${silence} ms`, { code: "NETWORK", remedy: "retry" });
