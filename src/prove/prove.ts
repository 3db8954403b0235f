import type { Catalog, Relation } from "../pg/catalog.ts";
import type { Policy } from "../pg/policy.ts";
import { COMPONENTS, commandOf, type Component } from "./component.ts";
import { decide, type Decided, type Predicate } from "./decide.ts";
import { decode } from "./decode.ts";
import { InfiniteRecursion, newEncoder, type Encoder, type OpaqueFacts } from "./encode/encoder.ts";
import type { Frame } from "./encode/frame.ts";
import { parseOnce } from "./encode/parse-once.ts";
import { composed, rowAccess } from "./encode/policies.ts";
import { enumSorts } from "./encode/types.ts";
import { newValues, type Condition } from "./encode/value.ts";
import { conversionsWith, type Conversions } from "./logic/functions.ts";
import { hasQuantifier, newLogic, speaksOf, type Formula, type Logic, type Row } from "./logic/logic.ts";
import { newSide, relationKey, type Side } from "./side.ts";
import { newSolver, type Solver, type SolverOptions } from "./solve/solver.ts";
import { findUnchanged } from "./unchanged.ts";
import type { AccessOutcome } from "./situation.ts";
import type { Certainty, UnknownReason, Verdict, Witness } from "./verdict.ts";

/** Conditions that every state is taken to satisfy, under a name. An assumption is true: not NULL, and raising nothing. */
export interface Assumption {
  name: string;
  /** SQL over settings, claims, and the columns of the relation where `relation` names it */
  conditions: readonly string[];
}

export interface ProveOptions {
  assumptions?: readonly Assumption[];
  /** of each relation, component and role; milliseconds */
  timeout?: number;
  /** roles to ask for besides those that policies and grants name */
  roles?: readonly string[];
  /** only these relations: `schema.name` */
  relations?: ReadonlySet<string>;
}

export interface AssumedVerdict extends Verdict {
  /** the assumption's name; empty where there is none */
  assumption: string;
}

export const DEFAULT_TIMEOUT = 2000;
const NOTHING: Assumption = { name: "", conditions: [] };

/**
 * A verdict for every relation, component and role: what the second catalog allows, against what the first one does. Pure; needs no
 * database. Relations that are in one of the catalogs only are left out (`addedRelations` names them).
 */
export function prove(before: Catalog, after: Catalog, options: ProveOptions = {}): AssumedVerdict[] {
  const shared = newComparison(before, after);
  const verdicts: AssumedVerdict[] = [];
  for (const relation of before.relations) {
    if (options.relations && !options.relations.has(relationKey(relation))) continue;
    const other = shared.after.relation(relation.schema, relation.name);
    if (!other || !(isGuarded(relation, shared.before) || isGuarded(other, shared.after)) || other.kind === "view")
      continue;
    verdicts.push(...proveRelation(shared, relation, other, options));
  }
  return verdicts;
}

/** Row security, policies, or a change of either: what else would there be to compare? */
const isGuarded = (relation: Relation, side: Side): boolean =>
  relation.kind !== "view" &&
  (relation.rowSecurity || side.catalog.policies.some((policy) => policy.relation === relation.name));

/** What all verdicts of one comparison share. */
export interface Comparison {
  logic: Logic;
  /** what was decided of the same two predicates before: policies repeat themselves, relation for relation */
  decided: Map<string, Decided>;
  opaques: Map<string, OpaqueFacts>;
  known: Map<string, Condition>;
  /** assumptions that speak of no row, in logic */
  assumed: Map<string, Formula>;
  before: Side;
  after: Side;
  isUnchanged(name: string): boolean;
  conversions: Conversions;
  /** microseconds since 1970; `now()` in models */
  now: number;
  /** names of assumptions that speak of no row and were found not to contradict themselves */
  satisfiable: Set<string>;
}

export function newComparison(before: Catalog, after: Catalog): Comparison {
  return {
    logic: newLogic(),
    decided: new Map(),
    opaques: new Map(),
    known: new Map(),
    assumed: new Map(),
    before: newSide(before),
    after: newSide(after),
    isUnchanged: findUnchanged(before, after),
    conversions: conversionsWith(new Map([...enumSorts(before.types), ...enumSorts(after.types)])),
    now: Math.floor(Date.now() / 1000) * 1_000_000,
    satisfiable: new Set(),
  };
}

