import type { BreachKind, Door } from "./breach.ts";

/** The kind of each breach class, and the hint that closes it. */
export const DOORS: Record<Door, { kind: BreachKind; hint: string }> = {
  policy: {
    kind: "tenancy",
    hint: "let the policy compare the tenant's column with the claim, in USING and in WITH CHECK",
  },
  "rls-off": { kind: "tenancy", hint: "enable row level security, or revoke the grant" },
  "owner-not-forced": { kind: "tenancy", hint: "alter table … force row level security, or let another role own it" },
  "bypass-role": { kind: "tenancy", hint: "revoke the membership, or take the attribute from the role" },
  view: { kind: "tenancy", hint: "create it with (security_invoker = true), or revoke the grant" },
  "materialized-view": {
    kind: "tenancy",
    hint: "revoke it from the roles of requests, and read it through a function that checks the tenant",
  },
  partition: { kind: "tenancy", hint: "enable row level security on it as well, or revoke the grant" },
  function: {
    kind: "tenancy",
    hint: "let it check the caller's tenant, or revoke execute from public and from the roles of requests",
  },
  trigger: { kind: "tenancy", hint: "let it check that what it reads or writes is of the same tenant" },
  truncate: { kind: "grant", hint: "revoke truncate" },
  "default-privileges": { kind: "grant", hint: "alter default privileges … revoke" },
  "session-variable": { kind: "tenancy", hint: "let policies read the claim only; rlsmith plan writes the migration" },
  "context-function": {
    kind: "tenancy",
    hint: "revoke execute from the roles of requests, and let policies read the claim only",
  },
  claims: { kind: "tenancy", hint: "read app_metadata only, and deny where the claim is missing" },
  membership: { kind: "tenancy", hint: "let only an invitation or an administrator of the tenant insert members" },
  "own-role": { kind: "role", hint: "take the column out of what members may update" },
  "stale-role": { kind: "role", hint: "look the role up in the membership row" },
  storage: { kind: "tenancy", hint: "check the bucket and the first folder" },
  "unique-oracle": { kind: "oracle", hint: "put the tenant's column into the key" },
  "foreign-key-oracle": {
    kind: "oracle",
    hint: "put the tenant's column into the key, or check the referenced row in WITH CHECK",
  },
  "sequence-oracle": { kind: "oracle", hint: "use uuids, or revoke the sequence from the roles of requests" },
  cascade: {
    kind: "tenancy",
    hint: "put the tenant's column into the foreign key, or check the referenced row in WITH CHECK",
  },
  "large-object": {
    kind: "tenancy",
    hint: "revoke the grant, and read it through a function that checks the tenant, or store the bytes in a column",
  },
  notify: { kind: "tenancy", hint: "send the key of the row only: NOTIFY has no grants, and every session may LISTEN" },
  "immutable-function": { kind: "tenancy", hint: "declare it STABLE: alter function … stable" },
  unavailable: { kind: "availability", hint: "correct the function or the policy that raises the error" },
  "stored-claim": { kind: "availability", hint: "cast stored values only where they are known to be well-formed" },
};
