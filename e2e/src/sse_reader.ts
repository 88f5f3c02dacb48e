// Server-Sent Events by POST with `fetch`, as a client without `EventSource` reads them: the specification's rules for
// blocks, ids and coming back, in a few lines.

import type { Client, GraphQLFailure } from "./client.ts";
import { backOff, LiveFeed, type Next, type WatchOptions } from "./live.ts";
import { endpoint } from "./platform.ts";

export function watchByFetch<Node>(client: Client, query: string, options: WatchOptions = {}): LiveFeed<Node> {
  const feed = new LiveFeed<Node>();
  const reader = new Reader(client, query, options, feed);
  feed.cut = () => reader.breaker.abort();
  feed.close = () => reader.close();
  void reader.run();
  return feed;
}

class Reader<Node> {
  breaker = new AbortController();
  #closed = false;
  #lastId: string | undefined;
  /** Connections in a row that brought nothing. */
  #failed = 0;

  constructor(
    readonly client: Client,
    readonly query: string,
    readonly options: WatchOptions,
    readonly feed: LiveFeed<Node>,
  ) {
    this.#lastId = options.lastEventId;
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

  /** One connection, to its end. */
  async #connect(): Promise<void> {
    const response = await fetch(this.options.at ?? endpoint, {
      method: "POST",
      headers: {
        accept: "text/event-stream",
        "content-type": "application/json",
        ...(this.#lastId === undefined ? {} : { "last-event-id": this.#lastId }),
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
    let text = "";
    for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
      this.options.onFrame?.(piece);
      const blocks = (text + piece).split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) this.#take(block);
    }
  }

  #take(block: string): void {
    let event = "message";
    let id: string | undefined;
    const data: string[] = [];
    for (const line of block.split("\n")) {
      const [, field, value] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
      if (field === "event") event = value ?? "";
      else if (field === "id") id = value ?? "";
      else if (field === "data") data.push(value ?? "");
    }
    this.#lastId = id ?? this.#lastId;
    this.#failed = 0;
    if (event === "next") this.feed.accept(JSON.parse(data.join("\n")) as Next<Node>, id);
    else if (event === "complete") this.feed.end("completed");
  }
}

function failuresIn(text: string): GraphQLFailure[] {
  try {
    return (JSON.parse(text) as { errors?: GraphQLFailure[] }).errors ?? [];
  } catch {
    return [];
  }
}