function proveRelation(
  shared: Comparison,
  relation: Relation,
  other: Relation,
  options: ProveOptions,
): AssumedVerdict[] {
  const verdicts: AssumedVerdict[] = [];
  const known = new Map<string, AssumedVerdict[]>();
  const unchanged = shared.isUnchanged(`relation ${relationKey(relation)}`);
  const assumptions = options.assumptions?.length ? options.assumptions : [NOTHING];
  for (const role of rolesFor(shared, relation, other, options.roles ?? []))
    for (const component of COMPONENTS) {
      const key = roleKey(shared, relation, other, component, role);
      const same = known.get(key);
      if (same) {
        verdicts.push(
          ...same.map((verdict) => ({
            ...verdict,
            role,
            component,
            milliseconds: 0,
            witnesses: verdict.witnesses.map((witness) => ({
              ...witness,
              situation: { ...witness.situation, role, component },
            })),
          })),
        );
        continue;
      }
      const made = unchanged
        ? assumptions.map(({ name }) => plain(relation, component, role, name, "equivalent"))
        : proveAccess(shared, { relation, other, component, role }, assumptions, options.timeout ?? DEFAULT_TIMEOUT);
      known.set(key, made);
      verdicts.push(...made);
    }
  return verdicts;
}

/** Roles with the same policies and privileges get the same verdict; sub-queries and bodies may look at the role itself. */
function roleKey(shared: Comparison, relation: Relation, other: Relation, component: Component, role: string): string {
  const command = commandOf(component);
  const parts: unknown[] = [];
  let text = "";
  for (const [side, of] of [
    [shared.before, relation],
    [shared.after, other],
  ] as const) {
    const applied = side.policies(of, command, role);
    const quals = applied.map((policy) => [policy.permissive, policy.using, policy.check]);
    text += JSON.stringify(quals);
    parts.push(side.hasPrivilege(of, command, role), side.bypasses(of, role), quals);
  }
  // calls of anything but the token's functions, sub-queries and role names
  const asksRole =
    /\bselect\b|current_user|session_user|current_role|"user"/i.test(
      text.replaceAll(/\( ?select auth\.\w+\(\)[^()]*\)/gi, ""),
    ) || /\b(?!auth\b)[a-z_]\w*\.\w+\(/i.test(text);
  return JSON.stringify([component === "UPDATE CHECK" ? "check" : component, parts, asksRole ? role : ""]);
}

/** Every role that a policy or grant on the relation names, on either side, and `anon`. */
function rolesFor(shared: Comparison, relation: Relation, other: Relation, more: readonly string[]): string[] {
  const names = new Set(more);
  for (const [side, of] of [
    [shared.before, relation],
    [shared.after, other],
  ] as const) {
    for (const grant of [...of.grants, ...of.columnGrants]) names.add(grant.grantee);
    for (const policy of side.policiesOn(of)) for (const role of policy.roles) names.add(role);
    if (side.catalog.roles.some((role) => role.name === "anon")) names.add("anon");
  }
  // `public` stands for a role that is named nowhere, where no other is
  if (names.size > 1) names.delete("public");
  return [...names].sort();
}

interface Access {
  relation: Relation;
  other: Relation;
  component: Component;
  role: string;
}

const plain = (
  relation: Relation,
  component: Component,
  role: string,
  assumption: string,
  decision: Verdict["decision"],
): AssumedVerdict => ({
  relation: { schema: relation.schema, name: relation.name },
  component,
  role,
  assumption,
  decision,
  errors: [],
  certainty: { kind: "proved" },
  milliseconds: 0,
  reasons: [],
  witnesses: [],
});

class BudgetExceeded extends Error {}

/** One access predicate under each assumption. */
function proveAccess(
  shared: Comparison,
  access: Access,
  assumptions: readonly Assumption[],
  timeout: number,
): AssumedVerdict[] {
  const sideOf = (
    name: "before" | "after",
    recursion: Encoder["recursion"],
    context: ProofContext,
  ): Predicate | InfiniteRecursion => {
    const encoder = context.encoder(name, recursion);
    const relation = name === "before" ? access.relation : access.other;
    const side = name === "before" ? shared.before : shared.after;
    // without the privilege no row is reached, whatever policies say
    if (!side.hasPrivilege(relation, commandOf(access.component), access.role))
      return { isTrue: context.logic.false, raises: context.logic.false };
    try {
      return rowAccess(encoder, {
        relation,
        component: access.component,
        row: context.row,
        frame: frameFor(access.role),
      });
    } catch (error) {
      if (error instanceof InfiniteRecursion) return error;
      throw error;
    }
  };
  return compareUnder(shared, access, assumptions, timeout, sideOf);
}

/** The same for two sets of policies alone, whoever they are for: what became of one policy. */
export function provePolicies(
  shared: Comparison,
  about: { relation: Relation; component: Component; before: readonly Policy[]; after: readonly Policy[] },
  assumptions: readonly Assumption[],
  timeout = DEFAULT_TIMEOUT,
): AssumedVerdict[] {
  const role =
    [...about.before, ...about.after].flatMap((policy) => policy.roles).find((name) => name !== "public") ?? "public";
  const access: Access = { relation: about.relation, other: about.relation, component: about.component, role };
  return compareUnder(shared, access, assumptions, timeout, (name, recursion, context) => {
    const applied = about[name].filter(
      (policy) => policy.command === "ALL" || policy.command === commandOf(about.component),
    );
    try {
      return composed(context.encoder(name, recursion), applied, {
        relation: about.relation,
        component: about.component,
        row: context.row,
        frame: frameFor(role),
      });
    } catch (error) {
      if (error instanceof InfiniteRecursion) return error;
      throw error;
    }
  });
}

interface ProofContext {
  logic: Logic;
  row: Row;
  encoder(name: "before" | "after", recursion: Encoder["recursion"]): Encoder;
}

type SideOf = (
  name: "before" | "after",
  recursion: Encoder["recursion"],
  context: ProofContext,
) => Predicate | InfiniteRecursion;

const frameFor = (role: string): Frame => ({
  scopes: [],
  parameters: new Map(),
  role,
  searchPath: ["public"],
  depth: 0,
  active: [],
  calls: [],
  at: "",
});

function compareUnder(
  shared: Comparison,
  access: Access,
  assumptions: readonly Assumption[],
  timeout: number,
  sideOf: SideOf,
): AssumedVerdict[] {
  const { logic } = shared;
  const table = relationKey(access.relation);
  // the same for every relation, so that predicates which say the same are the same
  const row = logic.constantRow("", "row");
  const oldRow = access.component === "UPDATE CHECK" ? logic.constantRow("", "old") : null;
  const context: ProofContext = {
    logic,
    row,
    encoder: (name, recursion) =>
      newEncoder({
        name,
        logic,
        values: newValues(logic),
        conversions: shared.conversions,
        side: name === "before" ? shared.before : shared.after,
        isUnchanged: shared.isUnchanged,
        opaques: shared.opaques,
        known: shared.known,
        recursion,
      }),
  };
  const verdict = (assumption: Assumption, more: Partial<AssumedVerdict>): AssumedVerdict => ({
    ...plain(access.relation, access.component, access.role, assumption.name, "unknown"),
    ...more,
  });

  const after = sideOf("after", "raise", context);
  if (after instanceof InfiniteRecursion)
    return assumptions.map((assumption) => verdict(assumption, { decision: "always-errors" }));
  const strict = sideOf("before", "raise", context);
  // every statement failed: what it was meant to allow is what the change is held against
  const before = strict instanceof InfiniteRecursion ? sideOf("before", "read through", context) : strict;
  if (before instanceof InfiniteRecursion) return assumptions.map((assumption) => verdict(assumption, {}));
  const wasBroken = strict instanceof InfiniteRecursion;

  let deadline = 0;
  let solver: Solver | null = null;
  const solverOf = (): Solver =>
    (solver ??= newSolver({
      logic,
      conversions: shared.conversions,
      rows: access.component === "INSERT" ? [] : [{ row: oldRow ?? row, table }],
      table: (name) => tableFacts(shared, name),
      tick: () => {
        if (performance.now() > deadline) throw new BudgetExceeded();
      },
    }));
  const pair = [before.isTrue, before.raises, after.isTrue, after.raises];
  const place = pair.some(hasQuantifier) ? ` ${table} ${access.component}` : "";

  return assumptions.map((assumption): AssumedVerdict => {
    const from = performance.now();
    const free = isFreeOfRows(assumption);
    const satisfiable = free && shared.satisfiable.has(assumption.name);
    if (
      satisfiable &&
      before.isTrue === after.isTrue &&
      before.raises === after.raises &&
      after.raises === logic.false &&
      !wasBroken
    )
      return verdict(assumption, { decision: "equivalent" });
    deadline = from + timeout;
    try {
      const assumed = logic.and(
        assume(shared, context, access, assumption),
        speaksOf(pair, logic.variable("timestamptz", "now()")) || speaksOf(pair, logic.variable("date", "current_date"))
          ? timeFacts(logic, shared.now)
          : logic.true,
      );
      const key = `${[assumed, ...pair].map(({ id }) => id).join(" ")}${place}`;
      const decided = shared.decided.get(key) ?? decide(logic, solverOf(), assumed, before, after, satisfiable);
      shared.decided.set(key, decided);
      if (free && decided.decision !== "vacuous") shared.satisfiable.add(assumption.name);
      return finish(shared, context, access, { row, oldRow }, assumption, decided, performance.now() - from, wasBroken);
    } catch (error) {
      if (!(error instanceof BudgetExceeded)) throw error;
      return verdict(assumption, {
        milliseconds: performance.now() - from,
        reasons: [{ kind: "budget", message: `not settled within ${timeout} ms`, expression: null, at: null }],
      });
    }
  });
}

/** What is known of a table's columns, by the name that its rows carry. */
function tableFacts(shared: Comparison, name: string): ReturnType<SolverOptions["table"]> {
  const [schema, relation] = splitKey(name);
  const found = shared.before.relation(schema, relation) ?? shared.after.relation(schema, relation);
  return {
    uniqueKeys: found?.uniqueKeys ?? [],
    notNull: new Set(found?.columns.filter((column) => column.notNull).map((column) => column.name)),
  };
}

const isFreeOfRows = (assumption: Assumption): boolean =>
  assumption.conditions.every((text) => parseOnce(text).columns.length === 0);

function splitKey(name: string): [string, string] {
  const dot = name.indexOf(".");
  return [name.slice(0, dot), name.slice(dot + 1)];
}

/** now() and the day are constants while a statement runs. */
const timeFacts = (logic: Logic, now: number): Formula =>
  logic.and(
    logic.equal(logic.variable("timestamptz", "now()"), logic.constant("timestamptz", now)),
    logic.equal(logic.variable("date", "current_date"), logic.constant("date", Math.floor(now / 86_400_000_000))),
  );

function assume(shared: Comparison, context: ProofContext, access: Access, assumption: Assumption): Formula {
  const free = isFreeOfRows(assumption);
  const known = free ? shared.assumed.get(assumption.name) : undefined;
  if (known) return known;
  const encoder = context.encoder("before", "raise");
  const frame: Frame = {
    ...frameFor(access.role),
    scopes: [[{ alias: access.relation.name, relation: access.relation, row: context.row }]],
    at: `assumption ${assumption.name}`,
  };
  const made = context.logic.and(
    ...assumption.conditions.map((text) => encoder.condition(parseOnce(text).tree, frame).isTrue),
  );
  if (free) shared.assumed.set(assumption.name, made);
  return made;
}

function finish(
  shared: Comparison,
  context: ProofContext,
  access: Access,
  rows: { row: Row; oldRow: Row | null },
  assumption: Assumption,
  decided: Decided,
  milliseconds: number,
  wasBroken: boolean,
): AssumedVerdict {
  const base = plain(access.relation, access.component, access.role, assumption.name, decided.decision);
  const witnesses: Witness[] = [];
  const touched = new Set<UnknownReason>();
  for (const { change, model } of decided.models) {
    for (const { fn } of model.predicates) {
      const opaque = shared.opaques.get(fn.slice(fn.indexOf(" ") + 1));
      if (opaque) touched.add(opaque.reason);
    }
    const [from, to] = outcomes(change);
    witnesses.push({
      change,
      before: from,
      after: to,
      confirmed: null,
      situation: decode({
        logic: context.logic,
        conversions: shared.conversions,
        side: shared.before,
        model,
        role: access.role,
        relation: access.relation,
        component: access.component,
        ...rows,
        now: shared.now,
      }),
    });
  }
  const certainty: Certainty =
    decided.bounded !== null
      ? { kind: "bounded", rows: decided.bounded }
      : witnesses.length > 0
        ? { kind: "model" }
        : { kind: "proved" };
  const decisive = witnesses.some(({ change }) => change === "lost" || change === "gained");
  // a difference that hangs on something not understood is none that may be claimed
  const unknown = decisive && touched.size > 0;
  return {
    ...base,
    decision: unknown ? "unknown" : decided.decision,
    errors: wasBroken ? ["error->allow", "error->deny"] : decided.errors,
    certainty,
    milliseconds,
    reasons: unknown ? [...touched] : [],
    witnesses,
  };
}

function outcomes(change: Witness["change"]): [AccessOutcome["kind"], AccessOutcome["kind"]] {
  if (change === "lost") return ["allow", "deny"];
  if (change === "gained") return ["deny", "allow"];
  const [from, to] = change.split("->");
  return [from as AccessOutcome["kind"], to as AccessOutcome["kind"]]; // the two halves of an ErrorChange are outcomes
}
