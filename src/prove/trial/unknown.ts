import { pgErrorOf, type Db } from "../../db/port.ts";
import type { Assumption } from "../assume.ts";
import type { AssumedVerdict } from "../assumed-verdict.ts";
import { commandOf } from "../component.ts";
import { parseOnce } from "../encode/parse-once.ts";
import { newSide, type Side } from "../side.ts";
import { decisionOf, isErrorChange } from "./change.ts";
import type { Site } from "./site.ts";
import { located } from "./where.ts";
import { nameKey } from "../../pg/name.ts";
import { quoteIdent } from "../../pg/identifier.ts";
import {
  ANYONE,
  firstWorlds,
  isDecided,
  nextWorld,
  taskFor,
  TRIAL,
  tryWorld,
  type Session,
  type Task,
  type TrialOptions,
} from "./trial.ts";

/** A database for each side, or why there is none. */
export type Sites = { kind: "sites"; before: Site; after: Site } | { kind: "none"; reason: string };

export interface TryOptions extends TrialOptions {
  /** for all verdicts together, in milliseconds */
  total?: number;
}

/** For all trials of one comparison. */
const TOTAL = 60_000;

/**
 * Try each verdict that is not settled: the same rows and requests on both sides, on a real PostgreSQL. A difference is a
 * verdict. The databases are as they were afterwards.
 */
export async function tryUnknown<V extends AssumedVerdict>(
  sites: Sites,
  verdicts: readonly V[],
  assumptions: readonly Assumption[],
  options: TryOptions = {},
): Promise<V[]> {
  // some are known to be none that may be tried: the engine does not survive their statements
  const unknown = verdicts.filter(({ decision, trial }) => decision === "unknown" && trial === undefined);
  if (unknown.length === 0) return [...verdicts];
  if (sites.kind === "none") return verdicts.map((one) => notTried(one, sites.reason));
  const session: Session = { sites: [sites.before, sites.after], touched: new Set() };
  const databases = [...new Set([sites.before.db, sites.after.db])];
  const tasks = new Map<V, Task>();
  try {
    for (const db of databases) {
      await db.exec("begin");
      // triggers and foreign keys are no part of what policies let through
      await db.exec("set local session_replication_role = replica; set local client_min_messages = error");
      if (unknown.some(({ role }) => role === "public")) await db.exec(`create role ${quoteIdent(ANYONE)}`);
    }
    await runTasks(session, unknown, tasks, assumptions, options);
  } catch (error) {
    const raised = pgErrorOf(error);
    if (!raised) throw error;
    return verdicts.map((one) => notTried(one, `PostgreSQL raised ${raised.sqlstate}: ${raised.message}`));
  } finally {
    for (const db of databases) await end(db);
  }
  const seed = options.seed ?? TRIAL.seed;
  return verdicts.map((verdict) => {
    const task = tasks.get(verdict);
    return task ? settled(verdict, task, session, seed) : notTried(verdict, "there was no time left");
  });
}

async function runTasks<V extends AssumedVerdict>(
  session: Session,
  unknown: readonly V[],
  tasks: Map<V, Task>,
  assumptions: readonly Assumption[],
  { points = TRIAL.points, milliseconds = TRIAL.milliseconds, total = TOTAL, seed = TRIAL.seed }: TryOptions,
): Promise<void> {
  const end = performance.now() + total;
  const isLate = (): boolean => performance.now() > end;
  const named = new Map(assumptions.map((assumption) => [assumption.name, assumption]));
  const sides = session.sites.map(({ catalog }) => newSide(catalog));
  const alike = new Map<string, Task>();
  for (const verdict of unknown) {
    if (isLate()) break;
    const key = sharedKey(sides, verdict);
    const task = alike.get(key) ?? (await taskFor(session, verdict, named.get(verdict.assumption), seed));
    alike.set(key, task);
    tasks.set(verdict, task);
  }
  for (const stage of ["nothing", "documents"] as const)
    for (const task of alike.values())
      for (const world of firstWorlds(task, stage))
        if (!isDecided(task) && !isLate()) await tryWorld(session, task, world);
  for (const task of alike.values())
    for (let n = 0; task.points < points && task.milliseconds < milliseconds; n += 1) {
      if (isDecided(task) || isLate()) break;
      await tryWorld(session, task, nextWorld(task, n));
    }
}

/** An engine that failed itself cannot even roll back; then there is nothing left to keep clean. */
async function end(db: Db): Promise<void> {
  try {
    await db.exec("rollback");
  } catch (error) {
    if (!pgErrorOf(error)) throw error;
  }
}

/** Roles that meet the same policies with the same privileges share a trial, as they share a proof. */
function sharedKey(sides: readonly Side[], { relation, component, role, assumption }: AssumedVerdict): string {
  const command = commandOf(component);
  const met = sides.map((side) => {
    const found = side.relation(relation);
    return found
      ? {
          privilege: side.hasPrivilege(found, command, role),
          bypasses: side.bypasses(found, role),
          policies: side.policies(found, command, role),
        }
      : null;
  });
  const asksRole = met.some((one) =>
    one?.policies.some(({ using, check }) => [using, check].some((text) => text !== null && parseOnce(text).asksRole)),
  );
  return JSON.stringify([nameKey(relation), component, assumption, met, asksRole ? role : ""]);
}

const notTried = <V extends AssumedVerdict>(verdict: V, reason: string): V =>
  verdict.decision === "unknown" && verdict.trial === undefined ? { ...verdict, trial: { notTried: reason } } : verdict;

function settled<V extends AssumedVerdict>(
  verdict: V,
  { points, witnesses, notTried: reason }: Task,
  { sites }: Session,
  seed: number,
): V {
  if (reason !== null) return notTried(verdict, reason);
  if (points === 0) return notTried(verdict, "no request of this role could be made");
  const changes = new Set(witnesses.keys());
  const decision = decisionOf(changes);
  const trial = { points, seed };
  // what PostgreSQL did not confirm is no longer of use
  const seen = verdict.witnesses.filter(({ confirmed, change }) => confirmed === true && !changes.has(change));
  const errors = [...new Set([...seen.map(({ change }) => change), ...changes])].filter(isErrorChange);
  const found = [...witnesses.values()].map((one) => ({
    ...one,
    situation: { ...one.situation, role: verdict.role },
  }));
  const all = [...found, ...seen];
  const common = { ...verdict, trial, errors, witnesses: all, suspected: null };
  const reasons = verdict.reasons.map((one) =>
    one.kind === "not-confirmed" ? { ...one, ...UNCONFIRMED } : located(one, verdict, sites),
  );
  if (decision === "unknown") return { ...common, reasons };
  // what stands in the way of a proof that nothing more is allowed
  return { ...common, decision, reasons: decision === "tighter" ? reasons : [], certainty: { kind: "trial", points } };
}

const UNCONFIRMED = { message: "a model of the solver that PostgreSQL does not confirm", expression: null } as const;
