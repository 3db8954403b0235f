import { decide, isGone, isTestFile, type Scene } from "./draft.ts";
import { HOLE, mentionIn, sqlTextsIn, type SqlText } from "./find/driver.ts";
import { isPool } from "./find/pool.ts";
import type { Module } from "./syntax/module.ts";
import type { Binding } from "./syntax/scope.ts";
import { memberName, type Node } from "./syntax/node.ts";
import { caseAround } from "./shapes/test-case.ts";
import { isItemGone, retiredItems } from "./shapes/driver.ts";
import { loadedUses } from "./find/loaded.ts";
import { namesRetired } from "./retired.ts";
import { usesLeft } from "./unused/uses.ts";

/** List what still speaks of something that is retired: nothing of it is passed over. */
export function listRemaining(scene: Scene): void {
  for (const module of scene.project.modules.values()) {
    if (scene.draft.deleted.has(module.path)) continue;
    if (/set_config|\bset\s+local/i.test(module.text)) listMadeNames(module, scene);
    const named = namesRetired(module.text.replaceAll("\\", ""), scene.retired);
    for (const text of named ? sqlTextsIn(module) : []) if (!isGone(scene, module, text.node)) listText(text, scene);
    for (const node of named ? module.nodes : []) {
      if (node.type !== "Literal" || !("regex" in node) || isGone(scene, module, node)) continue;
      const what = module.text.slice(node.start, node.end);
      if (mentionIn(what.replaceAll("\\", ""), scene.retired) !== null)
        decide(scene, {
          path: module.path,
          at: node.start,
          reason: isTestFile(module.path) ? "sql-text-in-test" : "named-in-code",
          what,
        });
    }
    if (isTestFile(module.path)) listMocksOfSql(module, scene);
  }
  for (const { binding, module } of scene.setters.values()) listSetter(binding, module, scene);
}

/** A function that only sets the context and stays: its uses that are no calls, or else the function itself. */
function listSetter(binding: Binding, module: Module, scene: Scene): void {
  const [id] = binding.declarations;
  if (!id || isGone(scene, module, id)) return;
  const taken = new Set(scene.calls.filter(({ callee }) => callee === binding).map(({ node }) => node));
  for (const use of usesLeft(scene, binding, null).live) {
    const call = use.module.parents.get(use.node);
    if (!(call && taken.has(call)) && !isInSetter(use, scene))
      decide(scene, { path: use.module.path, at: use.node.start, reason: "name-in-use", what: binding.name });
  }
  for (const { path, node } of loadedUses(binding, scene.project))
    decide(scene, { path, at: node.start, reason: "loaded-at-run-time", what: binding.name });
  const isNamed = scene.draft.decisions.some(({ what }) => what === binding.name);
  if (!isNamed) decide(scene, { path: module.path, at: id.start, reason: "setter-stays", what: binding.name });
}

/** True within another function that only sets the context: if that one stays, it is listed itself. */
const isInSetter = ({ module, node }: { module: Module; node: Node }, { setters }: Scene): boolean =>
  [...setters.values()].some(
    (one) => one.module === module && node.start >= one.node.start && node.end <= one.node.end,
  );

/** `set_config($1, …)`, and names with an expression in them: they may be any setting. */
function listMadeNames(module: Module, scene: Scene): void {
  for (const { view, node } of sqlTextsIn(module))
    if (MADE_NAME.test(view) && !isGone(scene, module, node))
      decide(scene, {
        path: module.path,
        at: node.start,
        reason: "driver-name-at-run-time",
        what: module.text.slice(node.start + 1, node.end - 1),
      });
}

const MADE_NAME = new RegExp(
  String.raw`set_config\s*\(\s*(?:\$\d|${HOLE}|'[^']*${HOLE})|\bset\s+(?:local\s+|session\s+)?[\w.]*${HOLE}[^=]*(?:=|\bto\b)`,
  "i",
);

function listText(text: SqlText, scene: Scene): void {
  const { module, node } = text;
  const mention = mentionIn(text.view, scene.retired);
  if (mention === null) return;
  if (mention === "sets" && text.settings && retiredItems(text, scene).every((one) => isItemGone(one, text, scene)))
    return;
  // a decision of its own, or removed with the call
  if (scene.calls.some((call) => call.module === module && node.start >= call.node.start && node.end <= call.node.end))
    return;
  const isDecided = scene.draft.decisions.some(
    (one) =>
      one.path === module.path &&
      one.at === node.start &&
      (one.reason === "driver-other-tenant" || one.reason === "argument-has-effect"),
  );
  if (isDecided) return;
  const isTest = isTestFile(module.path);
  const reason =
    mention === "names"
      ? isTest
        ? "sql-text-in-test"
        : "named-in-code"
      : isTest
        ? "driver-in-test"
        : mention === "calls-setter"
          ? "driver-calls-setter"
          : !text.settings
            ? "driver-not-read"
            : text.settings.items.every(({ isLocal }) => isLocal) && !isPool(text, scene.project)
              ? "driver-without-token"
              : text.settings.items.every(({ isLocal }) => isLocal)
                ? "driver-not-read"
                : "driver-session-setting";
  const isSetterHolding = [...scene.setters.values()].some(
    (one) => one.module === module && node.start >= one.node.start && node.end <= one.node.end,
  );
  // the name in a function that stays: its uses are listed
  if (isSetterHolding) return;
  decide(scene, { path: module.path, at: node.start, reason, what: module.text.slice(node.start + 1, node.end - 1) });
}

/** Tests of a module whose SQL changed, or will: mocks that look at the text or at the number of a call. */
function listMocksOfSql(module: Module, scene: Scene): void {
  const about = module.program.body.some((statement) => {
    if (statement.type !== "ImportDeclaration") return false;
    const target = scene.project.target(module, statement.source.value);
    return (
      target !== null &&
      !isTestFile(target.path) &&
      sqlTextsIn(target).some((one) => mentionIn(one.view, scene.retired) === "sets")
    );
  });
  if (!about) return;
  for (const node of module.nodes) {
    const found = caseAround(node, module);
    if (!isAboutCalls(node) || isGone(scene, module, node) || found === null) continue;
    const known = scene.draft.decisions.some(
      (one) => one.path === module.path && one.at >= found.start && one.at < found.end,
    );
    if (!known)
      decide(scene, {
        path: module.path,
        at: node.start,
        reason: "sql-text-in-test",
        what: module.text.slice(node.start, node.end),
      });
  }
}

/** `"set_config"` as a text that a mock looks for, `mock.calls[2]`. */
function isAboutCalls(node: Node): boolean {
  if (node.type === "Literal") return typeof node.value === "string" && /\bset_config\b/.test(node.value);
  if (node.type !== "MemberExpression" || !node.computed || node.property.type !== "Literal") return false;
  return typeof node.property.value === "number" && node.property.value > 0 && memberName(node.object) === "calls";
}
