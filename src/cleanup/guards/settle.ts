import type { SourceFile } from "../code/index.ts";
import { cleanFile } from "./clean-file.ts";
import { unchanged, type GuardContext, type Outcome } from "./context.ts";
import type { GuardKind } from "./kind.ts";
import { formsOf, speaksOf, type GuardNames } from "./names.ts";
import { LINT_STAGED } from "./references.ts";
import { scriptsOf } from "./package-scripts.ts";

/** Rounds after which the search ends; each takes away something, so this is never reached. */
export const MOST_ROUNDS = 100;

/** A file with its kind; null: it guards nothing. */
export type File = SourceFile & { kind: GuardKind | null };

/** What goes of a project, and what became of each file that has to do with it. */
export interface Settled {
  context: GuardContext;
  outcomes: Map<string, Outcome>;
}

/** Clean every file again until nothing else goes. `pinned`: files that stay, and what needs them. */
export function settle(files: readonly File[], names: GuardNames, pinned: ReadonlyMap<string, string>): Settled {
  let context: GuardContext = {
    names,
    forms: formsOf(names),
    files: new Set(),
    scripts: new Set(),
    targets: new Set(),
    rules: new Set(),
  };
  const outcomes = new Map<string, Outcome>();
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    for (const { path, text, kind } of files) {
      if (kind === null || !isConcerned(text, context)) continue;
      const outcome = cleanFile(kind, path, text, context);
      outcomes.set(path, outcome.after === null && pinned.has(path) ? stays(text, outcome) : outcome);
    }
    const all = [...outcomes];
    const next: GuardContext = {
      ...context,
      files: new Set([...context.files, ...all.flatMap(([path, { after }]) => (after === null ? [path] : []))]),
      scripts: new Set([...context.scripts, ...scriptsGone(files, outcomes), ...lintStagedGone(files, outcomes)]),
      targets: new Set([...context.targets, ...all.flatMap(([, { targets }]) => targets)]),
      rules: new Set([...context.rules, ...all.flatMap(([, { rules }]) => rules)]),
    };
    const size = (one: GuardContext): number => one.files.size + one.scripts.size + one.targets.size + one.rules.size;
    if (size(next) === size(context)) return { context: next, outcomes };
    context = next;
  }
  return { context, outcomes };
}

/** True if a file may have to do with what goes. */
const isConcerned = (text: string, context: GuardContext): boolean =>
  speaksOf(text.replaceAll("\\", ""), context.names) ||
  context.files.size + context.scripts.size + context.targets.size + context.rules.size > 0;

const stays = (text: string, { removed, checks, left }: Outcome): Outcome => ({
  ...unchanged(text),
  checks,
  left: [...left, ...removed.slice(0, 1).map(({ line, what }) => ({ line, what, reason: "in-use" as const }))],
});

/** Scripts that go, without those that another package has under the same name. */
function scriptsGone(files: readonly File[], outcomes: ReadonlyMap<string, Outcome>): string[] {
  const manifests = files.filter(({ kind }) => kind === "package-json");
  const kept = new Set(
    manifests.flatMap(({ path, text }) => {
      const own = outcomes.get(path)?.scripts ?? [];
      return scriptsOf(text)
        .map(([name]) => name)
        .filter((name) => !own.includes(name));
    }),
  );
  return manifests.flatMap(({ path }) => outcomes.get(path)?.scripts ?? []).filter((name) => !kept.has(name));
}

/** `lint-staged`, where nothing of its configuration is left: without one it fails, and so does the hook that runs it. */
function lintStagedGone(files: readonly File[], outcomes: ReadonlyMap<string, Outcome>): string[] {
  const configs = files.filter(({ path, text }) => configuresLintStaged(path, text));
  const isLeft = configs.some(({ path, text }) => {
    const outcome = outcomes.get(path);
    const after = outcome ? outcome.after : text;
    return after !== null && configuresLintStaged(path, after);
  });
  return configs.length > 0 && !isLeft ? [LINT_STAGED] : [];
}

/** True for package.json with such a key, and for files such as `lint-staged.config.js`. */
function configuresLintStaged(path: string, text: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return name === "package.json" ? /"lint-staged"\s*:\s*\{/.test(text) : /^\.?lint-?staged(?:rc|\.config\.)/.test(name);
}
