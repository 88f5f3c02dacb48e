// The connection panel: state of the connection, positions of the subscriptions, counts and a log of changes.

import type { LiveCounts, LiveError, LiveEvent, LiveStatus } from "@shop-platform/live-client";

import { clock, element, make, write } from "./dom.ts";
import type { EventChart } from "./event_chart.ts";
import type { ListObserver } from "./list_observer.ts";

export type ListName = "orders" | "stock";

/** Position and counts of a list's subscription. */
export interface SubscriptionState {
  readonly cursor: string | null;
  readonly counts: Readonly<LiveCounts>;
}

const COUNTS = ["events", "replayed", "duplicates", "reconnects"] as const;
const MAX_LOG_ENTRIES = 60;
/** A replay is logged once no replayed event arrived for this time. */
const REPLAY_QUIET_MS = 400;

/** From best to worst: the worst state of both lists is the state of the board. */
const STATES = ["live", "connecting", "reconnecting", "ended"];

export class ConnectionPanel {
  readonly #chart: EventChart;
  readonly #statuses = new Map<ListName, LiveStatus>();
  readonly #earlierCounts = new Map<ListName, LiveCounts>();
  readonly #subscriptions: Record<ListName, () => SubscriptionState | undefined>;
  #shown = "";
  #retryAt: number | undefined;
  #disconnectedSince: number | undefined;
  #replayed = 0;
  #replayTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(chart: EventChart, subscriptions: Record<ListName, () => SubscriptionState | undefined>) {
    this.#chart = chart;
    this.#subscriptions = subscriptions;
    setInterval(() => this.show(), 250);
  }

  /** The observer of one of the lists. */
  observer(name: ListName): ListObserver<unknown> {
    return {
      status: (status) => this.#status(name, status),
      error: (error) => this.#ended(name, error),
      event: (_, event) => this.#event(event),
    };
  }

  /** Starts over with new subscriptions; the counts continue. */
  replaceSubscriptions(stop: () => void): void {
    for (const name of ["orders", "stock"] as const) this.#earlierCounts.set(name, this.#sum(name));
    stop();
    this.#statuses.clear();
  }

  log(text: string, tone = ""): void {
    const entry = make("li", tone);
    entry.append(make("time", "", clock(new Date())), make("span", "", text));
    const diary = element("diary");
    diary.prepend(entry);
    while (diary.childElementCount > MAX_LOG_ENTRIES) diary.lastElementChild?.remove();
  }

  showProblem(text: string, tone: "" | "bad" = ""): void {
    const notice = element("notice");
    notice.hidden = text === "";
    notice.className = `notice ${tone}`;
    notice.textContent = text;
  }

  show(): void {
    const [orders, stock] = [this.#sum("orders"), this.#sum("stock")];
    for (const key of COUNTS) {
      // A broken connection affects both lists and counts once.
      const count = key === "reconnects" ? Math.max(orders[key], stock[key]) : orders[key] + stock[key];
      write(`count-${key}`, count.toLocaleString());
    }
    for (const name of ["orders", "stock"] as const) {
      write(`cursor-${name}`, this.#subscriptions[name]()?.cursor ?? "none yet");
    }
    const delay = this.#retryAt === undefined ? 0 : this.#retryAt - Date.now();
    const again = delay > 0 ? `, again in ${(delay / 1_000).toFixed(1)} s` : "";
    write("state-text", `${this.#shown || "connecting"}${this.#shown === "reconnecting" ? again : ""}`);
  }

  #status(name: ListName, status: LiveStatus): void {
    this.#statuses.set(name, status);
    const all = [...this.#statuses.values()];
    const worst = all.reduce((one, other) => (STATES.indexOf(other.state) > STATES.indexOf(one.state) ? other : one));
    const delays = all.flatMap(({ delayMs }) => (delayMs === undefined ? [] : [delayMs]));
    this.#retryAt = delays.length > 0 ? Date.now() + Math.min(...delays) : undefined;
    if (worst.state !== this.#shown) this.#changed(worst);
    this.show();
  }

  #changed({ state, error }: LiveStatus): void {
    this.#shown = state;
    element("state").dataset["state"] = state;
    this.#chart.disconnected = state === "reconnecting" || state === "ended";
    if (state === "reconnecting") {
      this.#disconnectedSince ??= Date.now();
      this.log(error?.message ?? "the connection broke", "warn");
    } else if (state === "live") {
      const since = this.#disconnectedSince;
      const downtime = since === undefined ? "" : ` again after ${seconds(Date.now() - since)}`;
      this.#disconnectedSince = undefined;
      this.log(`live${downtime}`, "good");
      this.showProblem("");
    }
  }

  #ended(name: ListName, error: LiveError): void {
    this.log(`${name}: ${error.code}, ${error.message}`, "bad");
    this.showProblem(`${words(name)} stopped: ${error.message} (${error.code})`, "bad");
  }

  #event(event: LiveEvent): void {
    this.#chart.add(event.replayed);
    if (!event.replayed) return;
    this.#replayed += 1;
    clearTimeout(this.#replayTimer);
    this.#replayTimer = setTimeout(() => {
      const missed = this.#replayed === 1 ? "1 event was missed and is" : `${this.#replayed} events were missed and are`;
      this.log(`${missed} replayed`, "info");
      this.#replayed = 0;
    }, REPLAY_QUIET_MS);
  }

  /** Counts of a list across all transports so far. */
  #sum(name: ListName): LiveCounts {
    const sum: LiveCounts = { events: 0, replayed: 0, duplicates: 0, reconnects: 0 };
    for (const counts of [this.#earlierCounts.get(name), this.#subscriptions[name]()?.counts]) {
      if (!counts) continue;
      for (const key of COUNTS) sum[key] += counts[key];
    }
    return sum;
  }
}

const words = (name: ListName): string => (name === "orders" ? "Orders" : "Stock");

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
