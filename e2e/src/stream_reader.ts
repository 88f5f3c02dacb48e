// Streams over POST with `fetch`, without a client library: Server-Sent Events and multipart responses
// (`subscriptionSpec=1.0`), each with its rules for resuming.

import type { Client, GraphQLFailure } from "./client.ts";
import { backOff, LiveFeed, type Next, type WatchOptions } from "./live.ts";

export const watchByFetch = <Node>(client: Client, query: string, options: WatchOptions = {}): LiveFeed<Node> =>
  watchStream(EVENT_STREAM, client, query, options);

export const watchOverMultipart = <Node>(client: Client, query: string, options: WatchOptions = {}): LiveFeed<Node> =>
  watchStream(MULTIPART, client, query, options);

/** Format of a streamed response body. */
interface Format {
  accept: string;
  delimiter: string;
  take: <Node>(part: string, reader: Reader<Node>) => void;
}

const EVENT_STREAM: Format = { accept: "text/event-stream", delimiter: "\n\n", take: takeBlock };

const MULTIPART: Format = {
  accept: "multipart/mixed;subscriptionSpec=1.0, application/json",
  delimiter: "\r\n--graphql",
  take: takePart,
};

function watchStream<Node>(format: Format, client: Client, query: string, options: WatchOptions): LiveFeed<Node> {
  const feed = new LiveFeed<Node>();
  const reader = new Reader(format, client, query, options, feed);
  feed.cut = () => reader.breaker.abort();
  feed.close = () => reader.close();
  feed.stall = () => (reader.reading = new Promise((resolve) => (feed.readOn = resolve)));
  void reader.run();
  return feed;
}

class Reader<Node> {
  breaker = new AbortController();
  lastId: string | undefined;
  /** Reading pauses until this resolves. */
  reading: Promise<void> = Promise.resolve();
  /** The server ended the stream with an error and the client may reconnect. */
  interrupted = false;
  #closed = false;
  /** Number of consecutive connections without data. */
  #failed = 0;

  constructor(
    readonly format: Format,
    readonly client: Client,
    readonly query: string,
    readonly options: WatchOptions,
    readonly feed: LiveFeed<Node>,
  ) {
    this.lastId = options.lastEventId;
  }

  close(): void {
    this.#closed = true;
    this.breaker.abort();
  }

  async run(): Promise<void> {
    while (this.feed.ended === undefined) {
      let why = "the stream ended";
      try {
        await this.#connect();
      } catch (error) {
        why = String(error);
      }
      if (this.#closed) return;
      if (!this.options.resumes) return this.feed.end(why);
      await backOff(this.#failed);
      this.#failed += 1;
      this.breaker = new AbortController();
    }
  }

  /** Runs one connection to its end. */
  async #connect(): Promise<void> {
    const response = await fetch(this.options.at ?? this.client.address, {
      method: "POST",
      headers: {
        accept: this.format.accept,
        "content-type": "application/json",
        ...(this.lastId === undefined ? {} : { "last-event-id": this.lastId }),
        ...this.client.headers(),
      },
      body: JSON.stringify({ query: this.query, variables: this.options.variables ?? {} }),
      signal: this.breaker.signal,
    });
    if (!response.ok || !response.body) {
      const text = await response.text();
      this.options.onFrame?.(text);
      return this.feed.end(`refused with ${response.status}`, failuresIn(text));
    }
    this.interrupted = false;
    let text = "";
    for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
      this.options.onFrame?.(piece);
      const parts = (text + piece).split(this.format.delimiter);
      text = parts.pop() ?? "";
      for (const part of parts) this.format.take(part, this);
      if (parts.length > 0) this.#failed = 0;
      await this.reading;
    }
    if (this.format === MULTIPART && text.startsWith("--") && !this.interrupted) this.feed.end("completed");
  }
}

function takeBlock<Node>(block: string, reader: Reader<Node>): void {
  let event = "message";
  let id: string | undefined;
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const [, field, value] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (field === "event") event = value ?? "";
    else if (field === "id") id = value ?? "";
    else if (field === "data") data.push(value ?? "");
  }
  reader.lastId = id ?? reader.lastId;
  if (event === "next") reader.feed.accept(JSON.parse(data.join("\n")) as Next<Node>, id);
  else if (event === "complete") reader.feed.end("completed");
}

function takePart<Node>(part: string, reader: Reader<Node>): void {
  const [, body] = part.split("\r\n\r\n");
  if (!body) return;
  const { payload, errors } = JSON.parse(body) as { payload?: Next<Node> | null; errors?: GraphQLFailure[] };
  reader.interrupted = errors !== undefined;
  if (errors && !reader.options.resumes) reader.feed.accept({ errors }, undefined);
  if (!payload) return;
  reader.lastId = payload.extensions?.cursor ?? reader.lastId;
  reader.feed.accept(payload, payload.extensions?.cursor);
}

function failuresIn(text: string): GraphQLFailure[] {
  try {
    return (JSON.parse(text) as { errors?: GraphQLFailure[] }).errors ?? [];
  } catch {
    return [];
  }
}
