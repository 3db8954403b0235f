import {
  emptiedSettings,
  guardedTitle,
  NOTHING,
  NOTHING_FOREIGN,
  oneLine,
  privilegeTitle,
  rolesOf,
  sectionsOf,
  type CheckGroup,
} from "./contents.ts";
import type { IsolationTests } from "./isolation-tests.ts";
import { generatedLine } from "./place.ts";

/**
 * The tests as a TypeScript file for vitest. It needs `pg` and nothing else, works in one transaction that it rolls
 * back, and takes its database from DATABASE_URL: one on this machine or its network, unless RLS_TEST_ALLOW_REMOTE=1.
 * The same tests give the same text.
 */
export function vitest(tests: IsolationTests): string {
  const guarded = (tests.guarded ?? []).flatMap((relation) =>
    rolesOf(tests).map((role) => ({ title: guardedTitle(role, relation), role, relation })),
  );
  const privileges = rolesOf(tests).map((role) => ({ title: privilegeTitle(role), role }));
  const personas = tests.personas.map(({ name, role, claims }) => ({ name, role, claims }));
  const sections = sectionsOf(tests);
  const relations = sections.map(
    ({ relation, groups }) =>
      `  {\n    relation: ${literal(oneLine(relation))},\n    checks: ${list(groups.map(checkFields), 2)},\n  },\n`,
  );
  const probes = sections.flatMap((section) => [...section.probes]);
  return `// ${generatedLine("vitest")}
// Row isolation in ${oneLine(tests.title)}: who reads and who changes whose rows. Run it with DATABASE_URL set, as a login that row security
// does not hold back and that can become the roles below. All of it happens in one transaction, which is rolled back.
// @vitest-environment node
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

interface Persona {
  name: string;
  role: string;
  claims: string | null;
}

interface Check {
  attack: string;
  /** everybody who must get this answer, a test each */
  personas: string[];
  /** run as the login before it */
  setup?: string[];
  settings?: Record<string, string>;
  sql: string;
  /** there for statements that write: the name of a probe */
  probe?: string;
  /** "sees nothing", "sees" and the keys as a JSON array, "unchanged", "changed" and how many rows of which tenant, or "error" and its code; "nothing" and "nothing foreign" are for what was open when this was made, and must be mended */
  expected: string;
}

/** Who sends requests: with which role and which claims. */
const personas: Persona[] = ${list(personas)};

/** Rows of two invented tenants, beside those that are there already. */
const fixtures: string[] = ${list(tests.fixtures)};

/** Empty at the start of every check, as on a pooled connection: what a session has set once is never unset again in it. */
const emptied: string[] = ${list(emptiedSettings(tests))};

const privileges: { title: string; role: string }[] = ${list(privileges)};

const guarded: { title: string; role: string; relation: string }[] = ${list(guarded)};

/** How the rows of a relation stand, as one JSON array: run as the login before and after. */
const probes: Record<string, string> = ${fields(probes)};

const relations: { relation: string; checks: Check[] }[] = [${relations.length > 0 ? `\n${relations.join("")}` : ""}];
${RUNNER}`;
}

function checkFields({ attack, personas, setup, settings, sql, probe, expected }: CheckGroup): Record<string, unknown> {
  return {
    attack: oneLine(attack),
    personas,
    ...(setup.length === 0 ? {} : { setup }),
    ...(settings.length === 0 ? {} : { settings: Object.fromEntries(settings) }),
    sql,
    ...(probe === null ? {} : { probe }),
    expected,
  };
}

/** An object, a field a line. */
const fields = (entries: readonly (readonly [string, string])[]): string =>
  entries.length === 0
    ? "{}"
    : `{\n${entries.map(([name, value]) => `  ${literal(name)}: ${literal(value)},\n`).join("")}}`;

const literal = (value: unknown): string => JSON.stringify(value);

/** An array, an element or a field a line. `depth`: how far its first line is indented. */
function list(values: readonly (string | Record<string, unknown>)[], depth = 0): string {
  if (values.length === 0) return "[]";
  const indent = "  ".repeat(depth);
  const elements = values.map((value) => {
    if (typeof value === "string") return `${indent}  ${literal(value)},\n`;
    const fields = Object.entries(value).map(([name, field]) => `${indent}    ${name}: ${literal(field)},\n`);
    return `${indent}  {\n${fields.join("")}${indent}  },\n`;
  });
  return `[\n${elements.join("")}${indent}]`;
}

