// Interface between a subscription and its transport: a transport runs one attempt of one operation. Only the
// subscription decides about reconnecting.

import type { LiveError } from "./errors.ts";
import type { GraphQLRequest, GraphQLResult, Variables } from "./result.ts";

/** One attempt to run a subscription. */
export interface Opening extends GraphQLRequest {
  /** Include the start cursor. Read every time the operation is sent. */
  readonly variables: Variables;
  /** Cursor to resume after; null for a first attempt without one. */
  readonly resumeAfter: string | null;
}

/** Receives what a transport reports. Ignores everything after `ended`. */
export interface TransportSink {
  /** The server accepted the operation and sends events from now on. */
  opened(): void;
  /** An event. Resolves when it was processed: a transport with back-pressure waits for that before it reads on. */
  next(result: GraphQLResult, cursor?: string): Promise<void>;
  /** A checkpoint: a position that was reached without an event. */
  checkpoint(cursor: string): void;
  /** The connection broke; the transport reconnects by itself and resumes. */
  interrupted(error: LiveError): void;
  /** The attempt ended: `undefined` if the server completed the operation. */
  ended(error: LiveError | undefined): void;
}

/** One running attempt. */
export interface Connection {
  /** Ends the attempt; nothing is reported after that. */
  stop(): void;
  /** The server refused the token of this attempt: the next one needs a new token. Returns false if there is none to get. */
  renew(): boolean;
}

/** How operations reach the server. */
export interface Transport {
  /** Starts one attempt. */
  open(opening: Opening, sink: TransportSink): Connection;
  /** Closes the resources that operations share. */
  dispose(): void;
}

/** Context of a request for a token. */
export interface TokenRequest {
  /** The token that the server refused, if any: return a different one. */
  readonly refused: string | undefined;
}

/** Gets the access token for a connection; null for a guest. Throw a `LiveError` if no token can be had. */
export type TokenSource = (request: TokenRequest) => string | null | Promise<string | null>;

/** Requests tokens from a token source, and passes it the token that was refused. */
export class Credentials {
  readonly #source: TokenSource | undefined;
  #last: string | null = null;
  #refused: string | undefined;

  constructor(source: TokenSource | undefined) {
    this.#source = source;
  }

  async token(): Promise<string | null> {
    if (!this.#source) return null;
    const token = await this.#source({ refused: this.#refused });
    if (token !== this.#refused) this.#refused = undefined;
    this.#last = token;
    return token;
  }

  /** Marks a token as refused. Returns whether a new one may help: a guest has no token to replace. */
  refuse(token: string | null): boolean {
    if (token === null) return false;
    if (token === this.#last) this.#refused = token;
    return true;
  }
}
