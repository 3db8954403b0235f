import type { ContextCall } from "./find/calls.ts";
import type { Setter } from "./find/functions.ts";
import type { Project } from "./project/project.ts";
import type { Retired } from "./retired.ts";
import type { Edit } from "./syntax/cut.ts";
import type { Module } from "./syntax/module.ts";
import type { Node } from "./syntax/node.ts";
import type { Binding } from "./syntax/scope.ts";

/** A reason why a person has to look at a place. The words are in the report. */
export type DecisionReason =
  | "result-used"
  | "then-with-result"
  | "argument-has-effect"
  | "setter-checks"
  | "driver-without-token"
  | "driver-session-setting"
  | "driver-other-tenant"
  | "driver-name-at-run-time"
  | "driver-not-read"
  | "driver-calls-setter"
  | "claims-made-by-hand"
  | "role-of-token"
  | "driver-in-test"
  | "sql-text-in-test"
  | "name-in-use"
  | "loaded-at-run-time"
  | "named-in-code"
  | "public-api"
  | "not-imported"
  | "setter-stays"
  | "module-keeps-name"
  | "not-parsed"
  | "script-block"
  | "async-store"
  | "missing-function"
  | "function-name-at-run-time"
  | "taken-back";

/** Something that a person has to decide, and that was left as it is. */
export interface Decision {
  path: string;
  /** offset in the text before the edits */
  at: number;
  reason: DecisionReason;
  /** the name or the text that it is about */
  what: string;
}

/** A change, and the shape that it has. */
export interface Change {
  path: string;
  /** offset in the text before the edits */
  at: number;
  shape: string;
  /** the name or the text that it is about */
  what: string;
}

/** What was found so far: all offsets are those of the texts before any edit. */
export interface Draft {
  edits: Map<string, Edit[]>;
  changes: Change[];
  decisions: Decision[];
  /** files that go */
  deleted: Set<string>;
  /** files that get another path, with their edits */
  moved: Map<string, string>;
  /** files that are new: path → text */
  created: Map<string, string>;
  /** names that an edit uses in a place where they were not used */
  added: Set<Binding>;
}

/** What a shape looks at. */
export interface Scene {
  project: Project;
  retired: Retired;
  calls: readonly ContextCall[];
  setters: ReadonlyMap<Binding, Setter>;
  /** files that must not be edited */
  frozen: ReadonlySet<string>;
  draft: Draft;
}

export const emptyDraft = (): Draft => ({
  edits: new Map(),
  changes: [],
  decisions: [],
  deleted: new Set(),
  moved: new Map(),
  created: new Map(),
  added: new Set(),
});

/** True if an edit takes a node away. */
export function isGone({ draft }: Pick<Scene, "draft">, module: Module, node: Node): boolean {
  if (draft.deleted.has(module.path)) return true;
  return (draft.edits.get(module.path) ?? []).some(({ start, end }) => node.start >= start && node.end <= end);
}

/** Record a change with its edits. False if a file of it must not be edited: nothing is recorded then. */
export function record(scene: Scene, change: Change, edits: readonly Edit[]): boolean {
  if (scene.frozen.has(change.path) || edits.some(({ path }) => scene.frozen.has(path))) return false;
  scene.draft.changes.push(change);
  for (const edit of edits) {
    const known = scene.draft.edits.get(edit.path);
    if (known) known.push(edit);
    else scene.draft.edits.set(edit.path, [edit]);
  }
  return true;
}

/** Record something for a person, once. */
export function decide({ draft }: Pick<Scene, "draft">, decision: Decision): void {
  const isKnown = draft.decisions.some(
    ({ path, at, reason }) => path === decision.path && at === decision.at && reason === decision.reason,
  );
  if (!isKnown) draft.decisions.push(decision);
}

/** True if a file holds tests or what only tests use. */
export const isTestFile = (path: string): boolean =>
  /(?:^|\/)(?:__tests__|__mocks__|tests?|e2e|cypress)\/|\.(?:test|spec)\.\w+$/.test(path);
