import type { Db } from "../../db/port.ts";
import { ToolError } from "../../errors.ts";
import { groupBy } from "../../pg/group-by.ts";
import { nameKey, type NameKey } from "../../pg/name.ts";
import { policyId } from "../../pg/policy.ts";
import type { Entry } from "../journal/index.ts";
import { followed } from "./renamed.ts";
import {
  withOccupiedSchemas,
  differences,
  restore,
  type Restoring,
  onShadows,
  type Shadowed,
  settled,
  part,
  scopeOfState,
  byName,
  readState,
  sameState,
  type RelationState,
  type Scope,
  type State,
} from "../state/index.ts";

/** An entry of the journal that is in force, with both of its states. */
export type InForce = Entry & { before: State; after: State };

/** One entry to be taken back. */
export interface RollbackStep {
  entry: InForce;
  /** the state when its turn comes */
  from: State;
  restoring: Restoring;
}

export const isNothing = ({ shared, statements }: Restoring): boolean => shared.length + statements.length === 0;

export interface RollbackSteps {
  steps: RollbackStep[];
  /** the differences from the state that the journal recorded, a line each */
  lost: string[];
  /** the schemas and policies that stay, and the relations that have another name now, a sentence each */
  stay: string[];
}

/**
 * The steps that take entries back, each with the state when its turn comes. Policies that were made later on the same
 * relations are not part of it, and stay. `force`: relations that no longer exist are left out. Throws ToolError
 * (environment) if a relation does not exist and `force` is not set.
 */
export async function rollbackSteps(
  db: Db,
  entries: readonly InForce[],
  { force }: { force: boolean },
): Promise<RollbackSteps> {
  const steps: RollbackStep[] = [];
  const lost: string[] = [];
  const stay = new Set<string>();
  const later: State[] = [];
  for (const recorded of entries) {
    const { entry, said } = await followed(db, recorded);
    for (const sentence of said) stay.add(sentence);
    const found = await readState(db, scopeOfState(entry.before));
    // an earlier step of this rollback has not run yet, so what it restores does not exist
    const overlaid = later.reduce((state, put) => withOther(state, put), found);
    const gone = goneOf(entry.before, overlaid);
    if (gone.length > 0 && !force) throw relationGone(gone);
    for (const name of gone) lost.push(`${name}: does not exist, and is left out`);
    const from = withoutRelations(overlaid, gone);
    const [before, after] = await asPrintedHere(db, entry, from, gone, stay);
    if (!sameState(from, before) && !sameState(from, after)) lost.push(...differences(after, from));
    const occupied = await withOccupiedSchemas(
      db,
      before,
      later.flatMap(({ functions }) => functions),
    );
    for (const sentence of occupied.stay) stay.add(sentence);
    const { to } = occupied;
    const restoring = sameState(from, to) ? { shared: [], statements: [] } : restore(from, to);
    steps.push({ entry: { ...entry, before: to, after }, from, restoring });
    later.push(to);
  }
  return { steps, lost, stay: [...stay] };
}

const goneOf = (before: State, now: State): NameKey[] =>
  before.relations
    .filter(
      ({ exists, schema, name }) =>
        exists && !now.relations.some((one) => one.exists && one.schema === schema && one.name === name),
    )
    .map(nameKey);

const relationGone = (gone: readonly NameKey[]): ToolError =>
  new ToolError(
    "environment",
    "RELATION_GONE",
    `relations that would be restored do not exist: ${gone.join(", ")}`,
    'nothing was changed; --force --reason "…" restores the rest; the journal holds the earlier state: rlsmith history --format json',
  );

const withoutRelations = (state: State, names: readonly NameKey[]): State =>
  names.length === 0 ? state : { ...state, relations: state.relations.filter((one) => !names.includes(nameKey(one))) };

/**
 * Both states of an entry as this server prints them, with the policies that were made on their relations afterwards.
 */
