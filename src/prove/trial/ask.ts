import { quoteIdent } from "../../pg/identifier.ts";
import { nameKey, quoteName, type QualifiedName } from "../../pg/name.ts";
import { isLimit, meaningOf } from "../../request/index.ts";
import type { Component } from "../component.ts";
import { leaveOne } from "../replay/isolate.ts";
import { newSide } from "../side.ts";
import type { AccessOutcome } from "../situation.ts";
import { insertable } from "./columns.ts";
import { observe, type ContextAnswer, type Job, type RawError } from "./observe.ts";
import { apart, attempt, placeRows, PLACE, type Site } from "./site.ts";
import { insertOf, printContext, type PlannedRow, type World } from "./world.ts";

/** What a trial is about: a request of a role on a relation. */
export interface Asked {
  relation: QualifiedName;
  component: Component;
  role: string;
  /** the role in the databases of the trial */
  as: string;
  login: string | null;
  /** SQL that every state satisfies */
  conditions: readonly string[];
  /** materialized views, to be refreshed once the rows are there */
  snapshots: readonly QualifiedName[];
  /** columns that a statement of the role may name, the same on both sides */
  writable: readonly string[];
  /** columns that a statement of anybody may set in an UPDATE */
  settable: readonly string[];
}

/** The outcome for a row; null: it tells nothing, for such a row cannot be there */
export type Seen = AccessOutcome["kind"] | null;

/** By requests, then rows. */
export type Answers = Seen[][];

/** The answers of both sides in the states and to the requests of a world, and to whom errors there are. */
export async function ask(sites: readonly [Site, Site], asked: Asked, world: World): Promise<[Answers, Answers]> {
  const [before, after] = sites;
  // a row that one side refuses is in neither
  const first = await apart(before, async () => place(before, world));
  const there = only(world, first);
  const observed = await apart(after, async () => {
    const placed = await place(after, there.world);
    const both = only(there.world, placed);
    return { ...both, answers: both.world === there.world ? await observeIn(after, asked, there.world, placed) : null };
  });
  const { world: common } = observed;
  const second =
    observed.answers ?? (await apart(after, async () => observeIn(after, asked, common, await place(after, common))));
  const one = await apart(before, async () => observeIn(before, asked, common, await place(before, common)));
  const again = one.flatMap((answer, n) => (isToRepeat(answer) || isToRepeat(second[n]) ? [n] : []));
  const rows = Math.max(FEW, Math.floor(MOST / Math.max(1, again.length)));
  const single = again.length === 0 ? null : await oneByOne(sites, asked, common, { again, rows });
  // rows of the world that are in neither have no answer
  const numbers = numbersOf(world, common);
  const answersOf = (list: readonly ContextAnswer[], side: 0 | 1): Answers =>
    list.map((answer, n) => {
      const repeated = single?.[side][again.indexOf(n)];
      const seen = seenIn(
        asked,
        common.rows.length,
        repeated ?? answer,
        one[n]?.assumed ?? null,
        second[n]?.assumed ?? null,
      );
      return world.rows.map((_, row) => seen[numbers[row] ?? -1] ?? null);
    });
  return [answersOf(one, 0), answersOf(second, 1)];

  function isToRepeat(answer: ContextAnswer | undefined): boolean {
    return answer?.error !== undefined && !answer.error.early && denied(asked, answer.error) !== "deny";
  }
}

/** Where a request for all rows raises, rows are asked for by themselves: as many for each request, and in all. */
const FEW = 6;
const MOST = 200;

async function oneByOne(
  sites: readonly [Site, Site],
  asked: Asked,
  world: World,
  { again, rows }: { again: readonly number[]; rows: number },
): Promise<[ContextAnswer[], ContextAnswer[]]> {
  const some = {
    ...world,
    rows: world.rows.slice(0, rows),
    contexts: again.flatMap((n) => world.contexts[n] ?? []),
  };
  const [before, after] = sites;
  return [
    await apart(before, async () => observeIn(before, asked, some, await place(before, some), "one by one")),
    await apart(after, async () => observeIn(after, asked, some, await place(after, some), "one by one")),
  ];
}

/** The places of the other rows and of the rows in question. */
interface Placed {
  others: (string | null)[];
  rows: (string | null)[];
}

async function place({ db, catalog }: Site, world: World): Promise<Placed> {
  const columns = new Map(catalog.relations.map((relation) => [nameKey(relation), insertable(relation)]));
  const all = [...world.others, ...world.rows];
  const places = await placeRows(
    db,
    all.map((row) => `${insertOf(row, columns.get(nameKey(row.relation)) ?? new Set())} returning ${PLACE}`),
  );
  return { others: places.slice(0, world.others.length), rows: places.slice(world.others.length) };
}

