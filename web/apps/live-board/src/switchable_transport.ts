// A transport with a switch, which simulates a broken network on demand.

import { LiveError, type Connection, type Opening, type Transport, type TransportSink } from "@shop-platform/live-client";
import { webSocketTransport } from "@shop-platform/live-client/graphql-ws";
import { sseTransport } from "@shop-platform/live-client/sse";

import { ENDPOINT, type Account } from "../../../shared/account.ts";

export type TransportName = "websocket" | "sse";

/** A transport that can be cut: open connections break, and new ones fail until it is restored. */
export class SwitchableTransport implements Transport {
  readonly #inner: Transport;
  readonly #breakConnections: () => void;
  #cut = false;

  private constructor(inner: Transport, breakConnections: () => void) {
    this.#inner = inner;
    this.#breakConnections = breakConnections;
  }

  static of(name: TransportName, account: Account): SwitchableTransport {
    const access = { url: ENDPOINT, tenant: account.tenant, token: account.session.token };
    if (name === "websocket") {
      const transport = webSocketTransport(access);
      return new SwitchableTransport(transport, () => transport.client.terminate());
    }
    let abort = new AbortController();
    const transport = sseTransport({
      ...access,
      fetch: (input, init) => {
        const signals = [abort.signal, ...(init?.signal ? [init.signal] : [])];
        return fetch(input, { ...init, signal: AbortSignal.any(signals) });
      },
    });
    return new SwitchableTransport(transport, () => {
      abort.abort(new Error("the connection was cut"));
      abort = new AbortController();
    });
  }

  get isCut(): boolean {
    return this.#cut;
  }

  cut(): void {
    this.#cut = true;
    this.#breakConnections();
  }

  restore(): void {
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
