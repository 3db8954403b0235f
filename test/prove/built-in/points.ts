import type { AssumedVerdict } from "../../../src/prove/prove.ts";
import { contradiction, type Kind } from "../fuzz/judge.ts";
import type { Random } from "../fuzz/random.ts";
import type { Pair } from "./batch.ts";
import { ROLES, rowsOf, type BuiltSide } from "./side.ts";
import { UUIDS } from "./types.ts";

const ROWS = 8;
/** Requests over the same rows. */
const REQUESTS = 4;

export interface Contradicted {
  table: string;
  why: string;
  about: string;
}

export interface Points {
  /** statements that ran on both sides */
  points: number;
  /** points at which every row raised an error on a side */
  errors: number;
  /** verdicts, by table and role, that at least one row could contradict */
  compared: number;
  /** points at which the sides differ */
  differing: number;
  contradicted: Contradicted[];
}

interface Request {
  role: string;
  claims: string;
}

const KINDS: Readonly<Record<string, Kind>> = { 0: "deny", 1: "allow", e: "error" };

/** Run what a role reads on both sides, over other rows and with other claims each time, against what the verdicts say. */
export async function runPoints(
  sides: readonly [BuiltSide, BuiltSide],
  pairs: readonly Pair[],
  verdicts: readonly AssumedVerdict[],
  random: Random,
  count: number,
): Promise<Points> {
  const byKey = new Map(verdicts.map((verdict) => [keyOf(verdict.relation.name, verdict.role), verdict]));
  const tables = pairs.map(({ table }) => table);
  const result: Points = { points: 0, errors: 0, compared: 0, differing: 0, contradicted: [] };
  const compared = new Set<string>();
  for (let left = count; left > 0; left -= REQUESTS) {
    const ids = await fill(sides, rowsOf(random, tables, ROWS));
    const requests = Array.from({ length: Math.min(left, REQUESTS) }, () => requestOf(random));
    if (ids.length === 0) continue;
    const [one, two] = await answersOf(sides, tables, ids, requests);
    for (const [at, request] of requests.entries())
      for (const [which, table] of tables.entries()) {
        const verdict = byKey.get(keyOf(table, request.role));
        const [before = "", after = ""] = [one[at]?.[which], two[at]?.[which]];
        result.points += 1;
        if (before !== after) result.differing += 1;
        if (/^e*$/.test(before) || /^e*$/.test(after)) result.errors += 1;
        if (!verdict || verdict.decision === "unknown") continue;
        compared.add(keyOf(table, request.role));
        const row = ids.findIndex((_, place) => reasonAt(verdict, before, after, place) !== null);
        if (row < 0 || !(await isStable(sides, table, ids, request, [before, after]))) continue;
        const why = reasonAt(verdict, before, after, row) ?? "";
        result.contradicted.push({ table, why, about: await described(sides, table, ids[row] ?? 0, request) });
        // one contradiction of a verdict is enough
        byKey.delete(keyOf(table, request.role));
      }
  }
  return { ...result, compared: compared.size };
}

const keyOf = (table: string, role: string): string => `${table} ${role}`;

const reasonAt = (verdict: AssumedVerdict, before: string, after: string, place: number): string | null =>
  contradiction(verdict, KINDS[before[place] ?? "e"] ?? "error", KINDS[after[place] ?? "e"] ?? "error");

function requestOf(random: Random): Request {
  const claims = {
    sub: random.pick([...UUIDS, undefined]),
    uid: random.pick([...UUIDS, undefined]),
    role: random.pick(["a", "ab", "A", undefined]),
    more: random.pick([{ role: "a" }, undefined]),
  };
  return { role: random.pick(ROLES), claims: random.chance(0.1) ? "" : JSON.stringify(claims) };
}

type Answers = readonly (readonly string[])[];

async function answersOf(
  sides: readonly [BuiltSide, BuiltSide],
  tables: readonly string[],
  ids: readonly number[],
  requests: readonly Request[],
): Promise<[Answers, Answers]> {
  const ask = async ({ db }: BuiltSide): Promise<Answers> => {
    const [row] = await db.query<{ answers: Answers }>("select fuzz.points($1, $2, $3) as answers", [
      tables.map((table) => `app.${table}`),
      ids,
      JSON.stringify(requests),
    ]);
    return row?.answers ?? [];
  };
  return Promise.all([ask(sides[0]), ask(sides[1])]);
}

/** Functions of the clock answer something else each time: such an answer shows nothing. */
async function isStable(
  sides: readonly [BuiltSide, BuiltSide],
  table: string,
  ids: readonly number[],
  request: Request,
  [before, after]: readonly [string, string],
): Promise<boolean> {
  for (let again = 0; again < 5; again += 1) {
    const [one, two] = await answersOf(sides, [table], ids, [request]);
    if (one[0]?.[0] !== before || two[0]?.[0] !== after) return false;
  }
  return true;
}

/** What the tables hold, so that rows which a side reads in another way are left out. */
const CONTENT = `
  select (select coalesce(json_agg(array[id::text, replace(one::text, ' ', '')] order by id), '[]') from app.things one) as things,
    concat_ws(' ', (select string_agg(one::text, ' ' order by id) from app.others one),
      (select string_agg(one::text, ' ') from app.parts_0 one), (select string_agg(one::text, ' ') from app.parts_1 one),
      (select string_agg(one::text, ' ') from only app.kin one), (select string_agg(one::text, ' ') from app.kid one)) as others`;

/** Put rows into both sides. The ids that both hold with the same content; none where what conditions look up differs. */
async function fill(sides: readonly [BuiltSide, BuiltSide], statements: readonly string[]): Promise<number[]> {
  const contents = await Promise.all(
    sides.map(async ({ db }) => {
      await db.query("select fuzz.try(one) from unnest($1::text[]) one", [statements]);
      const [row] = await db.query<{ things: [string, string][]; others: string }>(CONTENT);
      return row;
    }),
  );
  const [one, two] = contents;
  if (!one || !two || one.others !== two.others) return [];
  const known = new Map(two.things);
  return one.things.filter(([id, row]) => known.get(id) === row).map(([id]) => Number(id));
}

async function described(
  [{ db }]: readonly [BuiltSide, BuiltSide],
  table: string,
  id: number,
  { role, claims }: Request,
): Promise<string> {
  const [row] = await db.query<{ row: string; others: string }>(
    `select (select row_to_json(one)::text from app.things one where id = $1) as row,
       (select json_agg(one)::text from app.others one) as others`,
    [id],
  );
  return `  as ${role} with ${claims}, ${table} ${row?.row}, others ${row?.others}`;
}
