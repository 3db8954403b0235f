import { pgErrorOf, type Db } from "../db/port.ts";
import { quoteRole } from "../pg/identifier.ts";
import { quoteName } from "../pg/name.ts";
import { shownByKeys } from "./keyed.ts";
import type { CannotTell } from "./result.ts";
import { executing, preparing, settingQuery, withInserted, type Question, type StatementName } from "./statements.ts";
import type { Variables } from "./user.ts";

/** A request as it arrives: the settings that are set for it. Users whose requests are alike share one. */
export interface Profile {
  settings: Variables;
}

/** What one side shows: a number of rows, or an error. */
export type Shown = { kind: "rows"; count: number } | { kind: "raised"; sqlstate: string };

/** What both sides show to a request. */
export type Answer =
  | {
      kind: "told";
      before: Shown;
      after: Shown;
      lost: number;
      gained: number;
      /** the columns that are null in all rows that are lost or gained */
      nullColumns: string[];
    }
  | { kind: "untold"; because: CannotTell };

const TOGETHER = 100;
/** query_canceled: the statement took too long */
const LATE = "57014";
/** Requests that are compared with what PostgreSQL shows, and the rows of a relation up to which they are. */
const COMPARED = { requests: 3, rows: 50_000 };

/**
 * Ask for each profile what both sides show, as the role, inside a read-only transaction. Where the old side raises an
 * error, and for a few profiles more, PostgreSQL is asked itself.
 */
export async function evaluate(
  db: Db,
  question: Question,
  role: string,
  profiles: readonly Profile[],
): Promise<Map<Profile, Answer> | CannotTell> {
  const answers = new Map<Profile, Answer>();
  try {
    const failed = await prepared(db, question, role);
    if (failed !== null) return failed;
    for (let n = 0; n < profiles.length; n += TOGETHER) {
      const late = await together(db, question, profiles.slice(n, n + TOGETHER), answers);
      if (late !== null) return late;
    }
    return (await disagreement(db, question, answers)) ?? answers;
  } finally {
    // the role and the settings go with the savepoint, prepared statements do not
    await db.exec("rollback to savepoint rlsmith_role; deallocate all").catch(() => {});
  }
}

async function prepared(db: Db, question: Question, role: string): Promise<CannotTell | null> {
  await db.exec("savepoint rlsmith_role");
  try {
    await db.exec("set local row_security = on; set local plan_cache_mode = force_custom_plan");
    for (const statement of preparing(question)) await db.exec(statement);
  } catch (error) {
    return causeOf(error, "policies");
  }
  try {
    await db.exec(`set local role ${quoteRole(role)}`);
    return null;
  } catch (error) {
    if (pgErrorOf(error) === null) throw error;
    return { kind: "login may not become", role };
  }
}

/** The cause of an error of PostgreSQL; any other is thrown on. */
export function causeOf(error: unknown, at: "rows" | "policies"): CannotTell {
  const raised = pgErrorOf(error);
  if (raised === null) throw error;
  return causeOfState(raised.sqlstate, at);
}

function causeOfState(sqlstate: string, at: "rows" | "policies"): CannotTell {
  if (sqlstate === LATE) return { kind: "statement timeout" };
  return sqlstate === "55P03" ? { kind: "lock timeout" } : { kind: "raised", at, sqlstate };
}

/**
 * An error that the request of a user would raise too: of a value, of a function's own, of a privilege, of recursion. Any
 * other, such as one of a read-only transaction or of a missing name, is one of this evaluation.
 */
const isUsers = (sqlstate: string): boolean => /^(2[123]...|P0...|42501|42P17|42704)$/.test(sqlstate);

/**
 * A failed batch is halved until the request is alone that fails. A statement that takes too long would do so for
 * everybody: then nothing more is asked.
 */
async function together(
  db: Db,
  question: Question,
  profiles: readonly Profile[],
  answers: Map<Profile, Answer>,
): Promise<CannotTell | null> {
  const [only] = profiles;
  if (!only) return null;
  const text = profiles.flatMap(({ settings }) => [
    settingQuery(settings),
    executing("both"),
    executing("eager_before"),
    executing("eager_after"),
  ]);
  const came = await inSavepoint(db, async () => db.exec(text.join(";\n")));
  if (came.kind === "done") {
    for (const [n, profile] of profiles.entries()) answers.set(profile, toldBy(question, came.value[4 * n + 1]?.[0]));
    return null;
  }
  if (came.sqlstate === LATE) return { kind: "statement timeout" };
  if (profiles.length === 1) {
    const answer = await alone(db, question, only);
    answers.set(only, answer);
    const isLate = answer.kind === "untold" && answer.because.kind === "statement timeout";
    return isLate ? answer.because : null;
  }
  const half = Math.ceil(profiles.length / 2);
  const late = await together(db, question, profiles.slice(0, half), answers);
  return late ?? together(db, question, profiles.slice(half), answers);
}

function toldBy({ groups, keyed }: Question, row: Record<string, unknown> | undefined): Answer {
  if (keyed !== null) {
    const shown = shownByKeys(keyed, row?.["b"] as (string | null)[], row?.["a"] as (string | null)[]);
    return {
      kind: "told",
      before: { kind: "rows", count: shown.before },
      after: { kind: "rows", count: shown.after },
      lost: shown.lost,
      gained: shown.gained,
      // a row whose column is null is shown to nobody
      nullColumns: [],
    };
  }
  const number = (n: number): number => Number(row?.[`a${n}`]);
  return {
    kind: "told",
    before: { kind: "rows", count: number(0) },
    after: { kind: "rows", count: number(1) },
    lost: number(2),
    gained: number(3),
    nullColumns: groups.columns.flatMap(({ name }, n) => (row?.[`a${4 + n}`] === true ? [name] : [])),
  };
}

