// What the engine needs of a transport: one connection's worth of one operation. Coming back is the engine's.

import type { LiveError } from "./errors.ts";
import type { GraphQLRequest, GraphQLResult, Variables } from "./result.ts";

/** One attempt to run a subscription. */
export interface Opening extends GraphQLRequest {
  /** Includes the start. Asked for whenever the operation is sent. */
  readonly variables: Variables;
  /** The cursor to go on after; null for the very first time without one. */
  readonly resumeAfter: string | null;
}

/** Where a transport reports. After `ended` nothing is taken any more. */
export interface TransportSink {
  /** The server takes events to us from now on. */
  opened(): void;
  /** An event. Resolves when it was processed: a transport that can wait does, and reads no further meanwhile. */
  next(result: GraphQLResult, cursor?: string): Promise<void>;
  /** A position that was reached without an event. */
  checkpoint(cursor: string): void;
  /** The transport comes back by itself, from where it was. */
  interrupted(error: LiveError): void;
  /** Over: `undefined` when the server completed the operation. */
  ended(error: LiveError | undefined): void;
}

/** One attempt. */
export interface Connection {
  /** Ends it; nothing is reported after that. */
  stop(): void;
  /** The server refused the token of this attempt: the next one needs another. False when there is none to get. */
  renew(): boolean;
}

/** How operations reach the server. */
export interface Transport {
  /** Starts one attempt. */
  open(opening: Opening, sink: TransportSink): Connection;
  /** Closes what is shared between operations. */
  dispose(): void;
}

/** Why a token is wanted. */
export interface TokenRequest {
  /** The token that the server does not take any more, when there is one: answer another. */
  readonly refused: string | undefined;
}

/** Gets the access token for a connection; null for a guest. Throw a `LiveError` to say that there will be none. */
export type TokenSource = (request: TokenRequest) => string | null | Promise<string | null>;

/** Asks a token source, and remembers the token that was refused. */
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

  /** This token was refused. Answers whether another may help; a guest has none to replace. */
  refuse(token: string | null): boolean {
    if (token === null) return false;
    if (token === this.#last) this.#refused = token;
    return true;
  }
}
