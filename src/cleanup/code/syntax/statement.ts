import { isGone, isTestFile, type Scene } from "../draft.ts";
import { cutLines, type Edit } from "./cut.ts";
import type { Module } from "./module.ts";
import { childrenOf, isFunction, type Node } from "./node.ts";
import { isPure } from "./pure.ts";

/** The statement around removed ones that goes too, for nothing would be left in it. */
export type Collapsed = "try" | "if" | "block" | "hook";

export interface StatementCut {
  edit: Edit;
  collapsed: Collapsed | null;
}

const HOOKS: ReadonlySet<string> = new Set(["beforeEach", "afterEach", "beforeAll", "afterAll", "before", "after"]);

/** Remove statements that follow each other, and what would be empty around them. Null: they cannot be removed alone. */
export function cutStatements(scene: Scene, module: Module, first: Node, last: Node): StatementCut | null {
  const container = module.parents.get(first);
  const cut = (collapsed: Collapsed | null): StatementCut => ({
    edit: cutLines(module, first, last, belongsTo(scene, module, last)),
    collapsed,
  });
  const outer = (statement: Node, collapsed: Collapsed): StatementCut | null => {
    const found = cutStatements(scene, module, statement, statement);
    return found && { ...found, collapsed: found.collapsed ?? collapsed };
  };
  if (container?.type === "IfStatement")
    return container.consequent === first && container.alternate === null && isPure(container.test)
      ? outer(container, "if")
      : null;
  if (container?.type !== "BlockStatement")
    return container?.type === "Program" || container?.type === "SwitchCase" || container?.type === "StaticBlock"
      ? cut(null)
      : null;
  const left = childrenOf(container).filter(
    (one) => !(one.start >= first.start && one.end <= last.end) && !isGone(scene, module, one),
  );
  const around = module.parents.get(container);
  if (left.length > 0 || !around) return cut(null);
  if (around.type === "TryStatement" && around.block === container && around.finalizer === null)
    return outer(around, "try");
  if (around.type === "IfStatement" && around.consequent === container && around.alternate === null)
    return isPure(around.test) ? outer(around, "if") : cut(null);
  if (around.type === "BlockStatement") return outer(container, "block");
  const hook = isFunction(around) && isTestFile(module.path) ? hookOf(around, module) : null;
  return hook ? outer(hook, "hook") : cut(null);
}

/** The statement `beforeEach(fn)` of a function. */
export function hookOf(fn: Node, module: Module): Node | null {
  const call = module.parents.get(fn);
  const statement = call && module.parents.get(call);
  if (call?.type !== "CallExpression" || statement?.type !== "ExpressionStatement") return null;
  return call.callee.type === "Identifier" && HOOKS.has(call.callee.name) ? statement : null;
}

/** A comment belongs to a statement if it is about the context, or if nothing below could be meant. */
export const belongsTo =
  ({ retired }: Scene, module: Module, last: Node) =>
  (comment: string): boolean => {
    const below = module.text.slice(last.end);
    const alone = /^[^\n]*\n[ \t]*(?:\r?\n|\}|$)/.test(below);
    const names = [...retired.settings.keys(), ...retired.functions, ...retired.mixed];
    return (
      alone || DIRECTIVE.test(comment) || CONTEXT_WORDS.test(comment) || names.some((name) => comment.includes(name))
    );
  };

/** Directives that hold for the line below them. */
export const DIRECTIVE =
  /^\s*(?:eslint-disable-next-line|@ts-expect-error|@ts-ignore|prettier-ignore|biome-ignore|oxlint-disable-next-line)/;

const CONTEXT_WORDS = /\bcontext\b|\brls\b|\btenan(?:t|cy)\b|\bpolic(?:y|ies)\b|\bset_config\b|\bsession\b/i;
