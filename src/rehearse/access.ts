import type { Catalog } from "../pg/catalog.ts";
import type { ContextMap, Regime } from "../pg/context.ts";
import { relationKey, type NameKey } from "../pg/name.ts";
import { readRowKeys, type RowKey } from "../pg/row-key.ts";
import type { AnnouncedChange } from "../plan/index.ts";
import {
  batchOf,
  runKeyed,
  settingStatements,
  type Response,
  type SessionState,
  type Statement,
} from "../request/index.ts";
import type { Scratch } from "../scratch/index.ts";
import type { Fixtures } from "../fixtures/index.ts";
import { announcedBy, type Situation } from "./judge.ts";
import type { Outcome } from "./outcome.ts";
import { personasFor, type RehearsalPersona } from "./personas.ts";
import { attemptsFor, foreignKeysOf, type Attempt } from "./statements.ts";

/** One statement that gave a persona different answers before and after. */
export interface AccessDifference {
  regime: Regime;
  /** the values of the variables: `unset`, `empty`, `equal to the claims`, `app.x of another tenant` */
  context: string;
  persona: string;
  schema: string;
  relation: string;
  statement: string;
  before: Outcome;
  after: Outcome;
  /** the reason why the plan accounts for it; null: it does not */
  announcedBy: string | null;
}

/** Statements of several personas, compared before and after a migration. */
export interface AccessReport {
  cells: number;
  personas: RehearsalPersona[];
  /** `asked`: those on which statements were run */
  relations: { filled: NameKey[]; notFilled: Fixtures["notFilled"]; asked: NameKey[] };
  /** relations with rows on which every statement raised an error, before and after */
  onlyErrors: { relation: NameKey; sqlstates: string[] }[];
  differences: AccessDifference[];
  unannounced: number;
  /**
   * statements that reach rows of another tenant, and did not before in the same regime; with another tenant's variable
   * set, neither without variables. Of a persona without a tenant, any rows of one
   */
  opened: AccessDifference[];
  /** statements on relations with rows of tenants: without any, nothing is known of access across them */
  onTenants: number;
  /** statements that reached another tenant's rows while a variable held that tenant's value */
  crossTenant: {
    readsBefore: number;
    readsAfter: number;
    writesBefore: number;
    writesAfter: number;
    before: number;
    after: number;
  };
}

/** The variables while a batch of statements runs, as the way in which a request arrives. */
export interface RehearsalState extends SessionState {
  regime: Regime;
  variables: "unset" | "empty" | "set";
}

/** Two databases that hold the same rows, before and after a migration. */
export interface Migrated {
  before: Scratch;
  after: Scratch;
  catalog: Catalog;
  context: ContextMap;
  fixtures: Fixtures;
  /** the changes of access that the plan announces */
  announced: readonly AnnouncedChange[];
}

/**
 * Run every statement of every persona on both databases with the variables unset, empty,
 * equal to the claims, and of another tenant; list the different answers. Unset comes first: once a connection has set
 * a variable, the variable is never unset again, only empty.
 */
