// Bar chart of the events in every five seconds of the last three minutes.

import { element } from "./dom.ts";

const BARS = 36;
const STEP_MS = 5_000;
const HEIGHT = 44;

interface Step {
  live: number;
  replayed: number;
  /** The connection was down for at least a part of the step. */
  disconnected: boolean;
}

export class EventChart {
  readonly #drawing = element<SVGSVGElement>("pulse");
  readonly #steps = new Map<number, Step>();
  #disconnected = false;

  constructor() {
    this.#drawing.setAttribute("viewBox", `0 0 ${BARS * 10} ${HEIGHT}`);
    setInterval(() => this.#draw(), 1_000);
    this.#draw();
  }

  add(replayed: boolean): void {
    const step = this.#step(now());
    if (replayed) step.replayed += 1;
    else step.live += 1;
    this.#draw();
  }

  set disconnected(disconnected: boolean) {
    this.#disconnected = disconnected;
    if (disconnected) this.#step(now()).disconnected = true;
  }

  #step(at: number): Step {
    const step = this.#steps.get(at) ?? { live: 0, replayed: 0, disconnected: false };
    this.#steps.set(at, step);
    return step;
  }

  #draw(): void {
    const last = now();
    if (this.#disconnected) this.#step(last).disconnected = true;
    for (const at of this.#steps.keys()) if (at <= last - BARS) this.#steps.delete(at);
    const most = Math.max(5, ...[...this.#steps.values()].map(({ live, replayed }) => live + replayed));
    const bars: SVGRectElement[] = [];
    for (let bar = 0; bar < BARS; bar += 1) {
      const step = this.#steps.get(last - BARS + 1 + bar);
      bars.push(rectangle(bar, 0, HEIGHT, step?.disconnected ? "disconnected" : "ground"));
      if (!step) continue;
      const live = (step.live / most) * HEIGHT;
      const replayed = (step.replayed / most) * HEIGHT;
      if (live > 0) bars.push(rectangle(bar, HEIGHT - live, live, "live"));
      if (replayed > 0) bars.push(rectangle(bar, HEIGHT - live - replayed, replayed, "replayed"));
    }
    this.#drawing.replaceChildren(...bars);
  }
}

const now = (): number => Math.floor(Date.now() / STEP_MS);

function rectangle(bar: number, y: number, height: number, className: string): SVGRectElement {
  const made = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  const attributes = { x: bar * 10 + 1, y, width: 8, height, rx: 1.5, class: className };
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}
