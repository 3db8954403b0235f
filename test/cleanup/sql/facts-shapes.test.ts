import { afterAll, beforeAll, expect, test } from "vitest";
import { cleanCatalog, type SqlCleanup } from "../../../src/cleanup/sql/index.ts";
import { parseConfig } from "../../../src/config.ts";
import type { Db } from "../../../src/db/port.ts";
import { inspect } from "../../../src/inspect/index.ts";
import { inspectCatalog } from "../../../src/pipeline/inspection.ts";
import { openScratch, type Scratch } from "../../../src/scratch/index.ts";
import { CALLS } from "./facts-shapes/calls.ts";
import type { ShapeCase } from "./facts-shapes/case.ts";
import { GUARDS } from "./facts-shapes/guards.ts";
import { NO_USE, READS } from "./facts-shapes/reads.ts";

// The forms in which real projects use session variables, two or more of each: what becomes of the text, and that
// PostgreSQL answers a call before and after in the same way while the variables equal the claims.

const CONFIG = parseConfig({
  context: {
    "app.org_id": { claim: "app_metadata.org_id", type: "uuid" },
    "app.actor_id": { claim: "sub", type: "uuid" },
    "app.role": { claim: "app_metadata.role", type: "text" },
  },
});

const OWN = {
  actor: "00000000-0000-4000-8000-00000000000a",
  org: "00000000-0000-4000-8000-0000000000a0",
  role: "clerk",
  desk: "00000000-0000-4000-8000-000000000d0a",
};
const OTHER_ORG = "00000000-0000-4000-8000-0000000000b0";

const PROJECT = `
create type person_role as enum ('clerk', 'manager');
create table person (id uuid primary key, org_id uuid, role text, active boolean not null default true);
create table desk (id uuid primary key, org_id uuid, actor_id uuid, title text, note text);
create table entry (id uuid unique, desk_id uuid, org_id uuid, actor_id uuid, note text);
insert into person values ('${OWN.actor}', '${OWN.org}', '${OWN.role}', true);
insert into desk values ('${OWN.desk}', '${OWN.org}', null, 'front'), (gen_random_uuid(), '${OTHER_ORG}', null, 'other');
create function begin_work(p_actor uuid, p_org uuid, p_role text) returns void language plpgsql as $$
begin
  perform set_config('app.actor_id', p_actor::text, true);
  perform set_config('app.org_id', p_org::text, true);
  perform set_config('app.role', p_role, true);
end $$;
create function begin_traced(p_actor uuid, p_org uuid, p_role text, p_trace text) returns void language plpgsql as $$
begin
  perform begin_work(p_actor, p_org, p_role);
  if p_trace is not null then
    perform set_config('app.trace', p_trace, true);
  end if;
end $$;
create procedure begin_by_call(p_org uuid) language plpgsql as $$
begin
  perform set_config('app.org_id', p_org::text, true);
end $$;
create function begin_from_person() returns void language plpgsql as $$
declare
  v_org uuid;
begin
  select p.org_id into strict v_org from person p where p.id = auth.uid() and p.active;
  perform set_config('app.org_id', v_org::text, true);
end $$;
`;

const CASES = [...CALLS, ...READS, ...GUARDS, ...NO_USE].map((one, number) => ({ ...one, name: `case_${number}` }));
type Case = (typeof CASES)[number];
const isAsked = ({ becomes }: ShapeCase): boolean => becomes.kind === "asked";

function definitionOf({ name, takes, returns = "text", body }: Case): string {
  const isTrigger = returns === "trigger";
  const args = isTrigger ? "" : (takes ?? "p_actor uuid, p_org uuid, p_role text, p_id uuid");
  const create = `create function ${name}(${args}) returns ${returns} language plpgsql as $case$${body}$case$;`;
  return isTrigger
    ? `${create} create trigger ${name} after insert on desk for each row execute function ${name}();`
    : create;
}

const CLAIMS = { sub: OWN.actor, app_metadata: { org_id: OWN.org, role: OWN.role } };

/** Whose organisation a call names, and whether there are claims, which the variables equal. */
interface Call {
  org: string;
  signedIn: boolean;
}
const OWN_CALL: Call = { org: OWN.org, signedIn: true };
/** Other calls of a guard, which refuses some of them. */
const GUARDED: readonly Call[] = [
  { org: OTHER_ORG, signedIn: true },
  { org: OWN.org, signedIn: false },
];
const callsOf = (one: ShapeCase): readonly Call[] =>
  GUARDS.some(({ body }) => body === one.body) ? [OWN_CALL, ...GUARDED] : [OWN_CALL];

