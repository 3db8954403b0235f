import { expect, test } from "vitest";
import { parseConfig, type UserConfig } from "../../src/config.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { verifyDatabase } from "../../src/pipeline/verify.ts";
import type { Verification } from "../../src/verify/matrix/verification.ts";
import { withFork } from "../support/fork.ts";

const ALPHA = "aaaaaaaa-0000-4000-8000-000000000001";
const BRAVO = "bbbbbbbb-0000-4000-8000-000000000001";
const CLAIM = "(select (auth.jwt() -> 'app_metadata' ->> 'firm_id')::uuid)";
const ROWS = `insert into public.writ (firm_id, title) values ('${ALPHA}', 'alpha'), ('${BRAVO}', 'bravo');`;
const table = (using: string): string => `
  create table public.writ (id bigint generated always as identity primary key, firm_id uuid not null, title text);
  alter table public.writ enable row level security;
  create policy writ_firm on public.writ to authenticated using (${using});
  grant select, insert, update, delete on public.writ to authenticated;
  ${ROWS}`;
const CONTEXT: UserConfig = { context: { "app.firm_id": { claim: "app_metadata.firm_id", type: "uuid" } } };

/** Attack a database on a connection on which another client has set a session variable and committed. */
const attacked = async (
  sql: string,
  left: Readonly<Record<string, string>>,
  config: UserConfig = {},
): Promise<Verification> =>
  withFork(sql, async (db) => {
    const catalog = await inspect(db);
    for (const [name, value] of Object.entries(left)) await db.query("select set_config($1, $2, false)", [name, value]);
    return verifyDatabase(db, catalog, { mode: "write and roll back", config: parseConfig(config, "test") });
  });

const notesOf = ({ notes }: Verification, code: string): string[] =>
  notes.filter((one) => one.code === code).map(({ message }) => message);

// with the variable of bravo in place, a token of alpha reads bravo's row: `coalesce` takes the variable first
const HYBRID = table(`firm_id = coalesce(nullif(current_setting('app.firm_id', true), '')::uuid, ${CLAIM})`);

test("a mapped variable that an earlier client left is named, and is not taken for an open policy", async () => {
  const found = await attacked(HYBRID, { "app.firm_id": BRAVO }, CONTEXT);
  expect(notesOf(found, "came-with").join()).toContain(`\`app.firm_id\` = '${BRAVO}', by an earlier client`);
  // any client can set it: that is the cause, and the statements say so
  expect(found.breaches.map(({ door, object }) => `${door} ${object.name}`)).toEqual(["session-variable public.writ"]);
  expect(found.breaches.flatMap(({ statements }) => statements).join("\n")).toContain(`set "app"."firm_id"`);
});

test("without a value left over nothing is said of one", async () => {
  const found = await attacked(HYBRID, {}, CONTEXT);
  expect(notesOf(found, "came-with")).toEqual([]);
  expect(found.breaches.map(({ door }) => door)).toEqual(["session-variable"]);
});

test("a switch that nothing maps: its name is printed, and its value is not, which may be a secret", async () => {
  const found = await attacked(table(`firm_id = ${CLAIM} or current_setting('app.sweep', true) = 'open-all'`), {
    "app.sweep": "open-all",
  });
  expect(notesOf(found, "came-with").join()).toContain("`app.sweep` set");
  expect(notesOf(found, "came-with").join()).not.toContain("open-all");
  expect(found.breaches.map(({ door }) => door)).toEqual(["session-variable"]);
});

test("a token that an earlier client left opens nothing to a request without one", async () => {
  const claims = JSON.stringify({ role: "authenticated", app_metadata: { firm_id: BRAVO } });
  const found = await attacked(table(`firm_id = ${CLAIM}`), { "request.jwt.claims": claims });
  expect(notesOf(found, "came-with").join()).toContain("`request.jwt.claims` set");
  expect(notesOf(found, "came-with").join()).not.toContain(BRAVO);
  expect(found.breaches).toEqual([]);
});