/** The world without what has no place; the same object where everything has one. */
function only(world: World, placed: Placed): { world: World } {
  if (![...placed.others, ...placed.rows].includes(null)) return { world };
  return {
    world: {
      ...world,
      others: world.others.filter((_, n) => placed.others[n] !== null),
      rows: world.rows.filter((_, n) => placed.rows[n] !== null),
    },
  };
}

/** For each row of the first its number in the second, which has some of them in the same order. */
function numbersOf(world: World, some: World): (number | undefined)[] {
  const at = new Map(some.rows.map((row, n) => [row, n]));
  return world.rows.map((row) => at.get(row));
}

async function observeIn(
  site: Site,
  asked: Asked,
  world: World,
  { rows: places }: Placed,
  mode: "all" | "one by one" = "all",
): Promise<ContextAnswer[]> {
  if (places.length === 0) return world.contexts.map(() => ({ assumed: null, reached: [] }));
  const { relation, component, as: role } = asked;
  const relationName = quoteName(relation);
  await attempt(site.db, [
    ...asked.snapshots.map((one) => `refresh materialized view ${quoteName(one)}`),
    ...(readsPlacesOnly(site, asked)
      ? [`grant select (tableoid, ctid) on ${relationName} to ${quoteIdent(role)}`]
      : []),
  ]);
  if (component === "UPDATE USING" || component === "UPDATE CHECK")
    for (const sql of leaveOne(site.catalog.policies, relation, component)) await site.db.exec(sql);
  const { conditions } = asked;
  return observe(site.db, {
    role,
    login: asked.login,
    contexts: world.contexts.map(printContext),
    places,
    relation: relationName,
    condition: conditions.length === 0 ? null : conditions.map((text) => `((${text}) is true)`).join(" and "),
    how: howOf(asked, world.rows, mode),
  });
}

/** Without the privilege on the relation as a whole, its system columns need privileges of their own. */
function readsPlacesOnly({ catalog }: Site, { relation, as: role, component }: Asked): boolean {
  const found = catalog.relations.find((one) => nameKey(one) === nameKey(relation));
  if (component !== "SELECT" || !found?.columnGrants.some(({ privilege }) => privilege === "SELECT")) return false;
  return newSide(catalog).hasPrivilege(found, "SELECT", role);
}

function howOf(asked: Asked, rows: readonly PlannedRow[], mode: "all" | "one by one"): Job["how"] {
  const { component, writable, settable } = asked;
  const name = quoteName(asked.relation);
  const mayName = new Set(writable);
  const written = (row: PlannedRow): [string, string][] => [...row.values].filter(([column]) => mayName.has(column));
  switch (component) {
    case "SELECT":
      return mode === "all"
        ? { kind: "all", statement: `select array_agg(${PLACE}) from ${name}`, reads: true }
        : {
            kind: "one by one",
            statement: `select exists (select from ${name} where tableoid = $1 and ctid = $2)`,
            reads: true,
          };
    case "DELETE":
      return { kind: mode, statement: `delete from ${name}`, reads: false };
    case "UPDATE USING": {
      const [row] = rows;
      const column = writable.find((one) => settable.includes(one)) ?? settable[0] ?? "";
      return {
        kind: mode,
        statement: `update ${name} set ${quoteIdent(column)} = ${row?.values.get(column) ?? "null"}`,
        reads: false,
      };
    }
    case "UPDATE CHECK":
      return {
        kind: "each",
        statements: rows.map((row) => {
          const set = written(row).filter(([column]) => settable.includes(column));
          return set.length === 0
            ? null
            : `update ${name} set ${set.map(([column, value]) => `${quoteIdent(column)} = ${value}`).join(", ")}`;
        }),
      };
    case "INSERT":
      return {
        kind: "each",
        statements: rows.map((row) => insertOf({ relation: asked.relation, values: new Map(written(row)) }, mayName)),
      };
  }
}

/** What an error means for one row. */
function denied({ component, relation }: Asked, { e, m, early }: RawError): Seen {
  const meaning = meaningOf(e, m);
  if (early || isLimit(meaning)) return null;
  switch (meaning.kind) {
    case "row security":
      return "deny";
    case "grant":
      return meaning.on.object === "table" && meaning.on.name === relation.name ? "deny" : "error";
    // constraints are checked after policies: of a row that is there it was reached, one to be cannot be there
    case "constraint":
      return component === "INSERT" || component === "UPDATE CHECK" ? null : "allow";
    default:
      return "error";
  }
}

function seenIn(asked: Asked, count: number, answer: ContextAnswer, ...masks: (readonly number[] | null)[]): Seen[] {
  const { error, each, reached } = answer;
  return Array.from({ length: count }, (_, n): Seen => {
    if (masks.some((mask) => mask !== null && !mask.includes(n + 1))) return null;
    if (error) return denied(asked, error);
    if (reached) return reached.includes(n + 1) ? "allow" : "deny";
    const one = each?.[n] ?? null;
    if (one === null) return null;
    return typeof one === "boolean" ? (one ? "allow" : "deny") : denied(asked, one);
  });
}