/** What calls return and write, or the errors that they raise. */
async function answersOf(db: Db, one: Case): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const call of callsOf(one)) found.push(await answerOf(db, one, call));
  return found;
}

async function answerOf(db: Db, { name, returns }: Case, { org, signedIn }: Call): Promise<unknown> {
  await db.exec("begin");
  try {
    await db.query(
      "select set_config('request.jwt.claims', $1, true), set_config('app.org_id', $2, true), set_config('app.actor_id', $3, true), set_config('app.role', $4, true), set_config('app.trace', '', true)",
      signedIn ? [JSON.stringify(CLAIMS), OWN.org, OWN.actor, OWN.role] : ["", "", "", ""],
    );
    const rows = await db.query(
      returns === "setof desk"
        ? `select string_agg(d::text, '; ') from ${name}($1, $2, $3, $4) d`
        : `select ${name}($1, $2, $3, $4)::text`,
      [OWN.actor, org, OWN.role, OWN.desk],
    );
    const written = await db.query("select e::text from entry e union all select d::text from desk d order by 1");
    return { rows, written };
  } catch (error) {
    return { error: String(error) };
  } finally {
    await db.exec("rollback");
  }
}

let scratch: Scratch;
let cleanup: SqlCleanup;
let left: SqlCleanup;
const before = new Map<string, unknown>();

const clean = async (db: Db): Promise<SqlCleanup> => {
  const catalog = await inspect(db);
  return cleanCatalog(catalog, inspectCatalog(catalog, CONFIG).classified, CONFIG);
};

beforeAll(async () => {
  scratch = await openScratch({ kind: "embedded" });
  await scratch.db.exec(PROJECT);
  // Apart from the others: what stays as it is and reads a variable keeps whatever sets it.
  const apart = await scratch.fork();
  await apart.db.exec(CASES.filter(isAsked).map(definitionOf).join("\n"));
  left = await clean(apart.db);
  await apart.close();
  const others = CASES.filter((one) => !isAsked(one));
  await scratch.db.exec(others.map(definitionOf).join("\n"));
  cleanup = await clean(scratch.db);
  for (const one of others) before.set(one.name, await answersOf(scratch.db, one));
  for (const one of cleanup.functions) if (one.kind === "edited") await scratch.db.exec(one.definition);
});
afterAll(async () => scratch.close());

const of = ({ functions }: SqlCleanup, { name }: Case): SqlCleanup["functions"][number] | undefined =>
  functions.find(({ fn }) => fn.name === name);

/** The body with each replacement made; a text that is not there exactly once is a mistake of the case. */
const withCuts = (body: string, cuts: readonly [string, string][]): string =>
  cuts.reduce((text, [from, to]) => {
    if (text.split(from).length !== 2) throw new Error(`not there once: ${from}`);
    return text.replace(from, () => to);
  }, body);

/** What became of a function, in the form of what is expected of it. */
function outcomeOf(one: Case): unknown {
  const found = of(isAsked(one) ? left : cleanup, one);
  if (found === undefined)
    return { kind: cleanup.setters.some(({ fn }) => fn.name === one.name) ? "setter" : "untouched" };
  if (found.kind === "edited")
    return { kind: "edited", body: found.body, notes: new Set(found.notes.map(({ tag }) => tag)) };
  const tags: string[] = found.questions.map(({ tag }) => tag);
  const { becomes } = one;
  return { kind: "asked", question: tags.find((tag) => becomes.kind === "asked" && tag === becomes.question) ?? tags };
}

const expectedOf = ({ body, becomes }: Case): unknown =>
  becomes.kind === "edited"
    ? { kind: "edited", body: withCuts(body, becomes.cuts), notes: new Set(becomes.notes) }
    : becomes;

test.each(CASES)("$shape: $about", (one) => {
  expect(outcomeOf(one)).toEqual(expectedOf(one));
});

test.each(CASES.filter((one) => !isAsked(one)))("$shape, called before and after: $about", async (one) => {
  expect(await answersOf(scratch.db, one)).toEqual(before.get(one.name));
});

test("most calls answer and do not raise, so that answers are compared", () => {
  const raised = CASES.filter((one) => (before.get(one.name) as { error?: string }[] | undefined)?.[0]?.error);
  expect(raised.map(({ about }) => about)).toEqual([]);
});

test("of each of the 29 forms there are two cases or more", () => {
  const few = Array.from({ length: 29 }, (_, n) => n + 1).filter(
    (shape) => CASES.filter((one) => one.shape === shape).length < 2,
  );
  expect(few).toEqual([]);
});

test("a second clean-up finds nothing more", async () => {
  const again = await clean(scratch.db);
  expect(again.functions.map(({ fn }) => fn.name)).toEqual([]);
});