export async function compareAccess(
  { before, after, catalog, context, fixtures, announced }: Migrated,
  onBatch: (done: number, total: number) => void = () => {},
): Promise<AccessReport> {
  const personas = personasFor(catalog, context, fixtures);
  const attempts = new Map(
    fixtures.tenants.map((tenant) => [tenant.name, attemptsFor(catalog, fixtures, tenant.name)]),
  );
  const foreign = new Map<string, ReadonlyMap<NameKey, ReadonlySet<RowKey>>>();
  for (const { name } of fixtures.tenants) foreign.set(name, await foreignKeysOf(before.db, catalog, fixtures, name));
  const report: AccessReport = {
    cells: 0,
    personas,
    relations: {
      filled: fixtures.filled.map(relationKey),
      notFilled: fixtures.notFilled,
      asked: [],
    },
    onlyErrors: [],
    differences: [],
    unannounced: 0,
    opened: [],
    onTenants: 0,
    crossTenant: { readsBefore: 0, readsAfter: 0, writesBefore: 0, writesAfter: 0, before: 0, after: 0 },
  };
  // the answers after the migration without context: in a foreign context they must be the same
  const withoutContext = new Map<RehearsalPersona, ReadonlyMap<Attempt, Outcome>>();
  const answers = new Map<NameKey, { sqlstates: Set<string>; answered: boolean }>();
  // what crossed tenants before without context, by the token alone
  const byToken = new Map<RehearsalPersona, Set<Attempt>>(personas.map((persona) => [persona, new Set()]));
  const batches = personas.flatMap((persona) =>
    sessionStatesFor(persona, context, fixtures).map((session) => ({ persona, session })),
  );
  const first = ({ persona, session }: (typeof batches)[number]): number =>
    session.variables !== "unset" ? 2 : persona.claims === null ? 0 : 1;

  for (const [number, { persona, session }] of batches.toSorted((a, b) => first(a) - first(b)).entries()) {
    onBatch(number, batches.length);
    const tried = attempts.get(persona.tenant) ?? [];
    const [old, now] = [
      await outcomesOn(before, persona, session, tried),
      await outcomesOn(after, persona, session, tried),
    ];
    report.cells += tried.length;
    report.onTenants += tried.filter(({ tenanted }) => tenanted).length;
    if (session.variables === "empty") withoutContext.set(persona, now);
    for (const attempt of tried) {
      const [was, is] = [old.get(attempt), now.get(attempt)];
      // a statement without an outcome must not count as one that stayed the same
      if (!was || !is) throw new Error(`${attempt.name} on ${attempt.relation} has no outcome`);
      noteAnswers(answers, attempt, [was, is]);
      const keys = foreign.get(persona.tenant)?.get(relationKey(attempt));
      const crossed = [was, is].map((outcome) => crosses(outcome, attempt, keys));
      if (session.regime === "foreign" && persona.member && attempt.own === null)
        countCrossing(report, attempt, crossed);
      const had = persona.isOfTenant ? crossed[0] : reachesRows(was);
      if (had && session.regime === "without") byToken.get(persona)?.add(attempt);
      if (same(was, is)) continue;
      const situation: Situation = {
        regime: session.regime,
        attempt,
        before: was,
        after: is,
        withoutContext: withoutContext.get(persona)?.get(attempt) ?? null,
      };
      const reason = announcedBy(situation, announced, catalog);
      if (reason === null) report.unannounced += 1;
      const difference: AccessDifference = {
        regime: session.regime,
        context: session.name,
        persona: persona.name,
        schema: attempt.schema,
        relation: attempt.relation,
        statement: attempt.name,
        before: was,
        after: is,
        announcedBy: reason,
      };
      report.differences.push(difference);
      const has = persona.isOfTenant ? crossed[1] : attempt.tenanted && reachesRows(is);
      const isOld = had || (session.regime === "foreign" && byToken.get(persona)?.has(attempt));
      if (has && !isOld) report.opened.push(difference);
    }
  }
  report.relations.asked.push(...answers.keys());
  for (const [relation, { sqlstates, answered }] of answers)
    if (!answered) report.onlyErrors.push({ relation, sqlstates: [...sqlstates].toSorted() });
  const { crossTenant: counted } = report;
  counted.before = counted.readsBefore + counted.writesBefore;
  counted.after = counted.readsAfter + counted.writesAfter;
  return report;
}

