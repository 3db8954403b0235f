import { pgErrorOf } from "../../db/port.ts";
import type { QualifiedName } from "../../pg/name.ts";
import type { Assumption } from "../assume.ts";
import type { AssumedVerdict } from "../assumed-verdict.ts";
import { commandOf, type Component } from "../component.ts";
import type { Witness } from "../verdict.ts";
import { ask, type Asked } from "./ask.ts";
import { columnsFor } from "./columns.ts";
import { changeOf, type Change } from "./change.ts";
import { loginOf } from "./login.ts";
import { modelledWorld } from "./modelled.ts";
import { randomOf, type Random } from "./random.ts";
import { shrink } from "./shrink.ts";
import { touch, type Site } from "./site.ts";
import { universeOf, type Universe } from "./universe.ts";
import { randomWorld, worldAround, type Context, type PlannedRow, type Seed, type World } from "./world.ts";

/** How long and where a trial looks. */
export interface TrialOptions {
  /** points for one verdict: a state, a row and a request */
  points?: number;
  /** for one verdict, in milliseconds */
  milliseconds?: number;
  seed?: number;
}

export const TRIAL = { points: 6000, milliseconds: 5000, seed: 1 } as const;

/** What several trials on the same two databases share. */
export interface Session {
  sites: readonly [Site, Site];
  /** settings that a request has set: they stay there, empty, for the rest of a session */
  touched: Set<string>;
}

/** The name, in the databases of a trial, of a role that no policy and no grant names. */
export const ANYONE = "rlsmith: anyone";

/** The work on one verdict, which can be interrupted. */
export interface Task {
  verdict: AssumedVerdict;
  asked: Asked;
  universe: Universe;
  random: Random;
  points: number;
  milliseconds: number;
  witnesses: Map<Change, Witness>;
  /** changes that PostgreSQL did not show again, and how often */
  lost: Map<Change, number>;
  /** points at which a row was reached, or an error came, to go on from */
  seeds: Seed[];
  notTried: string | null;
}

export async function taskFor(
  { sites }: Session,
  verdict: AssumedVerdict,
  assumption: Assumption | undefined,
  seed: number,
): Promise<Task> {
  const { relation, component, role } = verdict;
  const conditions = assumption?.conditions ?? [];
  const universe = universeOf(sites, relation, { texts: conditions, settings: verdict.readsAfter });
  const asked: Asked = {
    relation: { schema: relation.schema, name: relation.name },
    component,
    role,
    as: role === "public" ? ANYONE : role,
    login: loginOf(sites[1].catalog, role),
    conditions,
    snapshots: universe.snapshots,
    ...(await columnsOf(sites, { relation, component, role: role === "public" ? ANYONE : role }, universe)),
  };
  return {
    verdict,
    asked,
    universe,
    random: randomOf(seed),
    points: 0,
    milliseconds: 0,
    witnesses: new Map(),
    lost: new Map(),
    seeds: [],
    notTried: null,
  };
}

/** Columns that the role may write on both sides, and those that an UPDATE can set without hindrance first. */
async function columnsOf(
  [before, after]: readonly [Site, Site],
  { relation, component, role }: { relation: QualifiedName; component: Component; role: string },
  universe: Universe,
): Promise<Pick<Asked, "writable" | "settable">> {
  const settable = universe.own.columns
    .filter(({ identity }) => !identity)
    .toSorted((a, b) => Number(a.fresh !== null) - Number(b.fresh !== null) || Number(a.required) - Number(b.required))
    .map(({ name }) => name);
  if (component === "SELECT" || component === "DELETE") return { writable: [], settable };
  const privilege = commandOf(component);
  const one = await columnsFor(before, { relation, role, privilege });
  const other = await columnsFor(after, { relation, role, privilege });
  const both = one.filter((name) => other.includes(name));
  return { writable: both.length > 0 ? both : [...one, ...other], settable };
}

/** Nothing more can be found. */
export const isDecided = ({ witnesses, notTried }: Task): boolean =>
  notTried !== null || (witnesses.has("gained") && witnesses.has("lost"));

