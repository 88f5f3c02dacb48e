// Parser of the Server-Sent Events text format of the HTML standard. Pure: no I/O.

/** One block of a stream. */
export interface StreamBlock {
  /** The event type; `message` if the block has none. */
  readonly event: string;
  /** Undefined for a block without data: such a block moves the position and dispatches no event. */
  readonly data: string | undefined;
  /** Undefined if the block has no id. */
  readonly id: string | undefined;
  /** Delay before reconnecting, in milliseconds. */
  readonly retry: number | undefined;
}

/** Splits text that arrives in chunks into blocks. */
export class EventStreamParser {
  #buffer = "";
  #event = "";
  #data: string[] = [];
  #id: string | undefined;
  #retry: number | undefined;
  #hasFields = false;

  /** Yields the blocks that this chunk completes. A block that the end of the stream cuts off is never yielded. */
  *push(chunk: string): Generator<StreamBlock> {
    this.#buffer += chunk;
    let from = 0;
    for (;;) {
      const found = /\r\n|\n|\r/.exec(this.#buffer.slice(from));
      if (!found) break;
      const end = from + found.index;
      // A carriage return at the end may be the first half of a CRLF.
      if (found[0] === "\r" && end + 1 === this.#buffer.length) break;
      const line = this.#buffer.slice(from, end);
      from = end + found[0].length;
      const block = this.#line(line);
      if (block) yield block;
    }
    this.#buffer = this.#buffer.slice(from);
  }

  #line(line: string): StreamBlock | undefined {
    if (line === "") return this.#finish();
    if (line.startsWith(":")) return undefined;
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    this.#hasFields = true;
    if (field === "event") this.#event = value;
    else if (field === "data") this.#data.push(value);
    else if (field === "id" && !value.includes("\0")) this.#id = value;
    else if (field === "retry" && /^\d+$/.test(value)) this.#retry = Number(value);
    return undefined;
  }

  #finish(): StreamBlock | undefined {
    const block: StreamBlock = {
      event: this.#event || "message",
      data: this.#data.length === 0 ? undefined : this.#data.join("\n"),
      id: this.#id,
      retry: this.#retry,
    };
    const hasFields = this.#hasFields;
    this.#event = "";
    this.#data = [];
    this.#id = undefined;
    this.#retry = undefined;
    this.#hasFields = false;
    return hasFields ? block : undefined;
  }
}