export function sessionStatesFor(persona: RehearsalPersona, context: ContextMap, fixtures: Fixtures): RehearsalState[] {
  const names = context.variables.map((variable) => variable.setting);
  const all = (value: (name: string) => string | undefined): Record<string, string> =>
    Object.fromEntries(names.flatMap((name) => (value(name) === undefined ? [] : [[name, value(name) ?? ""]])));
  const empty = all(() => "");
  const standings = [stateOf("without", "unset", {}, "unset"), stateOf("without", "empty", empty, "empty")];
  const values = persona.member?.values;
  // "with context" means that every variable is set: a member without one of the values has no such regime
  const own = values && names.every((name) => values[name] !== undefined) ? values : undefined;
  const other = fixtures.members.find((member) => member.tenant !== persona.tenant);
  const equal = own && all((name) => own[name]);
  if (equal) standings.push(stateOf("with", "equal to the claims", equal));
  if (!other) return standings;
  const foreign = all((name) => other.values[name]);
  standings.push(stateOf("foreign", "all variables of another tenant", foreign));
  if (own && names.length > 1)
    for (const name of names) {
      const value =
        own[name] === other.values[name]
          ? fixtures.members.find((member) => member.values[name] !== own[name])?.values[name]
          : other.values[name];
      if (value !== undefined)
        standings.push(
          stateOf("foreign", `${name} of another user or tenant`, { ...all((each) => own[each]), [name]: value }),
        );
    }
  return standings;
}

const stateOf = (
  regime: Regime,
  name: string,
  settings: Record<string, string>,
  variables: RehearsalState["variables"] = "set",
): RehearsalState => ({ regime, name, variables, setup: settingStatements(settings), prelude: [] });

/** Each statement runs as PostgREST would run it, with claims and role set for the transaction; nothing of it stays. */
async function outcomesOn(
  { db }: Scratch,
  persona: RehearsalPersona,
  session: RehearsalState,
  attempts: readonly Attempt[],
): Promise<Map<Attempt, Outcome>> {
  const statements = new Map(
    attempts.map((attempt): [Attempt, Statement] => {
      const { sql, reads } = attempt;
      return [attempt, { sql, returns: reads ? "text" : "count", probe: null }];
    }),
  );
  await db.exec("begin");
  try {
    const responses = await runKeyed(db, batchOf(persona, session, { probes: new Map() }), statements);
    return new Map([...responses].map(([attempt, response]) => [attempt, outcomeOf(response, attempt)]));
  } finally {
    await db.exec("rollback");
  }
}

function outcomeOf(response: Response, { reads }: Pick<Attempt, "reads">): Outcome {
  if (response.kind === "error") return { kind: "error", sqlstate: response.sqlstate };
  if (!reads) return { kind: "rows", rows: Number(response.text ?? 0), keys: null };
  const keys = readRowKeys(response.text ?? "[]");
  return { kind: "rows", rows: keys.length, keys };
}

const same = (a: Outcome, b: Outcome): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The statement reached a row of another tenant; `foreign`: the keys of those of its relation. */
function crosses(outcome: Outcome, attempt: Attempt, foreign: ReadonlySet<RowKey> | undefined): boolean {
  if (outcome.kind === "error") return false;
  if (attempt.own !== null) return outcome.rows > attempt.own;
  if (!attempt.crosses) return false;
  return outcome.keys ? outcome.keys.some((key) => foreign?.has(key)) : outcome.rows > 0;
}

function noteAnswers(
  answers: Map<NameKey, { sqlstates: Set<string>; answered: boolean }>,
  attempt: Attempt,
  outcomes: readonly Outcome[],
): void {
  const key = relationKey(attempt);
  const known = answers.get(key) ?? { sqlstates: new Set<string>(), answered: false };
  for (const outcome of outcomes)
    if (outcome.kind === "error") known.sqlstates.add(outcome.sqlstate);
    else known.answered = true;
  answers.set(key, known);
}

const reachesRows = (outcome: Outcome): boolean => outcome.kind === "rows" && outcome.rows > 0;

function countCrossing({ crossTenant }: AccessReport, attempt: Attempt, [was, is]: readonly boolean[]): void {
  if (was) crossTenant[attempt.reads ? "readsBefore" : "writesBefore"] += 1;
  if (is) crossTenant[attempt.reads ? "readsAfter" : "writesAfter"] += 1;
}
