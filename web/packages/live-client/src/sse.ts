// GraphQL over Server-Sent Events with `fetch`: sends headers and `Last-Event-ID`, and delivers one event at a time.
// It reads on only when an event was processed: back-pressure, so that a slow page slows the stream instead of filling
// memory.

import { LiveError, errorOfStatus, errorOfThrown } from "./errors.ts";
import { EventStreamParser, type StreamBlock } from "./event-stream.ts";
import type { GraphQLResult } from "./result.ts";
import { Credentials, type Connection, type Opening, type TokenSource, type Transport, type TransportSink } from "./transport.ts";

export interface SseTransportOptions {
  /** URL of the GraphQL endpoint. */
  readonly url: string | URL;
  /** The access token, sent as `Authorization: Bearer`. */
  readonly token?: TokenSource;
  /** Slug of the shop, if the host name does not identify it. */
  readonly tenant?: string;
  /** Additional headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Replacement for the global `fetch`. */
  readonly fetch?: typeof fetch;
  /**
   * Time-out in milliseconds: a stream without data for this time counts as broken. 45,000 by default, three of the
   * server's heartbeats.
   */
  readonly silenceMs?: number;
}

/** One attempt: one request and its stream. */
interface Attempt {
  readonly abort: AbortController;
  /** Access token of the request. */
  token: string | null;
}

/** Id of the block before a clean end; not a cursor. */
const END_ID = "end";

/** Opens one request and one stream per subscription. */
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
        if (!abort.signal.aborted) sink.ended(completed ? undefined : streamEnded());
      },
      (thrown: unknown) => {
        if (!abort.signal.aborted) sink.ended(errorOfThrown(thrown));
        else if (abort.signal.reason instanceof LiveError) sink.ended(abort.signal.reason);
      },
    );
    return { stop: () => abort.abort(), renew: () => this.#credentials.refuse(attempt.token) };
  }

  dispose(): void {}

  /** Resolves to true if the server completed the operation, to false if the stream ended without that. */
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
          await deliver(block, sink);
          if (abort.signal.aborted) return false;
        }
      }
    } finally {
      reader.cancel().catch(() => {});
    }
  }

  #request(opening: Opening, { token, abort }: Attempt): Promise<Response> {
    const { query, operationName, variables, resumeAfter } = opening;
    const { url, tenant, headers, fetch: send = fetch } = this.#options;
    return send(url, {
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

  /** Reads the next chunk. Aborts after the time-out: a broken connection may report no error. */
  async #read(
    reader: ReadableStreamDefaultReader<Uint8Array>,
    abort: AbortController,
  ): Promise<{ done: boolean; value?: Uint8Array | undefined }> {
    const silence = this.#options.silenceMs ?? 45_000;
    const timer = setTimeout(() => abort.abort(timedOut(silence)), silence);
    try {
      return await reader.read();
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Subscriptions over Server-Sent Events. */
export const sseTransport = (options: SseTransportOptions): SseTransport => new SseTransport(options);

/** Delivers a block to the sink; resolves when its event was processed. */
async function deliver(block: StreamBlock, sink: TransportSink): Promise<void> {
  if (block.event === "next" && block.data) {
    const result = JSON.parse(block.data) as GraphQLResult;
    if (result.data !== undefined) sink.opened();
    return sink.next(result, block.id);
  }
  if (block.data === undefined && block.id && block.id !== END_ID) {
    // A position without an event: the server has accepted the operation.
    sink.opened();
    sink.checkpoint(block.id);
  }
}

const streamEnded = (): LiveError =>
  new LiveError("the stream ended before the operation was complete", { code: "NETWORK", remedy: "retry" });

const timedOut = (silence: number): LiveError =>
  new LiveError(`no data received for ${silence} ms`, { code: "NETWORK", remedy: "retry" });
