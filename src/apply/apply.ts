import { randomUUID } from "node:crypto";
import type { Db } from "../db/port.ts";
import { sentTogether } from "../db/sent-together.ts";
import { ToolError } from "../errors.ts";
import { nameKey, type NameKey } from "../pg/name.ts";
import type { Plan, Step } from "../plan/index.ts";
import {
  divided,
  expectedStates,
  type Expected,
  groupsOf,
  isShared,
  scopeOf,
  type Cut,
  stillReading,
  stillReadingByFunction,
  type StillReading,
  stillReadingText,
  relationsWithPolicies,
  part,
  planProgress,
  type PlanProgress,
  readState,
  type Scope,
  type State,
} from "./state/index.ts";
import { inForce, readJournal, type Detail, type Entry } from "./journal/index.ts";
import {
  beforeGroups,
  inOneTransaction,
  journalOnly,
  pauseAfter,
  checkClaimsSource,
  checkPrivileges,
  checkWritable,
  runUntilResolved,
  type Connections,
  type FailedRun,
  TriesSpent,
  withGroups,
  type Talk,
  mayAlter,
  readPrivileges,
} from "./transaction/index.ts";
import type { Transitioned, TransitionLimits } from "./transaction/index.ts";

/** A plan, the target that it is applied to, and how. */
export interface ApplyRequest {
  target: string;
  plan: Plan;
  /** sha256 of the plan */
  planHash: string;
  cut: Cut;
  limits: TransitionLimits;
  /** run every statement, then roll back */
  dryRun: boolean;
  /** another tool has run the migration: write it into the journal */
  adopt: boolean;
  /** the person who applies it, as in git's configuration: `Name <mail>` */
  person: string | null;
  rlsmith: string;
  approvals: Detail["approvals"];
}

/** The check before COMMIT, prepared before anything is locked. */
export interface PreCommitCheck {
  /** run in the transaction before its COMMIT: the objections to it, a line each. `relations`: those of the group */
  ask(db: Db, relations: ReadonlySet<NameKey>): Promise<string[]>;
  /** the cells that could not be checked, a sentence each */
  said(): string[];
}

/** Called once before the first lock, where no part of the plan is in force and the run is no trial. It must not throw. */
export type BeforeFirstLock = () => Promise<void>;

export type PreparePreCommitCheck = (db: Db, relations: ReadonlySet<NameKey>) => Promise<PreCommitCheck>;

/** The result of applying a plan. */
export interface ApplyResult {
  target: string;
  run: string;
  dryRun: boolean;
  /** the work that was done; `in force already` where there was none to do */
  outcome: "applied" | "adopted" | "in force already";
  groups: Transitioned[];
  notes: string[];
}

/**
 * Apply a plan to a target: checks without a lock on any of its relations first, then one transaction for each group.
 * Throws ToolError (environment): a check failed, or a statement did. Groups that were committed before stay, and the
 * same call goes on with the remaining groups.
 */
