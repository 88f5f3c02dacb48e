// The signed-in account is kept in this tab: a reload keeps the session, another tab has a separate one.

import { Account, type SignedIn } from "../../../shared/account.ts";

const STORE = "live-board.account";

export const forget = (): void => sessionStorage.removeItem(STORE);

/** Keeps the account, and every change of its tokens. */
export function keep(signedIn: SignedIn): Account {
  store(signedIn);
  return new Account(signedIn, (changed) => (changed ? store(changed) : forget()));
}

/** The account that was signed in before a reload. */
export function restore(): Account | undefined {
  const text = sessionStorage.getItem(STORE);
  return text === null ? undefined : keep(JSON.parse(text) as SignedIn);
}

const store = (signedIn: SignedIn): void => sessionStorage.setItem(STORE, JSON.stringify(signedIn));
