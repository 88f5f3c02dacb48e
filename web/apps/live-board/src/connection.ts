// The connection as a person sees it: its state, where it stands, and what happened to it.

import type { LiveCounts, LiveError, LiveEvent, LiveStatus } from "@shop-platform/live-client";

import { clock, element, make, write } from "./dom.ts";
import type { Pulse } from "./pulse.ts";
import type { Watching } from "./watching.ts";

export type ListName = "orders" | "stock";

/** What a list's subscription says about itself. */
export interface Reading {
  readonly cursor: string | null;
  readonly counts: Readonly<LiveCounts>;
}

const COUNTS = ["events", "replayed", "duplicates", "reconnects"] as const;
const DIARY = 60;
/** A replay is told once it has been quiet for so long. */
const REPLAY_QUIET_MS = 400;

/** The worst of both lists is the state of the board. */
const ORDER = ["live", "connecting", "reconnecting", "ended"];

export class Connection {
  readonly #pulse: Pulse;
  readonly #statuses = new Map<ListName, LiveStatus>();
  readonly #before = new Map<ListName, LiveCounts>();
  readonly #readings: Record<ListName, () => Reading | undefined>;
  #shown = "";
  #retryAt: number | undefined;
  #awaySince: number | undefined;
  #replayed = 0;
  #replayTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(pulse: Pulse, readings: Record<ListName, () => Reading | undefined>) {
    this.#pulse = pulse;
    this.#readings = readings;
    setInterval(() => this.show(), 250);
  }

  /** For one of the lists. */
  watching(name: ListName): Watching<unknown> {
    return {
      status: (status) => this.#status(name, status),
      error: (error) => this.#ended(name, error),
      event: (_, event) => this.#event(event),
    };
  }

  /** Begins with other subscriptions; the counts go on. */
  change(stop: () => void): void {
    for (const name of ["orders", "stock"] as const) this.#before.set(name, this.#sum(name));
    stop();
    this.#statuses.clear();
  }

  note(text: string, tone = ""): void {
    const entry = make("li", tone);
    entry.append(make("time", "", clock(new Date())), make("span", "", text));
    const diary = element("diary");
    diary.prepend(entry);
    while (diary.childElementCount > DIARY) diary.lastElementChild?.remove();
  }

  problem(text: string, tone: "" | "bad" = ""): void {
    const notice = element("notice");
    notice.hidden = text === "";
    notice.className = `notice ${tone}`;
    notice.textContent = text;
  }

  show(): void {
    const [orders, stock] = [this.#sum("orders"), this.#sum("stock")];
    for (const key of COUNTS) {
      // A break hits both lists and is one.
      const count = key === "reconnects" ? Math.max(orders[key], stock[key]) : orders[key] + stock[key];
      write(`count-${key}`, count.toLocaleString());
    }
    for (const name of ["orders", "stock"] as const) {
      write(`cursor-${name}`, this.#readings[name]()?.cursor ?? "none yet");
    }
    const wait = this.#retryAt === undefined ? 0 : this.#retryAt - Date.now();
    const again = wait > 0 ? `, again in ${(wait / 1_000).toFixed(1)} s` : "";
    write("state-text", `${this.#shown || "connecting"}${this.#shown === "reconnecting" ? again : ""}`);
  }

  #status(name: ListName, status: LiveStatus): void {
    this.#statuses.set(name, status);
    const all = [...this.#statuses.values()];
    const worst = all.reduce((one, other) => (ORDER.indexOf(other.state) > ORDER.indexOf(one.state) ? other : one));
    const delays = all.flatMap(({ delayMs }) => (delayMs === undefined ? [] : [delayMs]));
    this.#retryAt = delays.length > 0 ? Date.now() + Math.min(...delays) : undefined;
    if (worst.state !== this.#shown) this.#changed(worst);
    this.show();
  }

  #changed({ state, error }: LiveStatus): void {
    this.#shown = state;
    element("state").dataset["state"] = state;
    this.#pulse.away = state === "reconnecting" || state === "ended";
    if (state === "reconnecting") {
      this.#awaySince ??= Date.now();
      this.note(error?.message ?? "the connection broke", "warn");
    } else if (state === "live") {
      const away = this.#awaySince === undefined ? "" : ` again after ${seconds(Date.now() - this.#awaySince)}`;
      this.#awaySince = undefined;
      this.note(`live${away}`, "good");
      this.problem("");
    }
  }

  #ended(name: ListName, error: LiveError): void {
    this.note(`${name}: ${error.code}, ${error.message}`, "bad");
    this.problem(`${words(name)} stopped: ${error.message} (${error.code})`, "bad");
  }

  #event(event: LiveEvent): void {
    this.#pulse.beat(event.replayed);
    if (!event.replayed) return;
    this.#replayed += 1;
    clearTimeout(this.#replayTimer);
    this.#replayTimer = setTimeout(() => {
      const missed = this.#replayed === 1 ? "1 event was missed and is" : `${this.#replayed} events were missed and are`;
      this.note(`${missed} replayed`, "info");
      this.#replayed = 0;
    }, REPLAY_QUIET_MS);
  }

  /** Over all transports so far. */
  #sum(name: ListName): LiveCounts {
    const sum: LiveCounts = { events: 0, replayed: 0, duplicates: 0, reconnects: 0 };
    for (const counts of [this.#before.get(name), this.#readings[name]()?.counts]) {
      if (!counts) continue;
      for (const key of COUNTS) sum[key] += counts[key];
    }
    return sum;
  }
}

const words = (name: ListName): string => (name === "orders" ? "Orders" : "Stock");

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
