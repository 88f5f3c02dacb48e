// The board of one signed-in account: two subscriptions over one transport.

import { LiveClient } from "@shop-platform/live-client";

import { guestOf, messageOf, type Account } from "../../../shared/account.ts";
import { placeDemoOrder } from "../../../shared/demo_order.ts";
import { SHOP, type Shop } from "./api.ts";
import { ConnectionPanel } from "./connection_panel.ts";
import { element, write } from "./dom.ts";
import { EventChart } from "./event_chart.ts";
import { Orders } from "./orders.ts";
import { Stock } from "./stock.ts";
import { SwitchableTransport, type TransportName } from "./switchable_transport.ts";

const TRANSPORT_KEY = "live-board.transport";

export class Board {
  readonly #account: Account;
  readonly #orders = new Orders();
  readonly #stock = new Stock();
  readonly #panel = new ConnectionPanel(new EventChart(), {
    orders: () => this.#orders.running?.subscription,
    stock: () => this.#stock.running,
  });
  #transport: SwitchableTransport | undefined;
  #client: LiveClient | undefined;

  constructor(account: Account) {
    this.#account = account;
  }

  start(): void {
    write("who", this.#account.email);
    write("shop-name", this.#account.tenant);
    const chosen: TransportName = localStorage.getItem(TRANSPORT_KEY) === "sse" ? "sse" : "websocket";
    for (const input of element("transport").querySelectorAll("input")) {
      input.checked = input.value === chosen;
      input.onchange = () => this.#choose(input.value as TransportName);
    }
    element("cut").onclick = () => this.#toggleCut();
    element("demo-order").onclick = () => void this.#demoOrder();
    this.#connect(chosen);
    this.#account.ask<{ shop: Shop }>(SHOP).then(
      ({ shop }) => write("shop-name", shop.name),
      (error: unknown) => this.#panel.showProblem(messageOf(error), "bad"),
    );
  }

  stop(): void {
    this.#orders.stop();
    this.#stock.stop();
    this.#client?.dispose();
  }

  #connect(name: TransportName): void {
    const after = this.#stock.running?.cursor ?? null;
    this.#panel.replaceSubscriptions(() => this.stop());
    this.#transport = SwitchableTransport.of(name, this.#account);
    this.#client = new LiveClient({ transport: this.#transport, backoff: { initialMs: 1_000, maxMs: 8_000 } });
    this.#panel.log(`connecting over ${name === "sse" ? "Server-Sent Events" : "a WebSocket"}`);
    this.#orders.start(this.#client, this.#account, this.#panel.observer("orders"));
    this.#stock.start(this.#client, after, this.#panel.observer("stock"));
    this.#showCut();
  }

  #choose(name: TransportName): void {
    localStorage.setItem(TRANSPORT_KEY, name);
    this.#connect(name);
  }

  #toggleCut(): void {
    if (this.#transport?.isCut) {
      this.#transport.restore();
      this.#panel.log("you restored the connection");
      this.#client?.wake();
    } else {
      this.#transport?.cut();
      this.#panel.log("you cut the connection", "bad");
    }
    this.#showCut();
  }

  #showCut(): void {
    const isCut = this.#transport?.isCut ?? false;
    const button = element<HTMLButtonElement>("cut");
    button.textContent = isCut ? "Restore the connection" : "Cut the connection";
    button.classList.toggle("cut", isCut);
    this.#panel.showProblem(
      isCut ? "The connection is cut. Events are missed now, and are replayed once you restore it." : "",
    );
  }

  async #demoOrder(): Promise<void> {
    const button = element<HTMLButtonElement>("demo-order");
    button.disabled = true;
    try {
      this.#panel.log(`you placed order #${await placeDemoOrder(guestOf(this.#account.tenant))}`);
    } catch (error) {
      this.#panel.log(`no order: ${messageOf(error)}`, "bad");
    } finally {
      button.disabled = false;
    }
  }
}
