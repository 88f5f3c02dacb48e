// The bar above GraphiQL: tenant, sign-in, demo order.

import { useState, type FormEvent } from "react";

import { guestOf, messageOf } from "../../../shared/account.ts";
import { placeDemoOrder } from "../../../shared/demo_order.ts";
import { enter, signOut, switchTenant, TENANT, useAccount } from "./caller.ts";

const DEMO_PASSWORD = "Demo-2026-pass";
const DEMO_TENANTS = ["kava", "knyhy"];

type Submit = (fields: Record<string, string>) => void;

/** The class `graphiql-container` brings the colours of GraphiQL's theme. */
export function CallerBar() {
  const account = useAccount();
  const [notice, setNotice] = useState("");
  /** Runs what a button does, and says what came of it. */
  const attempt = async (action: () => Promise<string | void>): Promise<void> => {
    setNotice("");
    try {
      setNotice((await action()) ?? "");
    } catch (error) {
      setNotice(messageOf(error));
    }
  };
  const order = async (): Promise<string> => `Order #${await placeDemoOrder(guestOf(TENANT))} was placed.`;
  return (
    <header className="graphiql-container caller">
      <Tenant submit={(fields) => void attempt(() => switchTenant(fields["tenant"]!))} />
      {account ? (
        <div>
          <span>
            Signed in as <strong>{account.email}</strong>
          </span>
          <Button onClick={() => void attempt(signOut)}>Sign out</Button>
        </div>
      ) : (
        <SignIn submit={(fields) => void attempt(() => enter(fields["email"]!, fields["password"]!))} />
      )}
      <Button onClick={() => void attempt(order)}>Place a demo order</Button>
      <output>{notice}</output>
      <a href="/live">Live board</a>
    </header>
  );
}

function Tenant({ submit }: { submit: Submit }) {
  return (
    <form onSubmit={submitting(submit)}>
      <label>
        Tenant
        <input name="tenant" defaultValue={TENANT} list="tenants" required size={8} spellCheck={false} autoCapitalize="off" />
      </label>
      <datalist id="tenants">
        {DEMO_TENANTS.map((slug) => (
          <option key={slug} value={slug} />
        ))}
      </datalist>
      <Button>Switch</Button>
    </form>
  );
}

function SignIn({ submit }: { submit: Submit }) {
  return (
    <form onSubmit={submitting(submit)}>
      <label>
        E-mail
        <input name="email" type="email" defaultValue={`owner@${TENANT}.example`} required size={22} autoComplete="username" />
      </label>
      <label>
        Password
        <input name="password" type="password" defaultValue={DEMO_PASSWORD} required size={14} autoComplete="current-password" />
      </label>
      <Button>Sign in</Button>
    </form>
  );
}

const Button = ({ children, onClick }: { children: string; onClick?: () => void }) => (
  <button className="graphiql-button" type={onClick ? "button" : "submit"} onClick={onClick}>
    {children}
  </button>
);

/** Passes the fields of a form on. */
const submitting = (submit: Submit) => (event: FormEvent<HTMLFormElement>): void => {
  event.preventDefault();
  const fields = [...new FormData(event.currentTarget)].map(([name, value]) => [name, String(value).trim()]);
  submit(Object.fromEntries(fields) as Record<string, string>);
};