/** A request for which something raises an error: each side by itself. */
async function alone(db: Db, question: Question, { settings }: Profile): Promise<Answer> {
  const run = async (name: StatementName): Promise<Shown> => shownBy(db, settings, executing(name));
  const untold = (because: CannotTell): Answer => ({ kind: "untold", because });
  const likely = await run("before");
  // where nothing of the old condition raises, it is evaluated as for everybody else
  const isSure = likely.kind === "rows" && (await run("eager_before")).kind === "rows";
  const before = isSure ? likely : await shownBy(db, settings, realCount(question));
  const after = await run("after");
  for (const shown of [before, likely, after])
    if (shown.kind === "raised" && !isUsers(shown.sqlstate)) return untold(causeOfState(shown.sqlstate, "policies"));
  // PostgreSQL itself does not come to the error
  if (likely.kind === "raised" && before.kind === "rows")
    return untold({ kind: "may raise", sqlstate: likely.sqlstate });
  const differs = likely.kind === "rows" && before.kind === "rows" && likely.count !== before.count;
  if (differs && !question.isSample) return untold({ kind: "disagrees" });
  if (after.kind === "rows") {
    const eager = await run("eager_after");
    if (eager.kind === "raised") {
      const planned = isExact(question) ? await planning(db, question, settings) : null;
      if (planned?.kind !== "raised") return untold({ kind: "may raise", sqlstate: eager.sqlstate });
      return { kind: "told", before, after: planned, lost: 0, gained: 0, nullColumns: [] };
    }
    if (before.kind === "rows") {
      const both = await inSavepoint(db, async () => db.exec(`${settingQuery(settings)};${executing("both")}`));
      return both.kind === "done" ? toldBy(question, both.value[1]?.[0]) : untold({ kind: "disagrees" });
    }
    return { kind: "told", before, after, lost: 0, gained: after.count, nullColumns: [] };
  }
  const ordered = isExact(question) ? await run("after_where") : null;
  if (ordered?.kind !== "raised") return untold({ kind: "may raise", sqlstate: after.sqlstate });
  return { kind: "told", before, after, lost: 0, gained: 0, nullColumns: [] };
}

/** The rows that the role reads, as PostgreSQL itself shows them. */
const realCount = ({ relation }: Question): string => `select count(*)::text as a0 from ${quoteName(relation)}`;

/** The parts of the new condition are evaluated in the order in which PostgreSQL will. */
const isExact = ({ after }: Question): boolean => after.inserted.length === 0 && !after.reordered;

/** The error that planning a statement under the new policies raises: the planner evaluates what it estimates with. */
async function planning(db: Db, question: Question, settings: Variables): Promise<Shown> {
  const explained = `explain ${withInserted(question)}select 1 from ${quoteName(question.relation)} where ${question.after.text}`;
  const came = await inSavepoint(db, async () => db.exec(`set local role none;${settingQuery(settings)};${explained}`));
  return came.kind === "done" ? { kind: "rows", count: 0 } : { kind: "raised", sqlstate: came.sqlstate };
}

async function shownBy(db: Db, settings: Variables, statement: string): Promise<Shown> {
  const came = await inSavepoint(db, async () => db.exec(`${settingQuery(settings)};${statement}`));
  if (came.kind === "raised") return came;
  return { kind: "rows", count: Number(came.value[1]?.[0]?.["a0"] ?? 0) };
}

/** A few requests as PostgreSQL itself answers them; null where all are alike. */
async function disagreement(
  db: Db,
  question: Question,
  answers: ReadonlyMap<Profile, Answer>,
): Promise<CannotTell | null> {
  const rows = question.groups.counts.reduce((sum, count) => sum + Number(count), 0);
  if (question.isSample || rows > COMPARED.rows) return null;
  const told = [...answers].filter(([, answer]) => answer.kind === "told" && answer.before.kind === "rows");
  for (const [{ settings }, answer] of told.slice(0, COMPARED.requests)) {
    const real = await shownBy(db, settings, realCount(question));
    const was = answer.kind === "told" ? answer.before : null;
    if (real.kind === "raised") return real.sqlstate === LATE ? null : { kind: "disagrees" };
    if (was?.kind === "rows" && was.count !== real.count) return { kind: "disagrees" };
  }
  return null;
}

type Came<Value> = { kind: "done"; value: Value } | { kind: "raised"; sqlstate: string };

async function inSavepoint<Value>(db: Db, work: () => Promise<Value>): Promise<Came<Value>> {
  await db.exec("savepoint rlsmith_profile");
  try {
    const value = await work();
    await db.exec("rollback to savepoint rlsmith_profile; release savepoint rlsmith_profile");
    return { kind: "done", value };
  } catch (error) {
    const raised = pgErrorOf(error);
    if (raised === null) throw error;
    await db.exec("rollback to savepoint rlsmith_profile; release savepoint rlsmith_profile");
    return { kind: "raised", sqlstate: raised.sqlstate };
  }
}
