// Who sends the requests of this page: a tenant, and the account that is signed in, in memory only.

import { useSyncExternalStore } from "react";

import { Account, signIn, tenantOfHost } from "../../../shared/account.ts";

/** Names the tenant in the page's address, if its host does not. */
const PARAMETER = "tenant";

export const TENANT = tenantOfHost() ?? new URLSearchParams(location.search).get(PARAMETER) ?? "kava";

let signedIn: Account | null = null;
const listeners = new Set<() => void>();

function become(account: Account | null): void {
  signedIn = account;
  for (const listener of listeners) listener();
}

/** The account that is signed in; null for a guest. */
export const account = (): Account | null => signedIn;

/** The account, in a component that is rendered again when it changes. */
export const useAccount = (): Account | null =>
  useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, account);

/** Throws an error whose message is for the user. */
export async function enter(email: string, password: string): Promise<void> {
  const entered = new Account(await signIn(TENANT, email, password));
  entered.onEnded = () => {
    if (signedIn === entered) become(null);
  };
  become(entered);
}

export async function signOut(): Promise<void> {
  const left = signedIn;
  become(null);
  await left?.signOut();
}

/**
 * Signs out, and opens the page of another tenant, with its examples. If the host names the tenant, so must the new
 * address: the gateway refuses a request whose header names another tenant than its host.
 */
export async function switchTenant(tenant: string): Promise<void> {
  const address = new URL(location.href);
  const ofHost = tenantOfHost();
  if (ofHost === undefined) address.searchParams.set(PARAMETER, tenant);
  else address.hostname = location.hostname.replace(ofHost, tenant);
  try {
    await signOut();
  } finally {
    location.assign(address);
  }
}
