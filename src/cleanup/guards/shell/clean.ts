import { demandedBy, verdictOf, type Check } from "../check.ts";
import type { Evidence, GuardContext, Left, LeftReason, Removed } from "../context.ts";
import { mixedIn, retiredIn } from "../names.ts";
import { concernOf } from "../references.ts";
import { cutFrom, firstLine, lineEnd, lineStart, withBlankLine, type Cut } from "../text.ts";
import { checksOf, scopeOf } from "./checks.ts";
import { commandsIn, isHarmless } from "./commands.ts";
import { parseShell } from "./parse.ts";
import type { Statement } from "./syntax.ts";

/** What became of a script; offsets are those of the text that was given. */
export interface CleanShell {
  /** null: nothing is left that does something */
  after: string | null;
  removed: (Omit<Removed, "line"> & { at: number })[];
  left: (Omit<Left, "line"> & { at: number })[];
  forbids: { at: number; what: string }[];
  checks: Check[];
}

type Fate = { kind: "cut"; evidence: Evidence } | { kind: "keep" } | { kind: "left"; reason: LeftReason };

/**
 * Take the checks of the old pattern out of a script, and what runs something that goes. `folder`: that of the script;
 * `endsEarly`: it ends with the first command that fails, as a step of CI does, without saying so.
 */
export function cleanShell(
  text: string,
  context: GuardContext,
  { folder = "", endsEarly = true }: { folder?: string; endsEarly?: boolean } = {},
): CleanShell {
  const file = parseShell(text);
  const named = retiredIn(text, context.names) ?? mixedIn(text, context.names);
  if (file === null)
    return {
      ...nothing(text),
      left: named === null ? [] : [{ at: Math.max(text.indexOf(named), 0), what: named, reason: "not-read" }],
    };
  const scope = scopeOf(file.statements, context, endsEarly);
  const checks = checksOf(file.statements, scope);
  const result: CleanShell = { ...nothing(text), checks };
  const cuts: Cut[] = [];
  const functions = new Set<string>();
  const gone: Statement[] = [];
  const within = (statement: Statement): Check[] =>
    checks.filter(({ at }) => at >= statement.start && at < statement.end);

  const runs = (statement: Statement): ReturnType<typeof concernOf>[] =>
    [...commandsIn([statement])].map(({ words }) => {
      const values = words.map(({ value }) => value);
      return functions.has(values[0] ?? "") ? "runs" : concernOf(values, context, folder);
    });

  /** True if a statement does nothing but to check and to complain. */
  const onlyChecks = (statement: Statement): boolean =>
    [...commandsIn([statement])].every((one) => {
      const values = one.words.map(({ value }) => value);
      return isHarmless(one) || functions.has(values[0] ?? "") || concernOf(values, context, folder) === "runs";
    });

  const fateOf = (statement: Statement): Fate => {
    const verdicts = within(statement).map(verdictOf);
    const concerns = runs(statement);
    const demands = verdicts.includes("demands");
    const isGone = demands || concerns.includes("runs");
    if (!isGone) {
      if (concerns.includes("names")) return { kind: "left", reason: "names-what-goes" };
      if (verdicts.includes("unknown"))
        return {
          kind: "left",
          reason: mixedIn(text.slice(statement.start, statement.end), context.names) ? "mixed-function" : "not-certain",
        };
      return { kind: "keep" };
    }
    if (concerns.includes("names") || verdicts.includes("unknown")) return { kind: "left", reason: "not-certain" };
    if (verdicts.includes("other") || !onlyChecks(statement)) return { kind: "left", reason: "does-more" };
    return { kind: "cut", evidence: demands ? "demands" : "runs-what-goes" };
  };

  const cut = (statement: Statement, evidence: Evidence): void => {
    gone.push(statement);
    cuts.push(cutOf(text, statement, file.comments));
    const demand = within(statement).find((one) => verdictOf(one) === "demands");
    const pattern = demand && evidence === "demands" ? demandedBy(demand) : undefined;
    result.removed.push({
      at: statement.start,
      what: firstLine(text.slice(statement.start, statement.end)),
      evidence,
      ...(pattern === undefined ? {} : { pattern }),
    });
    for (const { compound } of commandsIn([statement]))
      if (compound?.keyword === "function") functions.add(compound.name);
  };

  const leave = (statement: Statement, reason: LeftReason): void => {
    const [check] = within(statement).filter((one) => ["unknown", "demands"].includes(verdictOf(one)));
    const at = check?.at ?? statement.start;
    result.left.push({ at, what: firstLine(text.slice(at, statement.end)), reason });
  };

  /** Parts of a statement that go although it does more: elements of a chain, statements within. True: it is settled. */
  const cutWithin = (statement: Statement): boolean => {
    const { pipelines } = statement;
    const [only] = pipelines.length === 1 ? (pipelines[0]?.commands ?? []) : [];
    if (only?.compound && pipelines[0]?.commands.length === 1) {
      const inner = only.compound.bodies.flat();
      const own = within(statement).filter(({ at }) => !inner.some((one) => at >= one.start && at < one.end));
      // the condition itself is about what goes
      if (own.some((one) => verdictOf(one) !== "neutral" && verdictOf(one) !== "other")) return false;
      // a branch or a loop would be empty
      if (only.compound.bodies.some((body) => body.every((one) => fateOf(one).kind === "cut"))) return false;
      const before = cuts.length + result.left.length;
      for (const one of inner) visit(one);
      return cuts.length + result.left.length > before;
    }
    const isChain = pipelines.length > 1 && pipelines.slice(1).every(({ operator }) => operator === "&&");
    if (!isChain) return false;
    const parts = pipelines.map((one) => ({ ...one, pipelines: [one] }));
    const fates = parts.map(fateOf);
    if (!fates.some(({ kind }) => kind === "cut") || fates.some(({ kind }) => kind === "left")) return false;
    if (fates.every(({ kind }) => kind === "cut")) return false;
    fates.forEach((fate, n) => {
      const [part, next, previous] = [pipelines[n], pipelines[n + 1], pipelines[n - 1]];
      if (fate.kind !== "cut" || !part) return;
      const isLastKept = fates.slice(n + 1).some(({ kind }) => kind !== "cut");
      cuts.push(
        next && isLastKept
          ? { start: part.start, end: next.start }
          : { start: previous?.end ?? part.start, end: part.end },
      );
      result.removed.push({
        at: part.start,
        what: firstLine(text.slice(part.start, part.end)),
        evidence: fate.evidence,
      });
    });
    return true;
  };

  const visit = (statement: Statement): void => {
    if (gone.includes(statement)) return;
    const fate = fateOf(statement);
    if (fate.kind === "keep") return;
    if (fate.kind === "cut") return cut(statement, fate.evidence);
    if (!cutWithin(statement)) leave(statement, fate.reason);
  };

  // a function that goes takes its calls with it
  for (const one of file.statements) if (one.pipelines[0]?.commands[0]?.compound?.keyword === "function") visit(one);
  for (const one of file.statements) if (one.pipelines[0]?.commands[0]?.compound?.keyword !== "function") visit(one);
  const settled = result.left.filter((one, n, all) => all.findIndex(({ at }) => at === one.at) === n);
  result.left = settled;

  const kept = file.statements.filter((one) => !gone.includes(one));
  result.forbids = kept.flatMap((one) =>
    within(one)
      .filter((check) => verdictOf(check) === "forbids")
      .map(({ at }) => ({ at, what: firstLine(text.slice(at, one.end)) })),
  );
  if (cuts.length === 0) return result;
  const isIdle = (statement: Statement): boolean =>
    [...commandsIn([statement])].every(isHarmless) &&
    within(statement).every(
      (one) => cuts.some(({ start, end }) => one.at >= start && one.at < end) || verdictOf(one) === "neutral",
    );
  if (gone.length > 0 && kept.every(isIdle) && result.left.length === 0) return { ...result, after: null };
  cuts.push(...unusedAssignments(text, kept, gone, file.comments));
  const after = cutFrom(text, cuts);
  // a result that is not read is not given
  if (parseShell(after) === null)
    return {
      ...nothing(text),
      checks,
      left: result.removed.map(({ at, what }) => ({ at, what, reason: "not-certain" as const })),
    };
  return { ...result, after };
}

