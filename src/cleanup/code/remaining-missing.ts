import { decide, isGone, type Scene } from "./draft.ts";
import { isKnown, missingCalls } from "./find/missing.ts";
import type { UnreadFile } from "./project/project.ts";

/** List the calls of functions that the database does not have: one of them may be a setter that nobody knows of. */
export function listMissing(scene: Scene, unread: readonly UnreadFile[]): void {
  for (const { module, node, name } of missingCalls(scene.project, scene.retired)) {
    if (isGone(scene, module, node)) continue;
    const reason = name === null ? "function-name-at-run-time" : "missing-function";
    const what = name ?? module.text.slice(node.start, node.end);
    decide(scene, { path: module.path, at: node.start, reason, what });
  }
  for (const file of unread) listUnread(file, scene);
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
