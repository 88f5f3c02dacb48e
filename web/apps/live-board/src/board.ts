// The board of one signed-in account: two subscriptions over one line.

import { LiveClient, LiveError } from "@shop-platform/live-client";

import type { Account } from "./account.ts";
import { SHOP, type Shop } from "./api.ts";
import { Connection } from "./connection.ts";
import { placeDemoOrder } from "./demo_order.ts";
import { element, write } from "./dom.ts";
import { Line, type TransportName } from "./line.ts";
import { Orders } from "./orders.ts";
import { Pulse } from "./pulse.ts";
import { Stock } from "./stock.ts";

const CHOICE = "live-board.transport";

export class Board {
  readonly #account: Account;
  readonly #orders = new Orders();
  readonly #stock = new Stock();
  readonly #connection = new Connection(new Pulse(), {
    orders: () => this.#orders.running?.subscription,
    stock: () => this.#stock.running,
  });
  #line: Line | undefined;
  #client: LiveClient | undefined;

  constructor(account: Account) {
    this.#account = account;
  }

  start(): void {
    write("who", this.#account.email);
    write("shop-name", this.#account.shop);
    const chosen: TransportName = localStorage.getItem(CHOICE) === "sse" ? "sse" : "websocket";
    for (const input of element("transport").querySelectorAll("input")) {
      input.checked = input.value === chosen;
      input.onchange = () => this.#choose(input.value as TransportName);
    }
    element("cut").onclick = () => this.#toggleCut();
    element("demo-order").onclick = () => void this.#demoOrder();
    this.#connect(chosen);
    this.#account.ask<{ shop: Shop }>(SHOP).then(
      ({ shop }) => write("shop-name", shop.name),
      (error: unknown) => this.#connection.problem(messageOf(error), "bad"),
    );
  }

  stop(): void {
    this.#orders.stop();
    this.#stock.stop();
    this.#client?.dispose();
  }

  #connect(name: TransportName): void {
    const after = this.#stock.running?.cursor ?? null;
    this.#connection.change(() => this.stop());
    this.#line = Line.over(name, this.#account);
    this.#client = new LiveClient({ transport: this.#line, backoff: { initialMs: 1_000, maxMs: 8_000 } });
    this.#connection.note(`connecting over ${name === "sse" ? "Server-Sent Events" : "a WebSocket"}`);
    this.#orders.start(this.#client, this.#account, this.#connection.watching("orders"));
    this.#stock.start(this.#client, after, this.#connection.watching("stock"));
    this.#showCut();
  }

  #choose(name: TransportName): void {
    localStorage.setItem(CHOICE, name);
    this.#connect(name);
  }

  #toggleCut(): void {
    if (this.#line?.isCut) {
      this.#line.mend();
      this.#connection.note("you mended the connection");
      this.#client?.wake();
    } else {
      this.#line?.cut();
      this.#connection.note("you cut the connection", "bad");
    }
    this.#showCut();
  }

  #showCut(): void {
    const isCut = this.#line?.isCut ?? false;
    const button = element<HTMLButtonElement>("cut");
    button.textContent = isCut ? "Mend the connection" : "Cut the connection";
    button.classList.toggle("cut", isCut);
    this.#connection.problem(
      isCut ? "The connection is cut. What happens now is missed, and comes once you mend it." : "",
    );
  }

  async #demoOrder(): Promise<void> {
    const button = element<HTMLButtonElement>("demo-order");
    button.disabled = true;
    try {
      this.#connection.note(`you placed order #${await placeDemoOrder(this.#account.askAsGuest)}`);
    } catch (error) {
      this.#connection.note(`no order: ${messageOf(error)}`, "bad");
    } finally {
      button.disabled = false;
    }
  }
}

export function messageOf(error: unknown): string {
  if (error instanceof LiveError) return `${error.message} (${error.code})`;
  return error instanceof Error ? error.message : String(error);
}
