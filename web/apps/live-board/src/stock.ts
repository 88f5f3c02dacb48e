// The movements of stock since the page was opened.

import type { LiveClient, LiveSubscription } from "@shop-platform/live-client";

import { WATCH_STOCK, type StockEvent } from "./api.ts";
import { clock, element, make, words, write } from "./dom.ts";
import type { Watching } from "./watching.ts";

const SHOWN = 30;

interface WatchData {
  stockEvents: StockEvent;
}

export class Stock {
  readonly #list = element("stock");
  readonly #low = new Map<string, string>();
  #sold = 0;
  #movements = 0;
  #running: LiveSubscription | undefined;

  get running(): LiveSubscription | undefined {
    return this.#running;
  }

  /** After a position that another connection has reached, or from now on. */
  start(client: LiveClient, after: string | null, watching: Watching<StockEvent>): void {
    this.#running = client.subscribe<WatchData>(
      { query: WATCH_STOCK, variables: { after } },
      {
        next: (event) => {
          const happened = event.data?.stockEvents;
          if (!happened) return;
          this.#show(happened, event.replayed);
          this.#count(happened);
          watching.event(happened, event);
        },
        status: watching.status,
        error: watching.error,
      },
      // The list shows movements and no levels: it may begin again at any position, and says so.
      { onExpired: async () => null },
    );
  }

  stop(): void {
    this.#running?.close();
    this.#running = undefined;
  }

  #show(happened: StockEvent, replayed: boolean): void {
    element("stock-empty").hidden = true;
    const shown = row(happened, replayed);
    shown.classList.add("fresh");
    this.#list.prepend(shown);
    while (this.#list.childElementCount > SHOWN) this.#list.lastElementChild?.remove();
  }

  #count({ type, delta, available, variant }: StockEvent): void {
    this.#movements += 1;
    if (type === "SOLD") this.#sold += Math.abs(delta);
    if (type === "LOW_STOCK") this.#low.set(variant.id, `${variant.product.name}, ${variant.name}: ${available} left`);
    else if (delta > 0 && type === "ADJUSTED") this.#low.delete(variant.id);
    write("tile-sold", this.#sold.toLocaleString());
    write("tile-stock", `${this.#movements.toLocaleString()} movements`);
    write("tile-low", this.#low.size.toLocaleString());
    write("tile-low-text", [...this.#low.values()].at(-1) ?? "");
  }
}

const TONES: Record<string, string> = { SOLD: "good", LOW_STOCK: "bad", RESERVED: "warn" };

function row({ type, delta, available, variant, warehouse, occurredAt }: StockEvent, replayed: boolean): HTMLElement {
  const shown = make("li", replayed ? "was-replayed" : "");
  const main = make("span", "main");
  main.append(make("span", `tag ${TONES[type] ?? ""}`, words(type)));
  if (replayed) main.append(" ", make("span", "tag replayed", "replayed"));
  main.append(` ${variant.product.name}, ${variant.name}`);
  // Of the others the number says how many units it was about, not in which direction.
  const isChange = type === "ADJUSTED";
  const direction = isChange ? (delta > 0 ? " up" : " down") : "";
  shown.append(
    make("span", `delta${direction}`, isChange && delta > 0 ? `+${delta}` : String(isChange ? delta : Math.abs(delta))),
    main,
    make("span", "amount", `${available.toLocaleString()} left`),
    make("span", "sub", `${clock(occurredAt)} · ${variant.sku} · warehouse ${warehouse.code}`),
  );
  return shown;
}
