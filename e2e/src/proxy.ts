// A TCP proxy between clients and gateways: cuts connections, and routes new ones to a chosen gateway.

import { createServer, connect, type Server, type Socket } from "node:net";

import type { Random } from "./random.ts";

export class Proxy {
  readonly #server: Server;
  readonly #path: string;
  /** Both ends of each open connection. */
  readonly #open = new Set<[client: Socket, gateway: Socket]>();
  /** Returns the address for the next connection. Tests set it. */
  target: () => URL;
  /** Number of connections per host. */
  readonly connections = new Map<string, number>();

  private constructor(server: Server, target: () => URL) {
    this.#server = server;
    this.#path = target().pathname;
    this.target = target;
    server.on("connection", (client) => this.#join(client));
  }

  /** Starts a proxy on a free port. */
  static async before(target: () => URL): Promise<Proxy> {
    const server = createServer({ noDelay: true });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new Proxy(server, target);
  }

  /** The GraphQL address that clients use. */
  get url(): URL {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the proxy does not listen");
    return new URL(`http://127.0.0.1:${address.port}${this.#path}`);
  }

  /** Breaks one connection, by FIN or by RST. Data in flight is lost. */
  cut(random: Random): void {
    if (this.#open.size > 0) this.#break(random.pick([...this.#open]), random.chance(0.5));
  }

  cutAll(): void {
    for (const connection of [...this.#open]) this.#break(connection, true);
  }

  close(): void {
    this.#server.close();
    this.cutAll();
  }

  #join(client: Socket): void {
    const { hostname, port, host } = this.target();
    this.connections.set(host, (this.connections.get(host) ?? 0) + 1);
    const gateway = connect({ host: hostname, port: Number(port), noDelay: true });
    const connection: [Socket, Socket] = [client, gateway];
    this.#open.add(connection);
    for (const [from, to] of [connection, [gateway, client] as const]) {
      from.pipe(to);
      // When one end fails or closes, the other end is closed too.
      from.on("error", () => to.destroy());
      from.on("close", () => {
        to.destroy();
        this.#open.delete(connection);
      });
    }
  }

  #break(connection: [Socket, Socket], reset: boolean): void {
    this.#open.delete(connection);
    for (const socket of connection) {
      if (reset) socket.resetAndDestroy();
      else socket.destroy();
    }
  }
}
