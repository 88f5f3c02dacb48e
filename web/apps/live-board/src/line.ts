// The line to the gateway, with a switch: what a broken network does, on command.

import { LiveError, type Connection, type Opening, type Transport, type TransportSink } from "@shop-platform/live-client";
import { webSocketTransport } from "@shop-platform/live-client/graphql-ws";
import { sseTransport } from "@shop-platform/live-client/sse";

import { ENDPOINT, type Account } from "./account.ts";

export type TransportName = "websocket" | "sse";

/** A transport that can be cut: what is open breaks, and nothing new comes about until it is mended. */
export class Line implements Transport {
  readonly #inner: Transport;
  readonly #break: () => void;
  #cut = false;

  private constructor(inner: Transport, breakOpen: () => void) {
    this.#inner = inner;
    this.#break = breakOpen;
  }

  static over(name: TransportName, account: Account): Line {
    const access = { url: ENDPOINT, tenant: account.shop, token: account.session.token };
    if (name === "websocket") {
      const transport = webSocketTransport(access);
      return new Line(transport, () => transport.client.terminate());
    }
    let breaking = new AbortController();
    const transport = sseTransport({
      ...access,
      fetch: (input, init) => {
        const signals = [breaking.signal, ...(init?.signal ? [init.signal] : [])];
        return fetch(input, { ...init, signal: AbortSignal.any(signals) });
      },
    });
    return new Line(transport, () => {
      breaking.abort(new Error("the connection was cut"));
      breaking = new AbortController();
    });
  }

  get isCut(): boolean {
    return this.#cut;
  }

  cut(): void {
    this.#cut = true;
    this.#break();
  }

  mend(): void {
    this.#cut = false;
  }

  open(opening: Opening, sink: TransportSink): Connection {
    if (!this.#cut) return this.#inner.open(opening, sink);
    sink.ended(new LiveError("the connection is cut", { code: "NETWORK", remedy: "retry" }));
    return { stop: () => {}, renew: () => false };
  }

  dispose(): void {
    this.#inner.dispose();
  }
}