const nothing = (text: string): CleanShell => ({ after: text, removed: [], left: [], forbids: [], checks: [] });

/** Assignments that only statements used which go. */
function unusedAssignments(
  text: string,
  kept: readonly Statement[],
  gone: readonly Statement[],
  comments: readonly { start: number; end: number }[],
): Cut[] {
  return kept.flatMap((statement): Cut[] => {
    const [command, ...more] = [...statement.pipelines].flatMap(({ commands }) => commands);
    const [assigned] = command?.assignments ?? [];
    if (!command || !assigned || more.length > 0 || command.words.length > 0 || command.compound) return [];
    const use = new RegExp(String.raw`\$\{?${assigned.name}\b`);
    const uses = (one: Statement): boolean => use.test(text.slice(one.start, one.end));
    const isUnused = gone.some(uses) && !kept.some((one) => one !== statement && uses(one));
    return isUnused && [...commandsIn([statement])].every(isHarmless) ? [cutOf(text, statement, comments)] : [];
  });
}

/** The lines of a statement with the comment lines directly above; or its part of a line. */
function cutOf(text: string, { start, end }: Statement, comments: readonly { start: number; end: number }[]): Cut {
  const first = lineStart(text, start);
  const last = lineEnd(text, Math.max(end - 1, start));
  const behind = text.slice(end, last).trim();
  const isAlone = text.slice(first, start).trim() === "" && (behind === "" || behind.startsWith("#"));
  if (!isAlone) {
    const gap = /^[ \t]*;?[ \t]*/.exec(text.slice(end))?.[0].length ?? 0;
    return { start, end: end + gap };
  }
  let from = first;
  for (;;) {
    const above = lineStart(text, from - 1);
    if (
      from === 0 ||
      !comments.some((one) => lineStart(text, one.start) === above && text.slice(above, one.start).trim() === "")
    )
      break;
    if (text.startsWith("#!", above)) break;
    from = above;
  }
  return withBlankLine(text, from, last);
}
