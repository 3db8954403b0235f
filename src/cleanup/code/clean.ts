import { MagicString } from "magic-string";
import { CALL_SHAPES, DRIVER_SHAPES, FOLLOWING_SHAPES, LAST_SHAPES } from "./codemods.ts";
import { decide, emptyDraft, isTestFile, type Change, type Decision, type Scene } from "./draft.ts";
import { hasOtherEffect } from "./find/pure-calls.ts";
import { settersOf } from "./find/functions.ts";
import { projectOf, type ProjectInput, type UnreadFile } from "./project/project.ts";
import { listMissing } from "./remaining-missing.ts";
import { listStores } from "./remaining-stores.ts";
import { listRemaining } from "./remaining.ts";
import { decidedFor, namesRetired, type DecidedFiles, type Retired } from "./retired.ts";
import type { Edit } from "./syntax/cut.ts";
import { lineAt, type Module } from "./syntax/module.ts";

/** A change with its place as a person counts it. */
export interface CodeChange extends Omit<Change, "at"> {
  line: number;
}

/** What a person has to decide, with its place. */
export interface CodeDecision extends Omit<Decision, "at"> {
  line: number;
}

/** A place that the config has decided about, with the reason that it gives. */
export interface CodeDecided extends CodeDecision {
  decision: DecidedFiles["decision"];
  because: string;
}

/** A comment that still names something that is retired. */
export interface CodeMention {
  path: string;
  line: number;
  what: string;
}

/** The project without what is retired: new texts, why, and what is left to a person. */
export interface Cleaned {
  /** path → text; null: the file goes. Only files that change. */
  files: ReadonlyMap<string, string | null>;
  /** files that get another path: old → new */
  moved: ReadonlyMap<string, string>;
  changes: CodeChange[];
  decisions: CodeDecision[];
  /** what a person would have to decide, had the config not done so */
  decided: CodeDecided[];
  /** comments that are left; they decide nothing, and are read by people */
  mentions: CodeMention[];
}

/** Rounds after which the search for what is left over ends; each takes away something, so this is never reached. */
const MOST_ROUNDS = 100;

/**
 * Take the retired names out of a project. Pure. `frozen`: files that must not be edited; what they use stays. Lines are
 * those of the texts before.
 */
