import {
  constantText,
  isTestFile,
  memberName,
  nodesIn,
  type Binding,
  type Module,
  type Node,
  type Project,
} from "../code/index.ts";
import { declarationOf, isCallable } from "./declaration.ts";

/** What a part of a test leads to, through the functions that it uses. */
export interface Reach {
  /**
   * the texts on the way that may name relations: SQL, arguments such as that of `from("visit")`, and every other word
   * if a name is put into SQL at run time
   */
  texts: readonly string[];
  /** the functions of the project, outside of its tests, that it uses itself or by functions of the tests */
  functions: ReadonlySet<Binding>;
  /** packages or files from which it calls something that is not followed */
  unfollowed: readonly string[];
  /** it expects something, itself or by a function of the tests */
  asserts: boolean;
}

const ASSERTS: ReadonlySet<string> = new Set(["expect", "assert", "expectTypeOf", "assertType", "should"]);

/** Calls whose first argument names a relation or a function in SQL. */
const NAMES: ReadonlySet<string> = new Set([
  "from",
  "into",
  "table",
  "rpc",
  "join",
  "innerJoin",
  "leftJoin",
  "insertInto",
  "selectFrom",
  "deleteFrom",
  "updateTable",
  "pgTable",
  "pgView",
]);

/** Methods of a client that holds a member for each relation: `prisma.visit.findMany()`. */
const VERBS = /^(?:find\w+|create\w*|update\w*|upsert|delete\w*|count|aggregate|groupBy)$/;

/** The end of SQL behind which the name of a relation follows. */
const OPEN_END = /\b(?:from|into|update|join|table)\s+(?:\w+\.)?"?$/i;

/** What the texts of some parts say about relations. */
interface Texts {
  sql: string[];
  words: string[];
  /** a name is put in at run time */
  isOpen: boolean;
}

/** Follow the names that some parts of a module use. `setters`: functions that only set the context, which go. */
export function reachOf(
  parts: readonly Node[],
  module: Module,
  project: Project,
  setters: ReadonlySet<Binding>,
): Reach {
  const texts: Texts = { sql: [], words: [], isOpen: false };
  const functions = new Set<Binding>();
  const unfollowed = new Set<string>();
  const seen = new Set<Binding>();
  let asserts = false;
  const visit = (part: Node, home: Module, inTests: boolean): void => {
    for (const node of nodesIn(part)) {
      readText(node, texts);
      if (node.type !== "Identifier") continue;
      if (inTests && ASSERTS.has(node.name)) asserts = true;
      const binding = home.bindingOf.get(node);
      const meant = binding && project.meant(binding);
      const declaration = meant && declarationOf(meant, project);
      if (meant?.kind === "import" && isCalled(node, home)) {
        const source = sourceOf(meant, project);
        if (source !== null && !KNOWN.test(source)) unfollowed.add(source);
      }
      if (!meant || !declaration || setters.has(meant)) continue;
      const isOfTests = isTestFile(meant.path);
      if (inTests && !isOfTests && isCallable(declaration)) functions.add(meant);
      if (seen.has(meant)) continue;
      seen.add(meant);
      const next = project.modules.get(meant.path);
      if (next) visit(declaration, next, inTests && isOfTests);
    }
  };
  for (const part of parts) visit(part, module, true);
  return {
    texts: [...texts.sql, ...(texts.isOpen ? texts.words : [])],
    functions,
    unfollowed: [...unfollowed],
    asserts,
  };
}

/** Packages that run tests or send what they are given: they hold no SQL of their own. */
const KNOWN =
  /^(?:node:|vitest$|@jest\/globals$|bun:test$|chai$|sinon$|pg$|pg-promise$|postgres$|@electric-sql\/pglite|@supabase\/|kysely$|knex$|drizzle-orm|@prisma\/client$|zod$)|^(?:assert|crypto|fs|fs\/promises|os|path|util|child_process|url)$/;

function isCalled(node: Node, module: Module): boolean {
  const parent = module.parents.get(node);
  if (parent?.type === "MemberExpression" && parent.object === node) return isCalled(parent, module);
  return (parent?.type === "CallExpression" || parent?.type === "NewExpression") && parent.callee === node;
}

/** The module that a name is imported from. */
function sourceOf({ path, declarations }: Binding, project: Project): string | null {
  const home = project.modules.get(path);
  const [id] = declarations;
  for (let at = id && home?.parents.get(id); at; at = home?.parents.get(at))
    if (at.type === "ImportDeclaration") return at.source.value;
  return null;
}

function readText(node: Node, texts: Texts): void {
  const text = constantText(node) ?? (node.type === "TemplateElement" ? (node.value.cooked ?? node.value.raw) : null);
  if (text !== null) {
    (/^[\w$."]*$/.test(text) ? texts.words : texts.sql).push(text);
    if (OPEN_END.test(text)) texts.isOpen = true;
    return;
  }
  if (node.type !== "CallExpression") return;
  const name = memberName(node.callee) ?? (node.callee.type === "Identifier" ? node.callee.name : "");
  const [first] = node.arguments;
  if (NAMES.has(name) && first) {
    const named = constantText(first);
    if (named !== null) texts.sql.push(named);
    // `Array.from(list)`, `Promise.from(…)`: one too many, and no harm
    else if (first.type !== "ArrowFunctionExpression") texts.isOpen = true;
  }
  const { callee } = node;
  if (VERBS.test(name) && callee.type === "MemberExpression") {
    const member = memberName(callee.object);
    if (member !== null)
      texts.sql.push(
        member,
        member.replaceAll(/[A-Z]/g, (one) => `_${one.toLowerCase()}`),
      );
  }
}
