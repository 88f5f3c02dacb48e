// The list of stock movements since the page was opened.

import type { LiveClient, LiveSubscription } from "@shop-platform/live-client";

import { WATCH_STOCK, type StockEvent } from "./api.ts";
import { clock, element, make, words, write } from "./dom.ts";
import type { ListObserver } from "./list_observer.ts";

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

  /** Starts after the position that an earlier connection has reached, or from now on. */
  start(client: LiveClient, after: string | null, observer: ListObserver<StockEvent>): void {
    this.#running = client.subscribe<WatchData>(
      { query: WATCH_STOCK, variables: { after } },
      {
        next: (event) => {
          const stockEvent = event.data?.stockEvents;
          if (!stockEvent) return;
          this.#show(stockEvent, event.replayed);
          this.#count(stockEvent);
          observer.event(stockEvent, event);
        },
        status: observer.status,
        error: observer.error,
      },
      // The list shows movements, not levels: after an expired cursor it can continue from now on.
      { onExpired: async () => null },
    );
  }

  stop(): void {
    this.#running?.close();
    this.#running = undefined;
  }

  #show(stockEvent: StockEvent, replayed: boolean): void {
    element("stock-empty").hidden = true;
    const shown = row(stockEvent, replayed);
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
  // For other types the number is the count of units, without a direction.
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
