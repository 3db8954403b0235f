import { nameKey, type NameKey } from "../../src/pg/name.ts";
import type { Breach } from "../../src/verify/matrix/breach.ts";
import type { Verification } from "../../src/verify/matrix/verification.ts";

export const inPublic = (name: string): NameKey => nameKey({ schema: "public", name });

/** A breach with everything in it that could break out of a format. */
export const BREACH: Breach = {
  id: "0123456789ab",
  kind: "tenancy",
  door: "view",
  relation: inPublic("note"),
  object: { kind: "view", name: inPublic('a|b <&> "c"') },
  message: "`a|b` reads with its owner's rights & <more>",
  hint: "create it with (security_invoker = true)",
  command: "SELECT",
  persona: "A's member",
  personaClass: "member",
  attack: "read through a view",
  standing: "SET app.org_id of B",
  statements: ["begin;", "select '```', 1 < 2 & \"x\";", "rollback;"],
  commands: ["SELECT", "COPY"],
  relations: [inPublic("note"), inPublic("other")],
  cells: 12,
};

const heat = {
  held: 0,
  heldByGrant: 0,
  breach: 0,
  expected: 0,
  notSettled: 0,
  notTried: 0,
  ownerUnknown: 0,
  control: 0,
};

/** Three relations: one breached, one with an exception, one where a command could not be tried. */
export const FOUND: Verification = {
  format: "rlsmith-verification",
  formatVersion: 2,
  ground: "scratch",
  personas: [
    { name: "A's member", class: "member", role: "authenticated", claims: "{}" },
    { name: "anon", class: "anon", role: "anon", claims: null },
  ],
  cells: 1234,
  held: 1200,
  breached: 12,
  expectedCells: 2,
  heldByGrant: 300,
  settlement: { triples: 10, settled: 9, share: 0.9 },
  notSettled: [{ cause: { kind: "not tried", why: "copy on the embedded engine" }, cells: 20, triples: 1 }],
  heat: [
    { ...heat, relation: inPublic("calm"), command: "SELECT", personaClass: "member", held: 600 },
    { ...heat, relation: inPublic("calm"), command: "COPY", personaClass: "anon", notSettled: 20 },
    { ...heat, relation: inPublic("note"), command: "SELECT", personaClass: "member", held: 100, breach: 12 },
    { ...heat, relation: inPublic("note"), command: "INSERT", personaClass: "anon", held: 500 },
    { ...heat, relation: inPublic("price"), command: "SELECT", personaClass: "anon", expected: 2 },
  ],
  breaches: [BREACH],
  expected: [
    { ...BREACH, id: "other", object: { kind: "table", name: inPublic("price") }, reason: "one list for all" },
  ],
  withoutRows: [],
  conclusive: true,
  notes: [{ code: "truncate-by-platform", message: "TRUNCATE is granted on `public.calm`" }],
  rows: ["insert into public.note default values"],
  seconds: 2.04,
};

/** The same, with nothing found. */
export const CLEAN: Verification = {
  ...FOUND,
  heat: FOUND.heat.slice(0, 1),
  cells: 600,
  held: 600,
  breached: 0,
  expectedCells: 0,
  heldByGrant: 0,
  settlement: { triples: 9, settled: 9, share: 1 },
  notSettled: [],
  breaches: [],
  expected: [],
  notes: [],
  rows: [],
};
