// Finds elements of the page by id, and creates new ones.

/** The element with this id; throws if there is none. */
export function element<Kind extends Element = HTMLElement>(id: string): Kind {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found as unknown as Kind;
}

/** A new element with a class and a text. */
export function make(tag: string, className = "", text = ""): HTMLElement {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

export function write(id: string, text: string): void {
  const target = element(id);
  if (target.textContent !== text) target.textContent = text;
}

export const clock = (moment: Date | string): string =>
  new Date(moment).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** An enum value as readable text: `PAYMENT_FAILED` becomes `payment failed`. */
export const words = (code: string): string => code.toLowerCase().replaceAll("_", " ");