/** Requests without any setting, then those with documents alone: what no request has set yet is really not set. */
export function firstWorlds(task: Task, stage: "nothing" | "documents"): World[] {
  const { random, universe, asked } = task;
  return [0, 1].map((n) => {
    const world =
      n === 0
        ? (modelledWorld(task.verdict) ?? randomWorld(random, universe, asked.component))
        : randomWorld(random, universe, asked.component);
    const contexts: Context[] =
      stage === "nothing"
        ? [new Map()]
        : world.contexts
            .slice(0, 6)
            .map((context) => new Map([...context].filter(([name]) => universe.documents.has(name))));
    return { ...world, contexts };
  });
}

/** Worlds without end: random ones, and what is near to points that were allowed somewhere. */
export function nextWorld(task: Task, n: number): World {
  const { random, universe, asked } = task;
  if (n === 0) {
    const modelled = modelledWorld(task.verdict);
    if (modelled) {
      const more = randomWorld(random, universe, asked.component);
      return {
        others: modelled.others,
        rows: [...modelled.rows, ...more.rows],
        contexts: [...modelled.contexts, ...more.contexts],
      };
    }
  }
  const fresh = randomWorld(random, universe, asked.component);
  const [row, context] = [fresh.rows[0], fresh.contexts[0]];
  // where nothing was reached, from any point
  if (n === 1 && task.seeds.length === 0 && row && context)
    task.seeds.push({ others: fresh.others, row, context, uses: 0 });
  const seed = n % 3 === 0 ? undefined : leastUsed(random, task.seeds);
  return seed ? worldAround(random, universe, asked.component, seed) : fresh;
}

/** One of the seeds that were used least, or any. */
const leastUsed = (random: Random, seeds: readonly Seed[]): Seed | undefined =>
  random.chance(0.4) ? random.pick(seeds) : random.shuffled(seeds).toSorted((a, b) => a.uses - b.uses)[0];

/** Ask both sides, and keep what differs and where to go on from. */
export async function tryWorld(session: Session, task: Task, world: World): Promise<void> {
  const start = performance.now();
  const { sites, touched } = session;
  const { asked } = task;
  try {
    // once a request has set a setting it stays there, empty: from the first request on, so that all are alike
    const names = new Set(
      world.contexts.flatMap((context) => [...context.keys()]).filter((name) => !touched.has(name)),
    );
    for (const site of sites) await touch(site, names);
    for (const name of names) touched.add(name);
    const [before, after] = await ask(sites, asked, world);
    const differing = new Map<Change, { row: PlannedRow; context: Context }[]>();
    const reached: Seed[] = [];
    for (const [c, context] of world.contexts.entries())
      for (const [r, row] of world.rows.entries()) {
        const [was, is] = [before[c]?.[r] ?? null, after[c]?.[r] ?? null];
        if (was === null || is === null) continue;
        task.points += 1;
        if (was !== "deny" || is !== "deny") reached.push({ others: world.others, row, context, uses: 0 });
        const change = changeOf(was, is);
        if (change !== null && !task.witnesses.has(change))
          differing.set(change, [...(differing.get(change) ?? []), { row, context }]);
      }
    task.seeds = [...task.seeds.slice(0, 6), ...task.random.shuffled(reached).slice(0, 3)];
    if (differing.size > 0) {
      const again = await ask(sites, asked, world);
      if (JSON.stringify(again) !== JSON.stringify([before, after])) {
        task.notTried = "PostgreSQL gives different answers to the same request";
        return;
      }
    }
    for (const [change, points] of differing) {
      for (const { row, context } of task.random.shuffled(points).slice(0, 2)) {
        const input = { sites, asked, universe: task.universe, change, touched: new Set(touched) };
        const witness = await shrink(input, { others: world.others, row, context }, world.rows);
        if (witness) {
          task.witnesses.set(change, witness);
          break;
        }
        task.lost.set(change, (task.lost.get(change) ?? 0) + 1);
      }
    }
  } catch (error) {
    const raised = pgErrorOf(error);
    if (!raised) throw error;
    task.notTried = `PostgreSQL raised ${raised.sqlstate}: ${raised.message}`;
  } finally {
    task.milliseconds += performance.now() - start;
  }
}
