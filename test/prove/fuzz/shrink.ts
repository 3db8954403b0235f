import { contradiction } from "./judge.ts";
import { mayRaiseBoth } from "./may-raise.ts";
import { verdictsOf, type Contradiction } from "./fuzz.ts";
import { stateOf } from "./points.ts";
import type { Row, Runner, State } from "./runner.ts";
import { CLAIMS } from "./schema.ts";
import type { FuzzCase, FuzzPolicy, FuzzSide } from "./sides.ts";
import { textOf } from "./text.ts";
import { plain, print, replace, within, type Tree } from "./tree.ts";

// Each try proves once and asks Postgres once.
const MOST_TRIES = 600;

/** The contradiction with as little in it as still contradicts. */
export async function shrink(runner: Runner, found: Contradiction): Promise<Contradiction> {
  let best = found;
  const budget = { left: MOST_TRIES };
  const better = async (candidate: Contradiction): Promise<boolean> => {
    budget.left -= 1;
    const made = await again(runner, candidate).catch(() => null);
    if (!made) return false;
    best = made;
    return true;
  };
  for (let progress = true; progress && budget.left > 0;) {
    progress = false;
    for (const smaller of [smallerCases, smallerStates]) {
      let candidates = [...smaller(best)];
      for (let at = 0; at < candidates.length && budget.left > 0; at += 1) {
        const candidate = candidates[at];
        if (!candidate || !(await better(candidate))) continue;
        progress = true;
        candidates = [...smaller(best)];
        at = -1;
      }
    }
  }
  return best;
}

/** The same contradiction in what was made smaller; null if it is gone. */
async function again(runner: Runner, candidate: Contradiction): Promise<Contradiction | null> {
  const { given, component, kind } = candidate;
  let verdict;
  try {
    verdict = verdictsOf(given).find((other) => other.component === component && other.role === candidate.state.role);
  } catch (error) {
    return kind === "crash" ? { ...candidate, why: String(error) } : null;
  }
  if (!verdict || kind === "crash") return null;
  const witnesses = verdict.witnesses.filter(({ change }) => change === "lost" || change === "gained");
  const states = kind === "verdict" ? [candidate.state] : witnesses.map(({ situation }) => stateOf(situation));
  if (states.length === 0 || verdict.decision === "unknown") return null;
  const answers = await runner.run({
    sides: [textOf(given.before), textOf(given.after)],
    guarded: given.guarded,
    component,
    assumption: given.assumption,
    states,
  });
  if ("refused" in answers) return null;
  for (const [index, state] of states.entries()) {
    const [one, two] = [answers[0][index], answers[1][index]];
    const [before, after] = [one?.outcomes?.[0] ?? "", two?.outcomes?.[0] ?? ""];
    const made = { ...candidate, state, before, after, verdict };
    if (kind === "verdict") {
      if (!one?.assumed || before === "" || before.startsWith("setup") || after.startsWith("setup")) return null;
      const why = contradiction(verdict, before, after);
      return why === null || mayRaiseBoth({ ...made, why }) ? null : { ...made, why };
    }
    const witness = witnesses[index];
    if (!witness || (before === witness.before && after === witness.after && one?.assumed)) continue;
    return {
      ...made,
      why: `witness of ${witness.change}: ${before} became ${after}${one?.assumed ? "" : ", and the assumption is not true"}`,
    };
  }
  return null;
}

