// Access tokens with changed claims, signed with the platform's own key, so that tests need not wait for an expiry.

import { sign } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";

export type Claims = Record<string, unknown>;

/** Reason to skip a test that needs the key, or false. */
export const withoutKeys = (): string | false => !process.env["SHOP_KEYS_DIR"] && "SHOP_KEYS_DIR is not set";

/** The same token with changed claims. */
export function resigned(token: string, change: (claims: Claims) => Claims): string {
  const [header, payload] = token.split(".") as [string, string];
  const claims = change(JSON.parse(Buffer.from(payload, "base64url").toString()) as Claims);
  const text = `${header}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}`;
  const key = readFileSync(path.join(process.env["SHOP_KEYS_DIR"]!, "client.pem"));
  return `${text}.${sign(null, Buffer.from(text), key).toString("base64url")}`;
}

/** The same token, expiring this many seconds from now. */
export const endingIn = (token: string, seconds: number): string =>
  resigned(token, (claims) => ({ ...claims, exp: Math.floor(Date.now() / 1_000) + seconds }));
