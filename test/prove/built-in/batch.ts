import type { Db } from "../../../src/db/port.ts";
import { inspect } from "../../../src/inspect/inspect.ts";
import { nameKey } from "../../../src/pg/name.ts";
import { NOTHING } from "../../../src/prove/assume.ts";
import { prove, type AssumedVerdict } from "../../../src/prove/prove.ts";
import { confirm } from "../../../src/prove/replay/confirm.ts";
import { newRandom, type Random } from "../fuzz/random.ts";
import { expressionsFrom, textOf } from "./expression.ts";
import { runPoints, type Contradicted, type Points } from "./points.ts";
import { buildSide, policySql, ROLES, tableSql, type BuiltSide } from "./side.ts";
import { vocabularyOf, type Vocabulary } from "./vocabulary.ts";
import { makeWorld, type World } from "./world.ts";

/** A guarded table, with the condition of its policy on each side. */
export interface Pair {
  table: string;
  before: string;
  after: string;
}

/** What one batch of pairs over one random schema showed. */
export interface Batch {
  pairs: readonly Pair[];
  /** of SELECT, by table and role */
  verdicts: readonly AssumedVerdict[];
  points: Points;
  /** verdicts with a witness that PostgreSQL did not confirm */
  unconfirmed: { verdict: AssumedVerdict; about: string }[];
  witnesses: number;
  /** conditions and schemas that PostgreSQL refused */
  refused: number;
}

export interface BatchOptions {
  seed: number;
  /** guarded tables */
  pairs: number;
  /** points of each pair */
  points: number;
  /** run the witnesses of the verdicts as well */
  witnesses: boolean;
}

/** Compare two databases that differ by one edit, in a condition of each table or in one object that they reach. */
export async function runBatch(server: { db: Db; url: string }, options: BatchOptions): Promise<Batch | null> {
  const random = newRandom(options.seed);
  const world = makeWorld(random, random.chance(0.5));
  const names = [`fz_${options.seed}_before`, `fz_${options.seed}_after`] as const;
  const [one, two] = [
    await buildSide(server, names[0], world.before, world.searchPath),
    await buildSide(server, names[1], world.after, world.searchPath),
  ];
  try {
    if (!one || !two) return null;
    return await compareSides([one, two], world, random, options);
  } finally {
    await one?.close();
    await two?.close();
  }
}

async function compareSides(
  sides: readonly [BuiltSide, BuiltSide],
  world: World,
  random: Random,
  options: BatchOptions,
): Promise<Batch> {
  const [one, two] = sides;
  const vocabulary = await vocabularyOf(one.db);
  await one.db.exec(`set search_path = ${world.searchPath}`);
  const { pairs, refused } = await makePairs(sides, world, vocabulary, random, options.pairs);
  const [before, after] = await Promise.all([inspect(one.db), inspect(two.db)]);
  const relations = new Set(pairs.map(({ table }) => nameKey({ schema: "app", name: table })));
  const verdicts = prove(before, after, { relations, roles: ROLES }).filter(
    ({ component, role }) => component === "SELECT" && ROLES.some((known) => known === role),
  );
  const points = await runPoints(sides, pairs, verdicts, random, options.points);
  // roles of the same policies have the same witness
  const shown = options.witnesses
    ? verdicts.filter(
        ({ witnesses, decision, role }) => witnesses.length > 0 && decision !== "unknown" && role === ROLES[0],
      )
    : [];
  // a replay builds its own schema, in a session as it comes
  await two.db.exec("reset search_path");
  const confirmed = await confirm(two.db, before, after, shown, [NOTHING]);
  const about = aboutPairs(world, pairs);
  return {
    pairs,
    verdicts,
    points: { ...points, contradicted: points.contradicted.map((found) => withEdit(found, about)) },
    witnesses: shown.length,
    unconfirmed: confirmed
      .filter(({ decision }) => decision === "unknown")
      .map((verdict) => ({ verdict, about: about(verdict.relation.name) })),
    refused,
  };
}

const withEdit = (found: Contradicted, about: (table: string) => string): Contradicted => ({
  ...found,
  about: `${about(found.table)}\n${found.about}`,
});

const aboutPairs =
  (world: World, pairs: readonly Pair[]) =>
  (table: string): string => {
    const pair = pairs.find((one) => one.table === table);
    return [
      `search_path ${world.searchPath}`,
      ...(world.edit ? [`from ${world.edit.from}`, `to   ${world.edit.to}`] : []),
      `${table} before ${pair?.before}`,
      `${table} after  ${pair?.after}`,
    ].join("\n");
  };

/** Tables and policies that both sides take. */
async function makePairs(
  [one, two]: readonly [BuiltSide, BuiltSide],
  world: World,
  vocabulary: Vocabulary,
  random: Random,
  count: number,
): Promise<{ pairs: Pair[]; refused: number }> {
  const tables = Array.from({ length: count }, (_, at) => `g${at}`);
  const made = tables.map((table, at) => tableSql(table, at)).join(";\n");
  await Promise.all([one.db.exec(made), two.db.exec(made)]);
  const accepts = async ({ db }: BuiltSide, statement: string): Promise<boolean> => {
    const [row] = await db.query<{ done: boolean }>("select fuzz.try($1) as done", [statement]);
    return row?.done === true;
  };
  const pairs: Pair[] = [];
  let refused = 0;
  for (const table of tables) {
    const expressions = expressionsFrom(vocabulary, random, world.focus, table);
    for (let tries = 0; tries < 40; tries += 1) {
      const tree = expressions.make();
      const before = textOf(tree);
      const after = world.edit ? before : textOf(expressions.edited(tree));
      if (!world.edit && before === after) continue;
      if (!(await accepts(one, policySql(table, before)))) {
        refused += 1;
        continue;
      }
      if (await accepts(two, policySql(table, after))) {
        pairs.push({ table, before, after });
        break;
      }
      refused += 1;
      await one.db.exec(`drop policy p on app.${table}`);
    }
  }
  return { pairs, refused };
}
