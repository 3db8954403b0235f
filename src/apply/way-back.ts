import type { Db } from "../db/port.ts";
import { ToolError } from "../errors.ts";
import type { Entry } from "./journal.ts";
import { withOccupiedSchemas } from "./occupied.ts";
import { differences, restore } from "./restore.ts";
import { part, scopeOfState } from "./standing.ts";
import { readState, sameState, type Scope, type State } from "./state.ts";

/** An entry of the journal that is in force, with both of its states. */
export type InForce = Entry & { before: State; after: State };

/** One entry that is taken back. */
export interface BackStep {
  entry: InForce;
  /** what is there when its turn comes */
  from: State;
  statements: string[];
}

/**
 * Each step back, with what will be there when its turn comes; `lost`: where that is not what the journal left; `stay`: what the plan made and cannot
 * go, a sentence each.
 */
export async function wayBack(
  db: Db,
  entries: readonly InForce[],
): Promise<{ steps: BackStep[]; lost: string[]; stay: string[] }> {
  const steps: BackStep[] = [];
  const lost: string[] = [];
  const staying: string[] = [];
  const later: State[] = [];
  for (const entry of entries) {
    const found = await readState(db, scopeOfState(entry.before));
    // what a step before this one puts back is not there yet
    const from = later.reduce((state, put) => overlaid(state, put), found);
    if (!sameState(from, entry.before) && !sameState(from, entry.after)) lost.push(...differences(entry.after, from));
    const gone = entry.before.relations.filter(
      ({ exists, schema, name }) =>
        exists && !from.relations.some((one) => one.exists && one.schema === schema && one.name === name),
    );
    if (gone.length > 0)
      throw new ToolError(
        "environment",
        "RELATION_GONE",
        `what would be put back has no place any more: ${gone.map(({ schema, name }) => `${schema}.${name}`).join(", ")}`,
        "nothing was changed; the policies as they were are in the journal: rlsmith history --format json",
      );
    const { to, stay } = await withOccupiedSchemas(
      db,
      entry.before,
      later.flatMap(({ functions }) => functions),
    );
    staying.push(...stay);
    steps.push({ entry: { ...entry, before: to }, from, statements: sameState(from, to) ? [] : restore(from, to) });
    later.push(to);
  }
  return { steps, lost, stay: staying };
}

/** A state with what another one puts in its place. */
const overlaid = (state: State, put: State): State => ({
  relations: state.relations.map(
    (one) => put.relations.find(({ schema, name }) => schema === one.schema && name === one.name) ?? one,
  ),
  functions: state.functions.map(
    (one) =>
      put.functions.find(
        ({ schema, name, arguments: of }) => schema === one.schema && name === one.name && of === one.arguments,
      ) ?? one,
  ),
  schemas: state.schemas.map((one) => put.schemas.find(({ name }) => name === one.name) ?? one),
});

/** A dry run rolls each step back, so that the next one does not find what it has to: all of them are one step then. */
export function together(steps: readonly BackStep[]): BackStep[] {
  const [first] = steps;
  if (!first || steps.length === 1) return [...steps];
  // of one object: what is there now comes with its newest step, what is put back in the end with its oldest
  const from = merged(steps.map((step) => step.from));
  const before = part(merged(steps.toReversed().map(({ entry }) => entry.before)), scopeOfState(from));
  return [
    {
      entry: { ...first.entry, group: "all", before, after: from },
      from,
      statements: steps.flatMap(({ statements }) => statements),
    },
  ];
}

/** Several states in one; of an object that is in many, the first has it. */
const merged = (states: readonly State[]): State => ({
  relations: firsts(
    states.flatMap(({ relations }) => relations),
    ({ schema, name }) => [schema, name],
  ),
  functions: firsts(
    states.flatMap(({ functions }) => functions),
    ({ schema, name, arguments: of }) => [schema, name, of],
  ),
  schemas: firsts(
    states.flatMap(({ schemas }) => schemas),
    ({ name }) => [name],
  ),
});

function firsts<T>(ones: readonly T[], nameOf: (one: T) => string[]): T[] {
  const found = new Map<string, T>();
  for (const one of ones) {
    const name = JSON.stringify(nameOf(one));
    if (!found.has(name)) found.set(name, one);
  }
  return [...found.values()];
}

/** Everything that the steps touch, each once. */
export const wholeScope = (steps: readonly BackStep[]): Scope =>
  scopeOfState(merged(steps.map(({ entry }) => entry.before)));
