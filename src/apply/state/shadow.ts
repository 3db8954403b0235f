import { pgErrorOf, type Db } from "../../db/port.ts";
import { inSavepoint, passing, SAVEPOINT, takeBack } from "../../db/savepoint.ts";
import { sentTogether } from "../../db/sent-together.ts";
import { ToolError } from "../../errors.ts";
import { nameKey, quoteName } from "../../pg/name.ts";
import { createPolicy } from "../../pg/policy-sql.ts";
import type { Policy } from "../../pg/policy.ts";
import type { Trip } from "../trip.ts";
import { stateQuery, type RelationState, type State } from "./state.ts";
import { wholeRowOf } from "./whole-row.ts";

type Texts = Pick<Policy, "using" | "check">;

/**
 * The printed forms of a policy: the first time, and after the server has read its own output
 * (src/pg/expr/round-trip.ts). Null: the policy cannot be created.
 */
export type Print = { first: Texts; again: Texts } | null;

/** A policy, and the one on the copy that shows how it is printed. */
interface Probe {
  policy: Policy;
  name: string;
  sql: string;
}

export interface Shadowed {
  /** one for each of the given policies, which may share a name */
  prints: ReadonlyMap<Policy, Print>;
  /** the defaults by column, of the columns that the relation's state names */
  defaults: RelationState["defaults"];
  /** the error of the first policy that could not be created */
  raised: { policy: Policy; sqlstate: string; message: string } | null;
}

/**
 * Let a server print policies of a relation without a lock on it: they are created on an empty temporary copy of the
 * same name, and everything is undone. Runs inside an open transaction. `alter`: ALTER TABLE statements on the
 * relation, without their `alter table …`. Throws ToolError (environment) if the copy cannot be created, or
 * PostgreSQL's error of an `alter`.
 */
export async function onShadow(
  db: Db,
  relation: RelationState,
  policies: readonly Policy[],
  alter: readonly string[],
  trip: Trip = "together",
): Promise<Shadowed> {
  const [shadow] = await onShadows(db, [{ relation, policies, alter }], trip);
  if (!shadow) throw new Error("one relation has one shadow");
  return shadow;
}

/** The policies of one relation that are to be printed, see `onShadow`. */
export interface ShadowRequest {
  relation: RelationState;
  policies: readonly Policy[];
  alter: readonly string[];
}

/**
 * `onShadow` of several relations in one round trip, in their order. One that cannot be created as a whole has round
 * trips of its own.
 */
export async function onShadows(
  db: Db,
  requests: readonly ShadowRequest[],
  trip: Trip = "together",
): Promise<Shadowed[]> {
  const all = await Promise.all(requests.map(async (request) => prepared(db, request)));
  const made = await sentTogether(all.map(async (one) => unlessRaised(one.relation, async () => send(db, one, trip))));
  const shadows: Shadowed[] = [];
  for (const [n, one] of all.entries()) {
    const states = made[n] ?? null;
    shadows.push(states === null ? await oneByOne(db, one) : one.read(states, null));
  }
  return shadows;
}

/** The statements that print the policies of one relation. */
interface Prepared {
  relation: RelationState;
  probes: readonly Probe[];
  make: readonly string[];
  query: string;
  read(states: [RelationState, RelationState], raised: Shadowed["raised"]): Shadowed;
}

async function prepared(db: Db, { relation, policies, alter }: ShadowRequest): Promise<Prepared> {
  const { schema, name } = relation;
  const shadow = quoteName({ schema: "pg_temp", name });
  const expressions = policies.flatMap(({ using, check }) => [using, check].filter((text) => text !== null));
  const rows = await wholeRowOf(db, schema, name, expressions);
  const probes = policies.map((policy, n): Probe => {
    const probe = {
      ...policy,
      schema: "pg_temp",
      name: `p${n}`,
      roles: ["public"],
      using: policy.using && rows.cast(policy.using),
      check: policy.check && rows.cast(policy.check),
    };
    return { policy, name: probe.name, sql: createPolicy(probe) };
  });
  const make = [
    `create temporary table ${shadow} (like ${quoteName(relation)})`,
    ...alter.map((what) => `alter table ${shadow} ${what}`),
  ];
  const columns = relation.defaults.map(({ column }) => column);
  const query = stateQuery({ relations: [{ schema: "pg_temp", name, columns }], functions: [], schemas: [] });
  return { relation, probes, make, query, read: shadowed };

  function shadowed([first, again]: [RelationState, RelationState], raised: Shadowed["raised"]): Shadowed {
    const of = (state: RelationState, one: string): Texts | null => {
      const policy = state.policies.find((found) => found.name === one);
      if (!policy) return null;
      const { using, check } = policy;
      return { using: using && rows.uncast(using), check: check && rows.uncast(check) };
    };
    return {
      prints: new Map(
        probes.map(({ policy, name: probe }) => {
          const [one, other] = [of(first, probe), of(again, probe)];
          return [policy, one && other && { first: one, again: other }];
        }),
      ),
      defaults: first.defaults,
      raised,
    };
  }
}

