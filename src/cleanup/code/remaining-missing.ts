import { groupBy } from "../../pg/group-by.ts";
import { decide, isGone, type Scene } from "./draft.ts";
import { isKnown, missingCalls, type MissingCall } from "./find/missing.ts";
import type { UnreadFile } from "./project/project.ts";
import type { Module } from "./syntax/module.ts";

/** List the calls of functions that the database does not have: one of them may be a setter that nobody knows of. */
export function listMissing(scene: Scene, unread: readonly UnreadFile[]): void {
  const calls = missingCalls(scene.project, scene.retired);
  for (const [module, inModule] of groupBy(calls, (one) => one.module)) listCalls(module, inModule, scene);
  for (const file of unread) listUnread(file, scene);
}

/** Each place once, for a wrapper may be given several names. */
function listCalls(module: Module, calls: readonly MissingCall[], scene: Scene): void {
  for (const [node, here] of groupBy(calls, (one) => one.node)) {
    if (isGone(scene, module, node)) continue;
    const place = { path: module.path, at: node.start };
    const names = [...new Set(here.flatMap(({ name }) => name ?? []))];
    if (names.length > 0) decide(scene, { ...place, reason: "missing-function", what: names.join(", ") });
    if (here.some(({ name }) => name === null))
      decide(scene, { ...place, reason: "function-name-at-run-time", what: module.text.slice(node.start, node.end) });
  }
}

/** Calls in a file that is not read as code, as they are usually written. */
const CALLS = [
  /\.rpc\(\s*["'`](?:(\w+)\.)?([\w$]+)["'`]/g,
  /\bselect\s+(?:\*\s+from\s+)?(?:(\w+)\.)?([\w$]+)\(\s*[$':?)]/gi,
];

function listUnread({ path, text }: UnreadFile, scene: Scene): void {
  const { known, functions, mixed } = scene.retired;
  if (!known) return;
  for (const pattern of CALLS)
    for (const { index, 1: schema = null, 2: name = "" } of text.matchAll(pattern))
      if (!functions.has(name) && !mixed.has(name) && !isKnown({ schema, name }, known))
        decide(scene, { path, at: index, reason: "missing-function", what: name });
}