export async function applyPlan(
  connections: Connections,
  request: ApplyRequest,
  preparePreCommitCheck: PreparePreCommitCheck,
  talk: Talk,
  beforeFirstLock: BeforeFirstLock = async () => {},
): Promise<ApplyResult> {
  const run = randomUUID();
  let db = await connections.open();
  try {
    const { plan } = request;
    talk.stage("comparing what is there with both ends of the plan");
    const [, , journal] = await sentTogether([checkWritable(db), checkClaimsSource(db, plan.context), readJournal(db)]);
    const base = {
      run,
      target: request.target,
      planHash: request.planHash,
      undoes: null,
      person: request.person,
      rlsmith: request.rlsmith,
      detail: request.approvals === undefined || request.approvals.length === 0 ? {} : { approvals: request.approvals },
    };
    const opened = db;
    const first = async <Result>(work: () => Promise<Result>): Promise<Result> =>
      beforeGroups(opened, { ...base, kind: request.adopt ? "adopt" : "apply" }, request.dryRun, work);
    const { now, expected, progress } = await first(async () => compare(opened, plan));
    const inForceHere = inForce(journal).filter(({ planHash }) => planHash === request.planHash);
    const off = now.relations.filter(({ rowSecurity }) => !rowSecurity).map(nameKey);
    const unwritten = progress.applied.filter((step) => !isCovered(step, inForceHere));
    const result: ApplyResult = {
      target: request.target,
      run,
      dryRun: request.dryRun,
      outcome: "applied",
      groups: [],
      notes: off.length === 0 ? [] : [`row security is off on ${off.join(", ")}: policies have no effect there`],
    };
    if (request.adopt) return await first(adopt);
    // a schema that existed before belongs to no plan: it is used, and stays when the plan is taken back
    const changed = unwritten.filter(({ object }) => object.kind !== "schema");
    if (changed.length === 0 && progress.pending.length === 0) return { ...result, outcome: "in force already" };
    const pending = groupsOf({ ...plan, steps: progress.pending }, request.cut);
    const { lockable, check } = await first(async () => {
      if (changed.length > 0) throw notWritten(changed, progress);
      const scope = scopeOf({ name: "", steps: progress.pending });
      const [others, byFunction, privileges] = await sentTogether([
        relationsWithPolicies(opened),
        stillReadingByFunction(opened, plan),
        readPrivileges(opened, scope),
      ]);
      refuseStillReading([...stillReading(plan, await withOthers(opened, expected.after, others)), ...byFunction]);
      const ready = await checkPrivileges(privileges, mayAlter(opened));
      // before statements are executed as the roles of requests, which are no traffic
      if (!request.dryRun && inForceHere.length === 0) await keptAlive(opened, beforeFirstLock());
      talk.stage("choosing rows of two tenants for the check before COMMIT");
      return { ...ready, check: await preparePreCommitCheck(opened, new Set(scope.relations.map(nameKey))) };
    });
    talk.locks(pending.map((group) => ({ group: group.name, relations: scopeOf(group).relations })));
    let shared = pending.length > 1 ? pending.find(({ steps }) => steps.every(isShared)) : undefined;
    for (let group = pending.shift(); group !== undefined; group = pending.shift()) {
      const own = scopeOf(group);
      const names = new Set(own.relations.map(nameKey));
      const isDivisible = names.size > 1;
      try {
        const done = await runUntilResolved(connections, db, {
          transition: {
            group: group.name,
            scope: own,
            from: part(now, own),
            to: part(expected.after, own),
            shared: [
              // a group that is rolled back leaves no functions for the next group
              ...(request.dryRun && shared !== undefined && group !== shared
                ? shared.steps.flatMap(({ up }) => up)
                : []),
              ...group.steps.filter(isShared).flatMap(({ up }) => up),
            ],
            statements: group.steps.filter((step) => !isShared(step)).flatMap(({ up }) => up),
            trip: "together",
            lockable: lockable.filter((relation) => names.has(nameKey(relation))),
            objections: async (inside) => check.ask(inside, names),
            entry: { ...base, kind: "apply" },
          },
          limits: request.limits,
          dryRun: request.dryRun,
          mostTries: request.cut.kind === "auto" && isDivisible ? TRIES_BEFORE_DIVISION : null,
          talk: isDivisible && request.cut.kind !== "auto" ? proposing(talk) : talk,
        });
        db = done.db;
        result.groups.push(done.transitioned);
        talk.done(done.transitioned);
        if (pending.length > 0) await pauseAfter(done.transitioned);
      } catch (error) {
        if (!(error instanceof TriesSpent)) throw withGroups(error, failedAt(group.name, pending));
        const parts = divided(group, error.order.map(nameKey));
        shared ??= parts.find(({ steps }) => steps.every(isShared));
        const note = `\`${group.name}\` was divided, since ${TRIES_BEFORE_DIVISION} attempts to acquire its locks failed`;
        result.notes.push(note);
        talk.stage(note);
        talk.locks(parts.map((one) => ({ group: one.name, relations: scopeOf(one).relations })));
        pending.unshift(...parts);
      }
    }
    result.notes.push(...check.said());
    return result;

    async function adopt(): Promise<ApplyResult> {
      if (progress.pending.length > 0)
        throw new ToolError(
          "environment",
          "NOTHING_TO_ADOPT",
          `the plan is not in force: ${count(progress.pending.length, "step")} of ${plan.steps.length} ${progress.pending.length === 1 ? "is" : "are"} not applied, first ${progress.pending[0]?.title ?? ""}`,
          "run the migration with your own tool first, or apply without --adopt",
        );
      if (unwritten.length === 0) return { ...result, outcome: "in force already" };
      const unwrittenGroups = groupsOf({ ...plan, steps: unwritten }, request.cut);
      for (const [n, group] of unwrittenGroups.entries()) {
        const own = scopeOf(group);
        const line = { ...base, group: group.name, kind: "adopt" as const, outcome: "done" as const };
        const states = { before: part(expected.before, own), after: part(now, own) };
        const { dryRun } = request;
        const adoption = {
          group: group.name,
          scope: own,
          found: part(now, own),
          entry: { ...line, ...states },
          dryRun,
        };
        try {
          result.groups.push(await journalOnly(db, adoption));
        } catch (error) {
          throw withGroups(error, failedAt(group.name, unwrittenGroups.slice(n + 1)));
        }
      }
      return { ...result, outcome: "adopted" };
    }

    function failedAt(failed: string, remaining: readonly { name: string }[]): FailedRun {
      return { dryRun: request.dryRun, done: result.groups, failed, remaining: remaining.map(({ name }) => name) };
    }
  } finally {
    await db.close().catch(() => {});
  }
}