/** Everything at once, and what takes it back, whether or not an error is raised. */
async function send(db: Db, one: Prepared, trip: Trip): Promise<[RelationState, RelationState]> {
  const [answer, back] = [states(db, one, trip), takeBack(db)];
  return answer.finally(async () => back);
}

async function states(db: Db, { probes, make, query }: Prepared, trip: Trip): Promise<[RelationState, RelationState]> {
  const texts = probes.map(({ sql }) => sql);
  const [before, after] = [
    [SAVEPOINT, EMPTY_PATH, ...make],
    [query, REREAD, query],
  ];
  if (trip === "together") return twoStates(await db.exec([...before, ...texts, ...after].join(";\n")));
  const answers = await sentTogether([
    db.exec(before.join(";\n")),
    ...texts.map(async (sql) => db.query(sql)),
    readAgain(db, query),
  ]);
  return answers.at(-1) as [RelationState, RelationState];
}

/** One of the policies cannot be created: each is tried by itself. */
async function oneByOne(db: Db, { probes, make, query, read }: Prepared): Promise<Shadowed> {
  return passing(db, EMPTY_PATH, async () => {
    for (const sql of make) await db.exec(sql);
    let raised: Shadowed["raised"] = null;
    for (const { policy, sql } of probes)
      try {
        await inSavepoint(db, async () => db.query(sql));
      } catch (error) {
        const found = pgErrorOf(error);
        if (!found) throw error;
        raised ??= { policy, ...found };
      }
    return read(await readAgain(db, query), raised);
  });
}

const EMPTY_PATH = "set local search_path = ''";

/** The two states that `work` reads. Null: a statement of it raised an error. `work` undoes all that it does. */
async function unlessRaised(
  relation: RelationState,
  work: () => Promise<[RelationState, RelationState]>,
): Promise<[RelationState, RelationState] | null> {
  try {
    return await work();
  } catch (error) {
    const raised = pgErrorOf(error);
    // 25P02: something before it in the transaction has failed
    if (!raised || raised.sqlstate === "25P02") throw error;
    if (
      raised.sqlstate === "42501" &&
      /temporary|create|permission denied for (table|schema|database)/.test(raised.message)
    )
      throw new ToolError(
        "environment",
        "INSUFFICIENT_PRIVILEGE",
        `the target cannot print the policies of ${nameKey(relation)}: ${raised.message}`,
        hintFor(raised.message),
        { cause: error },
      );
    return null;
  }
}

/** The privilege that is missing, by the message of the server. */
function hintFor(message: string): string {
  if (/temporary/.test(message)) return "grant TEMPORARY on the database to the login (PUBLIC has it by default)";
  const schema = /permission denied for schema (.*)$/.exec(message)?.[1];
  if (schema !== undefined)
    return `a policy of the relation names an object in schema ${schema}: grant USAGE on it to the login`;
  return "apply as the owner of the relations";
}

const readAgain = async (db: Db, query: string): Promise<[RelationState, RelationState]> =>
  twoStates(await db.exec([query, REREAD, query].join(";\n")));

function twoStates(results: readonly Record<string, unknown>[][]): [RelationState, RelationState] {
  const [first, again] = results.flatMap((rows) =>
    rows[0] !== undefined && "state" in rows[0] ? (rows[0]["state"] as State).relations : [],
  );
  if (!first || !again) throw new Error("each query returns one relation");
  return [first, again];
}

/** Each probe is created again from its printed form. */
const REREAD = `do $rlsmith$
declare
  one record;
begin
  for one in
    select p.polname, c.relname, pg_get_expr(p.polqual, p.polrelid) as q, pg_get_expr(p.polwithcheck, p.polrelid) as w
    from pg_policy p join pg_class c on c.oid = p.polrelid where c.relnamespace = pg_my_temp_schema()
  loop
    execute format('alter policy %I on pg_temp.%I', one.polname, one.relname)
      || coalesce(' using (' || one.q || ')', '') || coalesce(' with check (' || one.w || ')', '');
  end loop;
end
$rlsmith$`;

/**
 * The text of a policy as the server will store it: the present text if it is the wanted one, or a form of it that the
 * server prints; otherwise the form that the server prints.
 */
export function settled(wanted: Policy, print: Print, there: Texts | undefined): Policy {
  const one = (key: "using" | "check"): string | null => {
    const text = wanted[key];
    if (text === null) return null;
    const stands = there?.[key] ?? null;
    const first = print?.first[key] ?? text;
    return stands !== null && [text, first, print?.again[key]].includes(stands) ? stands : first;
  };
  return { ...wanted, using: one("using"), check: one("check") };
}
