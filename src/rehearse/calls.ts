import type { PgFunction, UserType } from "../pg/catalog.ts";
import type { Regime } from "../pg/context.ts";
import { quoteLiteral } from "../pg/identifier.ts";
import { functionKey, nameKey, quoteName, type FunctionKey } from "../pg/name.ts";
import { argumentsFor, type Arguments } from "./call-arguments.ts";
import { baseType } from "../pg/base-type.ts";
import { contentsProbe } from "./contents-probe.ts";
import { generateRows, type Fixtures } from "../fixtures/index.ts";
import { batchOf, runKeyed, type Probe, type Response, type Statement } from "../request/index.ts";
import type { Scratch } from "../scratch/index.ts";
import { sessionStatesFor, type RehearsalState } from "./access.ts";
import { isOwnAnswer, sameOutcome, type CallOutcome, type TriedCall } from "./own-answer.ts";
import { personasFor, type RehearsalPersona } from "./personas.ts";
import { reachesRows } from "./reached.ts";
import { runMigration, type RehearsalInput } from "./rehearse.ts";

/** A call that gave a persona different answers before and after. */
export interface CallDifference {
  function: FunctionKey;
  persona: string;
  regime: Regime;
  context: string;
  /** whose values its arguments are */
  arguments: Arguments["whose"];
  before: CallOutcome;
  after: CallOutcome;
  /** it or a function that it calls reads the claim in place of the variable */
  announced: boolean;
  /**
   * with values of another tenant it returned and changed nothing before, and does now, and the answer is not the one
   * that the persona gets for its own tenant
   */
  opened: boolean;
}

/** Calls of the functions that a clean-up edits, before and after it. */
export interface CallRehearsal {
  calls: number;
  functions: FunctionKey[];
  differences: CallDifference[];
  unannounced: number;
  opened: number;
  /** functions that raised in every call, before and after */
  onlyErrors: FunctionKey[];
  /** functions that no call came into, so that nothing was compared; `accepted`: the reason of the config why that will do */
  notEntered: { function: FunctionKey; accepted: string | null }[];
  passed: boolean;
}

interface Edited {
  edited: readonly { fn: PgFunction; readsClaim: boolean }[];
  /** the names of relations with a changed default */
  defaultsOf: readonly string[];
}

/**
 * Call every edited function before and after the migration, as each persona, with arguments of its own tenant, of
 * another one and NULL, without variables, with those of the claims and with another tenant's. Compares the rows that it
 * returns, SQLSTATE and message, and the rows of each table. Values that no two runs share (generated identifiers, the
 * clock) are left out.
 */
export async function rehearseCalls(input: RehearsalInput, { edited, defaultsOf }: Edited): Promise<CallRehearsal> {
  const before = await input.base.fork();
  try {
    const fixtures = await generateRows(before.db, input.catalog, input.plan.context, { uneven: true });
    const after = await before.fork();
    try {
      const error = await runMigration(after.db, input.migration.up, input);
      if (error !== null) throw new Error(`the up file ran without rows but not with rows: ${error}`);
      return await compareCalls({ before, after }, input, edited, fixtures, defaultsOf);
    } finally {
      await after.close();
    }
  } finally {
    await before.close();
  }
}

async function compareCalls(
  databases: { before: Scratch; after: Scratch },
  { catalog, plan, progress, unrehearsed }: RehearsalInput,
  edited: Edited["edited"],
  fixtures: Fixtures,
  defaultsOf: readonly string[],
): Promise<CallRehearsal> {
  const callable = edited.filter(({ fn }) => isCallable(fn));
  const announcedFor = readersAmong(edited);
  const report: CallRehearsal = {
    calls: 0,
    functions: callable.map(({ fn }) => functionKey(fn)),
    differences: [],
    unannounced: 0,
    opened: 0,
    onlyErrors: [],
    notEntered: [],
    passed: true,
  };
  const probe = contentsProbe(catalog, fixtures);
  const known = JSON.stringify(fixtures.filled.map(({ rows }) => rows));
  const answered = new Set<FunctionKey>();
  const entered = new Set<FunctionKey>();
  const personas = personasFor(catalog, plan.context, fixtures);
  const tries: Try[] = [];
  for (const [number, persona] of personas.entries()) {
    progress.tick("calls", number, personas.length);
    const calls = callable.flatMap(({ fn }) =>
      argumentsFor(fn, { catalog, context: plan.context, fixtures, persona }).map((args) => ({ fn, args })),
    );
    for (const state of sessionStatesFor(persona, plan.context, fixtures)) {
      const asking = { persona, state, probe, known, types: catalog.types };
      report.calls += calls.length;
      for (const { call, before, after } of await tried(databases, calls, asking))
        tries.push({
          function: functionKey(call.fn),
          fn: call.fn,
          persona,
          state,
          whose: call.args.whose,
          before,
          after,
        });
    }
  }
  for (const one of tries) {
    const { fn, persona, state, before, after } = one;
    if (before.kind === "answer" || after.kind === "answer") answered.add(one.function);
    if (isEntered(before) && isEntered(after)) entered.add(one.function);
    if (sameOutcome(before, after)) continue;
    report.differences.push({
      function: one.function,
      persona: persona.name,
      regime: state.regime,
      context: state.name,
      arguments: one.whose,
      before,
      after,
      announced: defaultsOf.some((name) => fn.body.includes(name)) || announcedFor(fn),
      opened:
        one.whose === "another tenant" &&
        !reachesRows(fn, before) &&
        reachesRows(fn, after) &&
        !isOwnAnswer(one, tries),
    });
  }
  for (const { fn } of edited.filter((one) => !isOfTriggers(one.fn))) {
    const key = functionKey(fn);
    if (!entered.has(key)) report.notEntered.push({ function: key, accepted: unrehearsed(nameKey(fn)) });
    else if (!answered.has(key)) report.onlyErrors.push(key);
  }
  report.unannounced = report.differences.filter(({ announced }) => !announced).length;
  report.opened = report.differences.filter(({ opened }) => opened).length;
  report.passed =
    report.unannounced === 0 && report.opened === 0 && report.notEntered.every(({ accepted }) => accepted !== null);
  progress.done(
    "calls",
    `${report.calls} calls before and after, ${report.differences.length} differences, ${report.unannounced} unannounced`,
  );
  return report;
}