export function cleanCode(input: ProjectInput, retired: Retired, frozen: ReadonlySet<string> = new Set()): Cleaned {
  const project = projectOf(input);
  const { setters, calls } = settersOf(project, retired);
  const draft = emptyDraft();
  const scene: Scene = { project, retired, calls, setters, frozen, draft };
  for (const call of calls) {
    if (frozen.has(call.module.path)) continue;
    if (call.mixed)
      decide(scene, { path: call.module.path, at: call.node.start, reason: "setter-checks", what: call.name });
    else if (!isTestFile(call.module.path) && hasOtherEffect(call, project))
      decide(scene, { path: call.module.path, at: call.node.start, reason: "argument-has-effect", what: call.name });
    else if (!CALL_SHAPES.some((shape) => shape.take(call, scene)))
      decide(scene, { path: call.module.path, at: call.node.start, reason: "result-used", what: call.name });
  }
  for (const shape of DRIVER_SHAPES) shape.find(scene);
  for (let round = 0, before = -1; round < MOST_ROUNDS && draft.changes.length !== before; round += 1) {
    before = draft.changes.length;
    for (const shape of FOLLOWING_SHAPES) shape.find(scene);
  }
  for (const shape of LAST_SHAPES) shape.find(scene);
  listRemaining(scene);
  listStores(scene);
  listMissing(scene, input.unread ?? []);
  for (const file of input.unread ?? []) listUnread(file, scene);
  const unread = new Map((input.unread ?? []).map(({ path, text }) => [path, text]));
  const textOf = (path: string): string => project.modules.get(path)?.text ?? unread.get(path) ?? "";
  const place = <T extends { path: string; at: number }>({ at, ...rest }: T): Omit<T, "at"> & { line: number } => ({
    ...rest,
    line: lineAt(textOf(rest.path), at),
  });
  const open = draft.decisions.filter((one) => settledBy(one, retired) === null);
  const decided = draft.decisions.flatMap((one) => {
    const by = settledBy(one, retired);
    return by ? [{ ...one, decision: by.decision, because: by.reason }] : [];
  });
  const files = new Map<string, string | null>(draft.created);
  for (const path of new Set([...draft.edits.keys(), ...draft.moved.keys()])) {
    const moved = draft.moved.get(path);
    if (moved !== undefined) files.set(path, null);
    files.set(moved ?? path, applyEdits(textOf(path), draft.edits.get(path) ?? []));
  }
  for (const path of draft.deleted) files.set(path, null);
  return {
    files: new Map([...files].filter(([path, text]) => text !== textOf(path)).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    moved: draft.moved,
    changes: sorted(draft.changes).map(place),
    decisions: sorted(open).map(place),
    decided: sorted(decided).map(place),
    mentions: sorted(commentsLeft(scene)).map(place),
  };
}

/** The decision of the config that settles a place; null: there is none, or it is not about that. */
function settledBy({ path, reason }: Decision, retired: Retired): DecidedFiles | null {
  const decided = decidedFor(path, retired);
  if (decided?.decision === "claims") return CLAIMS_SETTLE.has(reason) ? decided : null;
  // what cannot be read may hold anything
  return decided && reason !== "not-parsed" ? decided : null;
}

/** The questions that are about claims which no token vouches for, and about the role that is taken with them. */
const CLAIMS_SETTLE: ReadonlySet<Decision["reason"]> = new Set(["claims-made-by-hand", "role-of-token"]);

/** Each line of a script block that names something that goes; the first one of a file that does not parse. */
function listUnread({ path, text, why }: UnreadFile, scene: Scene): void {
  const names = [...scene.setters.keys()].map(({ name }) => name.replaceAll("$", String.raw`\$`));
  const isNamed = (line: string): boolean =>
    namesRetired(line, scene.retired) || names.some((name) => new RegExp(String.raw`\b${name}\b`).test(line));
  let at = 0;
  for (const line of text.split("\n")) {
    const start = at;
    at += line.length + 1;
    if (!isNamed(line)) continue;
    decide(scene, { path, at: start, reason: why, what: line.trim() });
    if (why === "not-parsed") return;
  }
}

const commentsLeft = (scene: Scene): { path: string; at: number; what: string }[] =>
  [...scene.project.modules.values()]
    .filter(({ path, text }) => !scene.draft.deleted.has(path) && namesRetired(text, scene.retired))
    .flatMap((module) =>
      module.comments
        .filter((one) => {
          const left = textLeft(module, one, scene);
          return namesRetired(left, scene.retired) || (isMoved(module, scene) && SPEAKS_OF_THEM.test(left));
        })
        .map(({ start, value }) => ({ path: module.path, at: start, what: value.trim() })),
    );

/** True if claims have taken the place of variables in a module: its comments may still tell of these. */
const isMoved = ({ path }: Module, { draft }: Scene): boolean =>
  draft.changes.some((one) => one.path === path && DRIVER_SHAPES.some(({ id }) => id === one.shape));

const SPEAKS_OF_THEM = /\bsession (?:variable|setting|context)s?\b/i;

/** A part of a text without what is cut out of it. */
const textLeft = ({ path, text }: Module, { start, end }: { start: number; end: number }, { draft }: Scene): string =>
  (draft.edits.get(path) ?? [])
    .filter((one) => one.text === "" && one.start < end && one.end > start)
    .toSorted((a, b) => b.start - a.start)
    .reduce(
      (left, one) => left.slice(0, Math.max(0, one.start - start)) + left.slice(Math.max(0, one.end - start)),
      text.slice(start, end),
    );

const sorted = <T extends { path: string; at: number }>(all: readonly T[]): T[] =>
  all.toSorted((a, b) => (a.path === b.path ? a.at - b.at : a.path < b.path ? -1 : 1));

/** Apply edits, some of which may lie within others; what is removed wins over what is replaced in it. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const cuts: { start: number; end: number }[] = [];
  for (const { start, end } of edits
    .filter((one) => one.text === "" && one.end > one.start)
    .toSorted((a, b) => a.start - b.start)) {
    const last = cuts.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else cuts.push({ start, end });
  }
  const result = new MagicString(text);
  for (const { start, end } of cuts) result.remove(start, end);
  const seen = new Set<string>();
  for (const { start, end, text: put } of edits) {
    const key = JSON.stringify([start, end, put]);
    if (put === "" || seen.has(key)) continue;
    seen.add(key);
    const isInCut = cuts.some((cut) => cut.start <= start && end <= cut.end && !(start === end && end === cut.start));
    if (isInCut) continue;
    if (start === end) result.appendLeft(start, put);
    else result.update(start, end, put);
  }
  return result.toString();
}
