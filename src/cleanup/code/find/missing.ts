import type { PgFunction } from "../../../pg/catalog.ts";
import { matchesName } from "../../../pg/name-pattern.ts";
import { nameKey } from "../../../pg/name.ts";
import { isTestFile } from "../draft.ts";
import type { Project } from "../project/project.ts";
import type { KnownFunctions, Retired } from "../retired.ts";
import { beginsAsSql, callsInSql, createdInSql, type CalledFunction } from "../sql/calls.ts";
import type { Module } from "../syntax/module.ts";
import { memberName, type Node } from "../syntax/node.ts";
import { HOLE, sqlTextsIn, type SqlText } from "./driver.ts";
import { fragmentOf } from "./drivers/index.ts";
import { isSent } from "./sends.ts";
import { textsOf } from "./texts-of.ts";

/** A call of a function in SQL that the database does not have, or whose name is made at run time. */
export interface MissingCall {
  module: Module;
  node: Node;
  /** null: made at run time */
  name: string | null;
}

/**
 * The calls by name of functions that the database does not have: any of them may have set the variables. Functions
 * that are retired by name are left out, and without `known` all of them.
 */
export function missingCalls(project: Project, retired: Retired): MissingCall[] {
  const { known } = retired;
  if (!known) return [];
  const modules = [...project.modules.values()];
  // a stub of a test says nothing about what the application calls
  const created = new Set(modules.filter(({ path }) => isTestFile(path)).flatMap(createdIn));
  return modules.flatMap((module) => {
    const called = [...rpcCalls(module, project), ...sqlCalls(module)];
    return called.flatMap(({ node, name, schema }): MissingCall[] => {
      const isTest = isTestFile(module.path);
      // a test that calls a function which is not there fails
      if (name === null) return isTest ? [] : [{ module, node, name }];
      const isRetired = retired.functions.has(name) || retired.mixed.has(name);
      const isLeftOut = isRetired || (isTest && created.has(name)) || isKnown({ name, schema }, known);
      return isLeftOut ? [] : [{ module, node, name }];
    });
  });
}

/** True for a function that is there, that of an extension, or one that a person has decided about. */
export const isKnown = (
  { schema, name }: { schema: string | null; name: string },
  { names, schemas, kept, isOfExtension }: KnownFunctions,
): boolean =>
  names.has(name) ||
  (schema !== null && schemas.has(schema)) ||
  isOfExtension(name) ||
  kept.some((pattern) => matchesName(pattern, nameKey({ schema: schema ?? "public", name })));

interface Found extends CalledFunction {
  node: Node;
}

/** `.rpc(name)`, `fn(name)` of a query builder, and the path of PostgREST. */
function rpcCalls(module: Module, project: Project): Found[] {
  if (!/\brpc\b|\bfn\b/.test(module.text)) return [];
  return module.nodes.flatMap((node): Found[] => {
    if (node.type !== "CallExpression") return [];
    const [first] = node.arguments;
    const method = memberName(node.callee);
    if (method !== "rpc" && method !== "fn") return [];
    if (!first || !MAY_BE_NAME.has(first.type)) return [];
    const texts = textsOf({ node: first, module }, project);
    // the functions of mocks are called `fn` too, and take no name
    if (texts === null)
      return method === "rpc" && !isForwarded(first, node, module) ? [{ node, name: null, schema: null }] : [];
    return texts.map((text) => {
      const [name = "", schema = null] = text.split(".").toReversed();
      return { node, name, schema };
    });
  });
}

const MAY_BE_NAME: ReadonlySet<string> = new Set([
  "Literal",
  "TemplateLiteral",
  "Identifier",
  "MemberExpression",
  "ConditionalExpression",
  "LogicalExpression",
  "BinaryExpression",
  "CallExpression",
  "TSAsExpression",
  "TSNonNullExpression",
  "TSSatisfiesExpression",
]);

/** True in a function that is itself called `rpc`, where it hands on its own parameter: its calls are found by name. */
function isForwarded(name: Node, call: Node, module: Module): boolean {
  const binding = name.type === "Identifier" ? module.bindingOf.get(name) : undefined;
  const declared = binding?.declarations[0];
  const fn = declared && module.parents.get(declared);
  const holder = fn && module.parents.get(fn);
  if (binding?.kind !== "parameter" || !fn || !(fn.start <= call.start && call.end <= fn.end)) return false;
  return (
    (holder?.type === "MethodDefinition" || holder?.type === "Property") &&
    holder.key.type === "Identifier" &&
    holder.key.name === "rpc"
  );
}

const REST_PATH = new RegExp(String.raw`\brest/v1/rpc/([\w$]+|${HOLE})`, "g");

function sqlCalls(module: Module): Found[] {
  return sqlTextsIn(module).flatMap((text) => {
    const { node, view } = text;
    const paths = [...view.matchAll(REST_PATH)].map(([, name = ""]) => ({
      schema: null,
      name: name === HOLE ? null : name,
    }));
    return [...paths, ...callsInSql(view, { isSql: isSql(text) })].map((one) => ({ ...one, node }));
  });
}

/** True for a text that is sent as SQL, or is made a piece of SQL. */
function isSql({ node, module, view, query }: SqlText): boolean {
  if (query !== null || fragmentOf(node, module) !== null) return true;
  const parent = module.parents.get(node);
  if (parent?.type === "TaggedTemplateExpression")
    return /sql|\$(?:query|execute)raw/i.test(module.text.slice(parent.tag.start, parent.tag.end));
  const isPiece = parent?.type === "CallExpression" && MAKES_PIECE.has(memberName(parent.callee) ?? "");
  return isPiece || (beginsAsSql(view) && isSent(node, module));
}

const MAKES_PIECE: ReadonlySet<string> = new Set(["raw", "literal", "unsafe"]);

/** Functions that the code itself makes, such as tests do, and that set nothing. */
const createdIn = (module: Module): string[] =>
  /\bcreate\b/i.test(module.text)
    ? sqlTextsIn(module)
        .flatMap(({ view }) => createdInSql(view))
        .flatMap((fn) => (setsNothing(fn) ? [fn.name] : []))
    : [];

const setsNothing = ({ language, body, settings }: PgFunction): boolean =>
  (language === "sql" || language === "plpgsql") &&
  settings.length === 0 &&
  !/\b(?:set_config|set|execute|perform|call)\b/i.test(body);
