import { lineAt } from "../../code/index.ts";
import { unchanged, type GuardContext, type Outcome } from "../context.ts";
import { cleanShell } from "../shell/clean.ts";

/** A git hook, or a script of a shell. */
export function cleanShellFile(path: string, text: string, context: GuardContext): Outcome {
  const folder = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
  const { after, removed, left, forbids, checks } = cleanShell(text, context, {
    folder,
    // husky runs `sh -e`
    endsEarly: /(?:^|\/)\.husky\//.test(path) || /^#!.*\s-\w*e/.test(text),
  });
  const line = (at: number): number => lineAt(text, at);
  return {
    ...unchanged(text),
    after,
    removed: removed.map(({ at, ...one }) => ({ ...one, line: line(at) })),
    left: left.map(({ at, ...one }) => ({ ...one, line: line(at) })),
    forbids: forbids.map(({ at, what }) => ({ what, line: line(at), endLine: line(at) + what.split("\n").length })),
    checks,
  };
}