async function asPrintedHere(
  db: Db,
  { before, after }: InForce,
  from: State,
  gone: readonly NameKey[],
  stay: Set<string>,
): Promise<[State, State]> {
  const both: [State, State] = [withoutRelations(before, gone), withoutRelations(after, gone)];
  const found = from.relations.flatMap((there) => {
    const [was, left] = both.map(({ relations }) =>
      relations.find(({ schema, name }) => schema === there.schema && name === there.name),
    );
    return !was || !left || !there.exists ? [] : [{ there, was, left }];
  });
  const shadows = await onShadows(
    db,
    found.map(({ there, was, left }) => ({
      relation: there,
      policies: [...was.policies, ...left.policies],
      alter: [],
    })),
    "each alone",
  );
  for (const [n, { there, was, left }] of found.entries()) {
    const known = new Set([...was.policies, ...left.policies].map(({ name }) => name));
    const since = there.policies.filter(({ name }) => !known.has(name));
    for (const policy of since) stay.add(`${policyId(policy)} was created later, and stays`);
    const prints: Shadowed["prints"] = shadows[n]?.prints ?? new Map();
    const settle = (relation: RelationState): RelationState => ({
      ...relation,
      policies: [
        ...relation.policies.map((policy) =>
          settled(
            policy,
            prints.get(policy) ?? null,
            there.policies.find(({ name }) => name === policy.name),
          ),
        ),
        ...since,
      ].toSorted(byName),
    });
    both[0] = replaced(both[0], settle(was));
    both[1] = replaced(both[1], settle(left));
  }
  return both;
}

const replaced = (state: State, relation: RelationState): State => ({
  ...state,
  relations: state.relations.map((one) =>
    one.schema === relation.schema && one.name === relation.name ? relation : one,
  ),
});

/** A state, with the objects of another state in place of its own. Each keeps the column defaults that it is about. */
const withOther = (state: State, put: State): State => ({
  relations: state.relations.map((one) => {
    const other = put.relations.find(({ schema, name }) => schema === one.schema && name === one.name);
    return other ? { ...other, defaults: defaultsOf(one, [other, one]) } : one;
  }),
  functions: state.functions.map(
    (one) =>
      put.functions.find(
        ({ schema, name, arguments: of }) => schema === one.schema && name === one.name && of === one.arguments,
      ) ?? one,
  ),
  schemas: state.schemas.map((one) => put.schemas.find(({ name }) => name === one.name) ?? one),
});

/**
 * In a dry run each step is rolled back, so the next one would not find the state that it needs: all steps become one.
 */
export function together(steps: readonly RollbackStep[]): RollbackStep[] {
  const [first] = steps;
  if (!first || steps.length === 1) return [...steps];
  // for each object, the newest step has its present state, and the oldest step the state to restore
  const from = merged(steps.map((step) => step.from));
  const before = part(merged(steps.toReversed().map(({ entry }) => entry.before)), scopeOfState(from));
  return [
    {
      entry: { ...first.entry, group: "all", before, after: from },
      from,
      restoring: {
        shared: steps.flatMap(({ restoring }) => restoring.shared),
        statements: steps.flatMap(({ restoring }) => restoring.statements),
      },
    },
  ];
}

/** The defaults of the columns of one state, each from the first state that has it. */
const defaultsOf = (columns: RelationState, states: readonly RelationState[]): RelationState["defaults"] =>
  columns.defaults.flatMap(({ column }) => {
    const found = states.flatMap(({ defaults }) => defaults.find((one) => one.column === column) ?? []);
    return found.slice(0, 1);
  });

/** Several states merged into one; of an object, or a default, that is in several, the first state counts. */
const merged = (states: readonly State[]): State => ({
  relations: [
    ...groupBy(
      states.flatMap(({ relations }) => relations),
      nameKey,
    ).values(),
  ].flatMap(([first, ...others]) => (first ? [withDefaults(first, others)] : [])),
  functions: firsts(
    states.flatMap(({ functions }) => functions),
    ({ schema, name, arguments: of }) => [schema, name, of],
  ),
  schemas: firsts(
    states.flatMap(({ schemas }) => schemas),
    ({ name }) => [name],
  ),
});

/** A relation with the defaults that only other states of it name. */
const withDefaults = (relation: RelationState, others: readonly RelationState[]): RelationState => ({
  ...relation,
  defaults: firsts(
    [relation, ...others].flatMap(({ defaults }) => defaults),
    ({ column }) => [column],
  ).toSorted((a, b) => byName({ name: a.column }, { name: b.column })),
});

function firsts<T>(ones: readonly T[], partsOf: (one: T) => string[]): T[] {
  const found = new Map<string, T>();
  for (const one of ones) {
    const name = JSON.stringify(partsOf(one));
    if (!found.has(name)) found.set(name, one);
  }
  return [...found.values()];
}

/** All objects that the steps touch, each once. */
export const wholeScope = (steps: readonly RollbackStep[]): Scope =>
  scopeOfState(merged(steps.map(({ entry }) => entry.before)));