/** The server ends a session of apply that is idle for 20 s. */
const ALIVE_EVERY = 5000;

/** Wait for work that does not use the connection, and keep the connection from being idle for long. */
async function keptAlive(db: Db, work: Promise<void>): Promise<void> {
  const timer = setInterval(() => void db.exec("select").catch(() => {}), ALIVE_EVERY);
  try {
    await work;
  } finally {
    clearInterval(timer);
  }
}

/** Attempts to acquire the locks of a group after which `--by auto` divides it, and otherwise is proposed. */
const TRIES_BEFORE_DIVISION = 2;

/** Propose `--by auto` once it would divide a group. */
const proposing = (talk: Talk): Talk => ({
  ...talk,
  tried: (group, failed) => {
    talk.tried(group, failed);
    if (failed.tries === TRIES_BEFORE_DIVISION)
      talk.stage(
        `other transactions use the relations of \`${group}\`: --by auto divides it into smaller transactions`,
      );
  },
});

/** Throws ToolError (environment) if a policy, or a function that one calls, would still read a variable of the plan. */
function refuseStillReading(reading: readonly StillReading[]): void {
  if (reading.length > 0)
    throw new ToolError(
      "environment",
      "VARIABLE_STILL_READ",
      `a mapped variable would still be read after the plan: ${reading.map(stillReadingText).join("; ")}`,
      "nothing was changed; these policies were made after the plan: run `rlsmith plan` again, or keep them with a reason (`keep` of the config)",
    );
}

/** The state, with all relations of the database that have policies: one made after the plan may read a variable too. */
async function withOthers(db: Db, after: State, relations: Scope["relations"]): Promise<State> {
  const others = relations.filter(
    ({ schema, name }) => !after.relations.some((one) => one.schema === schema && one.name === name),
  );
  if (others.length === 0) return after;
  const state = await inOneTransaction(db, async () =>
    readState(db, { relations: others, functions: [], schemas: [] }),
  );
  return { ...after, relations: [...after.relations, ...state.relations] };
}

/**
 * The target's state between the state before the plan and the state after it. Throws ToolError (environment) if an
 * object matches neither.
 */
export async function compare(db: Db, plan: Plan): Promise<{ now: State; expected: Expected; progress: PlanProgress }> {
  const scope = scopeOf({ name: "", steps: plan.steps });
  return inOneTransaction(db, async () => {
    const now = await readState(db, scope);
    refuseMissing(now);
    const expected = await expectedStates(db, plan, plan.steps, scope, now);
    const progress = planProgress(plan.steps, now, expected);
    if (progress.drift.length > 0)
      throw new ToolError(
        "environment",
        "TARGET_DIFFERS",
        `objects on this target are not in the state that the plan was made for:`,
        "nothing was changed; bring the target to the state that the plan was made for, or run `rlsmith plan` for its present state",
        { list: progress.drift },
      );
    return { now, expected, progress };
  });
}

function refuseMissing(now: State): void {
  const gone = now.relations.filter(({ exists }) => !exists).map(nameKey);
  if (gone.length === 0) return;
  throw new ToolError(
    "environment",
    "RELATION_GONE",
    `relations of the plan do not exist on this target: ${gone.join(", ")}`,
    "nothing was changed; bring the target to the state that the plan was made for, or run `rlsmith plan` again",
  );
}

/** True if the journal covers the object of this step. */
function isCovered({ object }: Step, entries: readonly (Entry & { after: State })[]): boolean {
  return entries.some(({ after }) => {
    if (object.kind === "schema") return after.schemas.some(({ name }) => name === object.schema);
    if (object.kind === "function")
      return after.functions.some(
        ({ schema, name, arguments: of }) =>
          schema === object.schema && name === object.name && of === object.identityArguments,
      );
    return after.relations.some(({ schema, name }) => schema === object.schema && name === object.relation);
  });
}

function notWritten(unwritten: readonly Step[], { pending }: PlanProgress): ToolError {
  const all = pending.length === 0;
  return new ToolError(
    "environment",
    "NOT_IN_JOURNAL",
    `${all ? "the plan is in force already" : `${count(unwritten.length, "step")} of the plan ${unwritten.length === 1 ? "is" : "are"} in force already`}, but the journal has no entry for ${all || unwritten.length === 1 ? "it" : "them"}`,
    all
      ? "write an entry with --adopt, so that a rollback can restore the state before"
      : "finish the migration with the tool that began it and then use --adopt, or undo its changes",
  );
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;
