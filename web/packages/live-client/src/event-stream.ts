// The text format of Server-Sent Events, as the HTML standard has it. No input, no output.

/** One block of a stream. */
export interface StreamBlock {
  /** The type; `message` when none was given. */
  readonly event: string;
  /** Undefined for a block without data: it moves the position, and dispatches nothing. */
  readonly data: string | undefined;
  /** Undefined when the block names none. */
  readonly id: string | undefined;
  /** How soon to come back, in milliseconds. */
  readonly retry: number | undefined;
}

/** Cuts text that arrives in pieces into blocks. */
export class EventStreamParser {
  #rest = "";
  #event = "";
  #data: string[] = [];
  #id: string | undefined;
  #retry: number | undefined;
  #any = false;

  /** The blocks that are complete with this piece. A block that the stream ends in is never complete. */
  *push(piece: string): Generator<StreamBlock> {
    this.#rest += piece;
    let from = 0;
    for (;;) {
      const found = /\r\n|\n|\r/.exec(this.#rest.slice(from));
      if (!found) break;
      const end = from + found.index;
      // A carriage return at the very end may be the first half of a pair.
      if (found[0] === "\r" && end + 1 === this.#rest.length) break;
      const line = this.#rest.slice(from, end);
      from = end + found[0].length;
      const block = this.#line(line);
      if (block) yield block;
    }
    this.#rest = this.#rest.slice(from);
  }

  #line(line: string): StreamBlock | undefined {
    if (line === "") return this.#finish();
    if (line.startsWith(":")) return undefined;
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    this.#any = true;
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
    const any = this.#any;
    this.#event = "";
    this.#data = [];
    this.#id = undefined;
    this.#retry = undefined;
    this.#any = false;
    return any ? block : undefined;
  }
}