function* smallerCases(found: Contradiction): Generator<Contradiction> {
  const { given } = found;
  const put = (more: Partial<FuzzCase>): Contradiction => ({ ...found, given: { ...given, ...more } });
  if (given.assumption.length > 0) {
    yield put({ assumption: [] });
    for (const [index, condition] of given.assumption.entries()) {
      if (given.assumption.length > 1) yield put({ assumption: given.assumption.toSpliced(index, 1) });
      for (const part of condition.split(" and "))
        if (part !== condition) yield put({ assumption: given.assumption.with(index, part) });
    }
  }
  for (const table of given.guarded)
    if (table !== "docs") {
      const without = (side: FuzzSide): FuzzSide => ({
        ...side,
        policies: side.policies.filter((policy) => policy.table !== table),
      });
      const guarded = new Set(given.guarded);
      guarded.delete(table);
      yield put({ guarded, before: without(given.before), after: without(given.after) });
    }
  const names = new Set(
    [...given.before.policies, ...given.after.policies].map(({ table, name }) => `${table} ${name}`),
  );
  const drop = (side: FuzzSide, name: string): FuzzSide => ({
    ...side,
    policies: side.policies.filter((policy) => `${policy.table} ${policy.name}` !== name),
  });
  for (const name of names) {
    yield put({ before: drop(given.before, name), after: drop(given.after, name) });
    yield put({ before: drop(given.before, name) });
    yield put({ after: drop(given.after, name) });
  }
  for (const fn of new Set([...given.before.functions, ...given.after.functions].map(({ name }) => name))) {
    const without = (side: FuzzSide): FuzzSide => ({
      ...side,
      functions: side.functions.filter(({ name }) => name !== fn),
    });
    yield put({ before: without(given.before), after: without(given.after) });
  }
  const simple = (side: FuzzSide): FuzzSide => ({
    ...side,
    policies: side.policies.map((policy): FuzzPolicy => ({ ...policy, roles: ["public"], permissive: true })),
  });
  if (
    JSON.stringify(textOf(simple(given.before))) !== JSON.stringify(textOf(given.before)) ||
    JSON.stringify(textOf(simple(given.after))) !== JSON.stringify(textOf(given.after))
  )
    yield put({ before: simple(given.before), after: simple(given.after) });
  const trees = new Set([...treesOf(given.before), ...treesOf(given.after)].flatMap((tree) => [...within(tree)]));
  for (const tree of [...trees].toSorted((a, b) => print(b).length - print(a).length))
    for (const smaller of smallerTrees(tree)) {
      yield put({ before: swap(given.before, tree, smaller), after: swap(given.after, tree, smaller) });
      yield put({ before: swap(given.before, tree, smaller) });
      yield put({ after: swap(given.after, tree, smaller) });
    }
}

const treesOf = (side: FuzzSide): Tree[] => [
  ...side.policies.flatMap(({ using, check }) => [using, check].filter((tree) => tree !== null)),
  ...side.functions.map(({ body }) => body),
];

const swap = (side: FuzzSide, from: Tree, to: Tree): FuzzSide => ({
  policies: side.policies.map((policy) => ({
    ...policy,
    using: policy.using && replace(policy.using, from, to),
    check: policy.check && replace(policy.check, from, to),
  })),
  functions: side.functions.map((fn) => ({ ...fn, body: replace(fn.body, from, to) })),
});

/** A constant, or a part of the same type that stands in the same place. */
function* smallerTrees(tree: Tree): Generator<Tree> {
  if (tree.tag === "truth" || tree.tag === "where") return;
  if (tree.type === "boolean") {
    yield plain("boolean", tree.env, "true", "truth");
    yield plain("boolean", tree.env, "false", "truth");
  }
  if (tree.tag === "constant") return;
  for (const part of within(tree)) if (part !== tree && part.type === tree.type && part.env === tree.env) yield part;
  if (tree.type === "text") yield plain("text", tree.env, "'a'");
}

function* smallerStates(found: Contradiction): Generator<Contradiction> {
  const { state } = found;
  if (found.kind !== "verdict") return;
  const put = (more: Partial<State>): Contradiction => ({ ...found, state: { ...state, ...more } });
  for (const table of ["members", "orgs", "admins"] as const) {
    const rows = state[table] ?? [];
    for (const [index, row] of rows.entries()) {
      yield put({ [table]: rows.toSpliced(index, 1) });
      for (const smaller of smallerRows(row)) yield put({ [table]: rows.with(index, smaller) });
    }
  }
  for (const key of ["docs", "candidates"] as const) {
    const rows = state[key] ?? [];
    for (const [index, row] of rows.entries())
      for (const smaller of smallerRows(row)) yield put({ [key]: rows.with(index, smaller) });
  }
  for (const name of Object.keys(state.settings)) {
    const { [name]: value = "", ...settings } = state.settings;
    yield put({ settings });
    if (name !== CLAIMS || value === "") continue;
    const token = JSON.parse(value) as Record<string, unknown>;
    for (const smaller of withoutMembers(token))
      yield put({ settings: { ...settings, [name]: JSON.stringify(smaller) } });
  }
}

const smallerRows = (row: Row): Row[] =>
  Object.keys(row)
    .filter((key) => row[key] !== null && key !== "id")
    .map((key) => ({ ...row, [key]: null }));

const withoutMembers = (token: Record<string, unknown>): Record<string, unknown>[] =>
  Object.entries(token).flatMap(([key, value]) => {
    const { [key]: _, ...rest } = token;
    const nested =
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? withoutMembers(value as Record<string, unknown>)
        : [];
    return [rest, ...nested.map((inner) => ({ ...token, [key]: inner }))];
  });