const RUNNER = `
let client: pg.Client | undefined;
let login = "none";

/** The first value of the first row. */
async function one(sql: string, values: unknown[] = []): Promise<unknown> {
  if (!client) throw new Error("there is no connection");
  const result = await client.query<unknown[]>({ text: sql, values, rowMode: "array" });
  return result.rows[0]?.[0];
}

const set = (name: string, value: string): Promise<unknown> => one("select set_config($1, $2, true)", [name, value]);

/** Do something and undo it. */
async function undone<T>(work: () => Promise<T>): Promise<T> {
  await one("savepoint rlsmith_check");
  try {
    return await work();
  } finally {
    await one("rollback to savepoint rlsmith_check");
    await one("release savepoint rlsmith_check");
  }
}

/** Run the statement as the persona. Whatever else fails is thrown: it must not look like a denial. */
async function answer(persona: string, { setup = [], settings = {}, sql, probe: probed }: Check): Promise<string> {
  const probe = probed === undefined ? undefined : probes[probed];
  if (probe === undefined && probed !== undefined) throw new Error(\`there is no probe "\${probed}"\`);

  const sender = personas.find(({ name }) => name === persona);
  if (!sender) throw new Error(\`there is no persona "\${persona}"\`);
  for (const name of emptied) await set(name, "");
  await set("request.jwt.claims", sender.claims ?? "");
  for (const [name, value] of Object.entries(settings)) await set(name, value);
  for (const statement of setup) await one(statement);
  // off: raises where row security would hide rows from the login, and with them every change
  await set("row_security", "off");
  const before = probe === undefined ? null : await one(probe);
  await set("row_security", "on");
  await set("role", sender.role);
  await one("savepoint rlsmith_statement");
  let seen: unknown;
  try {
    seen = await one(sql);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code === undefined || /^57/.test(error.code)) throw error;
    return \`error \${error.code}\`;
  }
  if (probe === undefined) return seen === null || seen === undefined || seen === "[]" ? "sees nothing" : \`sees \${String(seen)}\`;
  await set("role", login);
  await set("row_security", "off");
  return change(before, await one(probe));
}

/** A probe returns a JSON array with an array for each row, and in it: o for a row of the persona's tenant or f for one of the other's, the relation, the key, and what is different when the row is. */
function change(before: unknown, after: unknown): string {
  if (before === after) return "unchanged";
  const rowsOf = (probed: unknown): Map<string, unknown[]> =>
    new Map((JSON.parse(String(probed)) as unknown[][]).map((row) => [JSON.stringify(row), row]));
  const [gone, come] = [rowsOf(before), rowsOf(after)];
  const changed = [...[...gone].filter(([text]) => !come.has(text)), ...[...come].filter(([text]) => !gone.has(text))];
  const count = (whose: string, name: string): string[] => {
    const keys = new Set(changed.flatMap(([, [is, , key]]) => (is === whose ? [JSON.stringify(key)] : [])));
    return keys.size === 0 ? [] : [\`\${keys.size} \${name}\`];
  };
  const rows = [...count("o", "own"), ...count("f", "foreign")];
  return rows.length === 0 ? "changed" : \`changed: \${rows.join(", ")}\`;
}

/** Where nothing may change, that the statement was refused is as good; and so is whatever reaches no row of another tenant where something was open. */
function isAsGood(found: string, expected: string): boolean {
  if (expected === "unchanged") return found === "error 42501";
  if (expected === "nothing") return /${NOTHING}/.test(found);
  return expected === "nothing foreign" && /${NOTHING_FOREIGN}/.test(found);
}

/** On this machine, on its container network (a name without a dot), or wherever one has said that it may be. */
const mayRunOn = (host: string): boolean =>
  /^\\/|^\\[?::1\\]?$|^127(\\.\\d+){3}$|^host\\.docker\\.internal$|^[^.:]+$/.test(host) || process.env["RLS_TEST_ALLOW_REMOTE"] === "1";

beforeAll(async () => {
  const connectionString = process.env["DATABASE_URL"];
  if (!connectionString) throw new Error("DATABASE_URL is not set: give it the address of a database to test on");
  const fresh = new pg.Client({ connectionString });
  if (!mayRunOn(fresh.host))
    throw new Error(
      \`DATABASE_URL leads to \${fresh.host}, which is not this machine: the tests lock rows, and fire triggers, until they roll back; set RLS_TEST_ALLOW_REMOTE=1 to run them there\`,
    );
  await fresh.connect();
  client = fresh;
  await one("begin");
  login = String(await one("select current_setting('role')"));
  for (const fixture of fixtures) await one(fixture);
}, 60_000);

afterAll(async () => {
  if (!client) return;
  try {
    await one("rollback");
  } finally {
    await client.end();
  }
});

// one connection, so one after the other
describe.sequential("row isolation", () => {
  // were a role above row security, the other tests would say nothing
  for (const { title, role } of privileges)
    test(title, async () => {
      expect(await one("select rolsuper or rolbypassrls from pg_roles where rolname = $1", [role])).toBe(false);
    });

  for (const { title, role, relation } of guarded)
    test(title, async () => {
      const active = await undone(async () => {
        const oid = await one("select $1::regclass::oid", [relation]);
        await set("row_security", "on");
        await set("role", role);
        return one("select row_security_active($1::oid)", [oid]);
      });
      expect(active).toBe(true);
    });

  for (const { relation, checks } of relations)
    describe(relation, () => {
      for (const check of checks)
        for (const persona of check.personas)
          test(\`\${persona}: \${check.attack}\`, async () => {
            const found = await undone(() => answer(persona, check));
            expect(isAsGood(found, check.expected) ? check.expected : found).toBe(check.expected);
          });
    });
});
`;
