// Entry point of the page: sign in, show the board, sign out.

import { messageOf, signIn, tenantOfHost, type Account } from "../../../shared/account.ts";
import { forget, keep, restore } from "./account.ts";
import { Board } from "./board.ts";
import { element, write } from "./dom.ts";

const DEMO_PASSWORD = "Demo-2026-pass";
const field = (name: string): HTMLInputElement => element<HTMLInputElement>(name);

function showSignIn(problem = ""): void {
  const shop = field("shop");
  shop.value ||= tenantOfHost() ?? "kava";
  field("email").value ||= `owner@${shop.value}.example`;
  field("password").value ||= DEMO_PASSWORD;
  write("sign-in-problem", problem);
  element("board").hidden = true;
  element("entrance").hidden = false;
}

function showBoard(account: Account): void {
  element("entrance").hidden = true;
  element("board").hidden = false;
  const board = new Board(account);
  account.onEnded = () => leave("Your session was ended.");
  element("sign-out").onclick = () => {
    board.stop();
    forget();
    account.signOut().then(
      () => leave(""),
      (error: unknown) => leave(`Signed out here only: ${messageOf(error)}`),
    );
  };
  board.start();

  /** Reloads the page, so that no data of the shop stays in it. */
  function leave(reason: string): void {
    board.stop();
    sessionStorage.setItem(REASON, reason);
    location.reload();
  }
}

const REASON = "live-board.reason";

async function enter(): Promise<void> {
  const button = element<HTMLButtonElement>("sign-in-go");
  button.disabled = true;
  write("sign-in-problem", "");
  try {
    showBoard(keep(await signIn(field("shop").value.trim(), field("email").value.trim(), field("password").value)));
  } catch (error) {
    write("sign-in-problem", messageOf(error));
  } finally {
    button.disabled = false;
  }
}

element("sign-in").onsubmit = (event) => {
  event.preventDefault();
  void enter();
};
field("shop").onchange = () => {
  if (/^owner@.*\.example$/.test(field("email").value)) field("email").value = `owner@${field("shop").value.trim()}.example`;
};

const account = restore();
const reason = sessionStorage.getItem(REASON) ?? "";
sessionStorage.removeItem(REASON);
if (account) showBoard(account);
else showSignIn(reason);