interface Try extends TriedCall {
  fn: PgFunction;
}

interface Call {
  fn: PgFunction;
  args: Arguments;
}

interface Asking {
  persona: RehearsalPersona;
  state: RehearsalState;
  probe: Probe;
  /** the rows of the fixtures, in whose text their identifiers are found */
  known: string;
  types: readonly UserType[];
}

/**
 * The outcomes of calls on both databases. What a second run before the migration does not repeat either, such as a
 * generated identifier inside a document, is no difference: the outcome before stands for both.
 */
async function tried(
  databases: { before: Scratch; after: Scratch },
  calls: readonly Call[],
  asking: Asking,
): Promise<{ call: Call; before: CallOutcome; after: CallOutcome }[]> {
  const { known } = asking;
  const statements = new Map(calls.map((call) => [call, statementOf(call, asking.types)]));
  const old = await answersOf(databases.before, asking, statements);
  const now = await answersOf(databases.after, asking, statements);
  const found = calls.map((call) => ({
    call,
    before: outcomeOf(old.get(call), known),
    after: outcomeOf(now.get(call), known),
  }));
  const differing = new Set(found.filter(({ before, after }) => !sameOutcome(before, after)).map(({ call }) => call));
  const wanted = new Map([...statements].filter(([call]) => differing.has(call)));
  const again = await answersOf(databases.before, asking, wanted);
  return found.map((one) => {
    if (!differing.has(one.call)) return one;
    const repeats = sameOutcome(one.before, outcomeOf(again.get(one.call), known));
    return !repeats && sameOutcome(withoutValues(one.before), withoutValues(one.after))
      ? { ...one, after: one.before }
      : one;
  });
}

/** Trigger functions are run by statements, which the rehearsal of access covers. */
const isOfTriggers = (fn: PgFunction): boolean => /^(event_)?trigger$/.test(fn.result);

const isCallable = (fn: PgFunction): boolean =>
  (fn.kind === "function" || fn.kind === "procedure") &&
  !isOfTriggers(fn) &&
  !fn.argumentTypes.some((type) => /^(internal|record|any.*|cstring)$/.test(type));

/** True for a function that reads a claim now, or that names one which does. */
function readersAmong(edited: Edited["edited"]): (fn: PgFunction) => boolean {
  const readers = new Set(edited.filter(({ readsClaim }) => readsClaim).map(({ fn }) => fn));
  for (let grew = true; grew;) {
    grew = false;
    for (const { fn } of edited)
      if (!readers.has(fn) && [...readers].some((reader) => fn.body.includes(reader.name))) {
        readers.add(fn);
        grew = true;
      }
  }
  return (fn) => readers.has(fn);
}

function statementOf({ fn, args }: Call, types: readonly UserType[]): Statement {
  const list = args.values
    .map(
      (value, n) =>
        `${value === null ? "null" : quoteLiteral(value)}::${fn.argumentTypes[n] ?? baseType("text", types)}`,
    )
    .join(", ");
  const called = `${quoteName(fn)}(${list})`;
  return fn.kind === "procedure"
    ? { sql: `call ${called}`, returns: "count", probe: "contents" }
    : {
        sql: `select coalesce(jsonb_agg(to_jsonb(r)), '[]')::text from ${called} r`,
        returns: "text",
        probe: "contents",
      };
}

async function answersOf<Key>(
  { db }: Scratch,
  { persona, state, probe }: Asking,
  statements: ReadonlyMap<Key, Statement>,
): Promise<Map<Key, Response>> {
  await db.exec("begin");
  try {
    return await runKeyed(db, batchOf(persona, state, { probes: new Map([["contents", probe]]) }), statements);
  } finally {
    await db.exec("rollback");
  }
}

function outcomeOf(response: Response | undefined, known: string): CallOutcome {
  if (!response) throw new Error("a call has no answer");
  if (response.kind === "error")
    return {
      kind: "error",
      sqlstate: response.sqlstate,
      message: steady(response.message, known),
      inside: response.inside.kind === "function",
    };
  const changed = response.changed.flatMap(({ before, after }) => {
    const old = before.split("\n");
    return after.split("\n").flatMap((line, n) => (line === old[n] ? [] : [line]));
  });
  return { kind: "answer", rows: steady(response.text ?? "", known), changed };
}

/** True for a call that came into a function. */
const isEntered = (one: CallOutcome): boolean => one.kind === "answer" || one.inside;

/** The outcome without what only values tell: the number of rows of each table that was changed is left. */
const withoutValues = (one: CallOutcome): CallOutcome =>
  one.kind === "error"
    ? { ...one, message: "" }
    : { kind: "answer", rows: "", changed: one.changed.map((line) => line.replace(/ [0-9a-f]{32}$/, "")) };

/** A text without what no two runs share: identifiers that the fixtures do not know, and moments. */
const steady = (text: string, known: string): string =>
  text
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, (id) =>
      known.includes(id) ? id : "(generated)",
    )
    .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[\d.+:-]*/g, "(moment)");
