// The list of orders: a snapshot, then every change after it.

import { snapshotThenSubscribe, type LiveClient, type LiveEvent, type LiveList } from "@shop-platform/live-client";

import type { Account } from "../../../shared/account.ts";
import { ORDERS, WATCH_ORDERS, type Order, type OrderEvent, type OrderList } from "./api.ts";
import { clock, element, make, words, write } from "./dom.ts";
import type { ListObserver } from "./list_observer.ts";

const SHOWN = 20;

interface WatchData {
  orderEvents: OrderEvent;
}

const money = ({ amount, currencyCode }: Order["total"]): string =>
  Number(amount).toLocaleString(undefined, { style: "currency", currency: currencyCode });

export class Orders {
  readonly #rows = new Map<string, HTMLElement>();
  readonly #list = element("orders");
  readonly #sales = new Map<string, number>();
  #placed = 0;
  #running: LiveList<OrderList> | undefined;

  get running(): LiveList<OrderList> | undefined {
    return this.#running;
  }

  start(client: LiveClient, account: Account, observer: ListObserver<OrderEvent>): void {
    this.#running = snapshotThenSubscribe<OrderList, WatchData>(client, {
      snapshot: async () => (await account.ask<{ orders: OrderList }>(ORDERS)).orders,
      cursorOf: ({ eventCursor }) => eventCursor,
      subscription: { query: WATCH_ORDERS },
      merge: (list, event) => merge(list, event),
      changed: (list, change) => {
        if (change.kind === "snapshot") return this.#showAll(list);
        const orderEvent = change.event.data?.orderEvents;
        if (!orderEvent) return;
        this.#show(orderEvent.order, orderEvent.type, change.event.replayed);
        this.#count(list, orderEvent);
        observer.event(orderEvent, change.event);
      },
      status: observer.status,
      error: observer.error,
    });
  }

  stop(): void {
    this.#running?.close();
    this.#running = undefined;
  }

  #showAll(list: OrderList): void {
    this.#rows.clear();
    this.#list.replaceChildren();
    for (const order of list.nodes.toReversed()) this.#put(order, row(order));
    this.#total(list);
  }

  #show(order: Order, type: string, replayed: boolean): void {
    const shown = row(order, type, replayed);
    shown.classList.add("fresh");
    this.#put(order, shown);
  }

  #put(order: Order, shown: HTMLElement): void {
    this.#rows.get(order.id)?.remove();
    this.#rows.delete(order.id);
    this.#rows.set(order.id, shown);
    this.#list.prepend(shown);
    const [oldest] = this.#rows;
    if (this.#rows.size <= SHOWN || !oldest) return;
    oldest[1].remove();
    this.#rows.delete(oldest[0]);
  }

  #count(list: OrderList, { type, order }: OrderEvent): void {
    if (type === "PLACED") {
      this.#placed += 1;
      const { currencyCode, amount } = order.total;
      this.#sales.set(currencyCode, (this.#sales.get(currencyCode) ?? 0) + Number(amount));
    }
    write("tile-orders", this.#placed.toLocaleString());
    const sums = [...this.#sales].map(([currencyCode, sum]) => money({ amount: String(sum), currencyCode }));
    write("tile-sales", sums.join(" · "));
    this.#total(list);
  }

  #total({ totalCount }: OrderList): void {
    write("orders-count", `${totalCount.toLocaleString()} in all`);
    element("orders-empty").hidden = this.#rows.size > 0;
  }
}

function merge(list: OrderList, event: LiveEvent<WatchData>): OrderList {
  const orderEvent = event.data?.orderEvents;
  if (!orderEvent) return list;
  const { order, type } = orderEvent;
  const others = list.nodes.filter(({ id }) => id !== order.id);
  const isNew = type === "PLACED" && others.length === list.nodes.length;
  return { ...list, nodes: [order, ...others].slice(0, SHOWN), totalCount: list.totalCount + (isNew ? 1 : 0) };
}

const TONES: Record<string, string> = { CONFIRMED: "good", COMPLETED: "good", CANCELLED: "bad", PENDING: "warn" };

function row(order: Order, type?: string, replayed = false): HTMLElement {
  const shown = make("li", replayed ? "was-replayed" : "");
  shown.dataset["order"] = order.number;
  const main = make("span", "main");
  main.append(make("span", `tag ${TONES[order.status] ?? ""}`, words(order.status)));
  if (type && type !== order.status) main.append(" ", make("span", "tag", words(type)));
  if (replayed) main.append(" ", make("span", "tag replayed", "replayed"));
  const goods = order.lines.map(({ name, quantity }) => `${quantity} × ${name}`).join(", ");
  shown.append(
    make("span", "lead", `#${order.number}`),
    main,
    make("span", "amount", money(order.total)),
    make("span", "sub", `${clock(order.placedAt)} · ${order.email} · ${goods}`),
  );
  return shown;
}
