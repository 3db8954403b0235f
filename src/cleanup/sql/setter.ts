import type { FunctionFacts } from "../../classify/index.ts";
import type { PgFunction } from "../../pg/catalog.ts";
import { byFunction } from "../../pg/by-function.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { parseStatements } from "../../pg/expr/parse.ts";
import { callsBuiltin, stringConst } from "../../pg/expr/shape.ts";
import { some, walk } from "../../pg/expr/walk.ts";
import { groupBy } from "../../pg/group-by.ts";
import { nameKey, type NameKey } from "../../pg/name.ts";
import { parsePlFunction } from "../../pg/plpgsql/parse.ts";
import type { Statement } from "../../pg/plpgsql/node.ts";
import { treeOf } from "../../pg/plpgsql/tree.ts";
import { embeddedSql, visitStatements } from "../../pg/plpgsql/visit.ts";
import type { RuleContext } from "../../rewrite/index.ts";
import { isRetired } from "./is-retired.ts";

/**
 * A function that returns nothing and whose only effect is that settings are set, retired variables among them. One that
 * also raises, looks something up or returns a value is none: it keeps that when the variables go.
 */
export interface Setter {
  fn: PgFunction;
  /** the retired variables that it sets, itself or by another setter */
  settings: string[];
  /** other settings that it sets, each with the argument that it is made from; null: from none */
  others: { setting: string; argument: string | null }[];
}

/** The setters of a catalog, by name. A name with an overload that is no setter is left out: a call may mean that one. */
export function settersIn(
  functions: readonly PgFunction[],
  facts: readonly FunctionFacts[],
  rules: RuleContext,
): Map<NameKey, Setter[]> {
  const definitionOf = byFunction(functions);
  const found: Setter[] = [];
  // Setters that call setters, until a round adds nothing.
  for (let grew = true; grew;) {
    grew = false;
    for (const fact of facts) {
      const fn = definitionOf(fact);
      if (!fn || found.some((one) => one.fn === fn)) continue;
      const setter = setterOf(fn, fact, found, rules);
      if (setter === null) continue;
      found.push(setter);
      grew = true;
    }
  }
  const byName = groupBy(found, ({ fn }) => nameKey(fn));
  const overloads = groupBy(functions, nameKey);
  return new Map([...byName].filter(([name, setters]) => setters.length === overloads.get(name)?.length));
}

function setterOf(fn: PgFunction, fact: FunctionFacts, known: readonly Setter[], rules: RuleContext): Setter | null {
  if ((fn.kind !== "procedure" && fn.result !== "void") || fact.opaque !== null) return null;
  const called = fact.calls.map((made) =>
    known.find((one) => one.fn.name === made.name && (made.schema === null || one.fn.schema === made.schema)),
  );
  if (called.includes(undefined)) return null;
  const body = effectsOf(fn);
  if (body === null) return null;
  const own = body.sets.flatMap(({ setting }) => (setting === null ? [] : [setting.toLowerCase()]));
  const settings = [...own, ...called.flatMap((one) => one?.settings ?? [])].filter((name) => isRetired(name, rules));
  if (settings.length === 0 || body.sets.some(({ setting }) => setting === null)) return null;
  return {
    fn,
    settings: [...new Set(settings)].toSorted(),
    others: [
      ...body.sets.flatMap(({ setting }) =>
        setting === null || isRetired(setting, rules)
          ? []
          : [
              {
                setting,
                argument:
                  fact.sets.find((one) => one.setting === setting.toLowerCase())?.argument ?? body.argumentOf(setting),
              },
            ],
      ),
      ...called.flatMap((one) => one?.others.map(({ setting }) => ({ setting, argument: null })) ?? []),
    ],
  };
}

interface Effects {
  sets: { setting: string | null; value: Expr | undefined }[];
  argumentOf(setting: string): string | null;
}

/** The settings that a body sets; null where it has any other effect. */
function effectsOf(fn: PgFunction): Effects | null {
  const trees =
    fn.language === "sql" && !fn.sqlStandardBody ? sqlTrees(fn) : fn.language === "plpgsql" ? plTrees(fn) : null;
  if (trees === null) return null;
  const sets: Effects["sets"] = [];
  walk(trees, (node) => {
    const args = callsBuiltin(node, "set_config");
    if (args) sets.push({ setting: stringConst(args[0]), value: args[1] });
  });
  if (some(trees, (node) => as("RangeVar", node) !== null || as("SubLink", node) !== null)) return null;
  return {
    sets,
    argumentOf(setting) {
      let found: string | null = null;
      walk(sets.find((one) => one.setting === setting)?.value, (node) => {
        const column = as("ColumnRef", node)?.fields?.map((part) => as("String", part)?.sval ?? "");
        const name = column?.at(-1);
        if (name !== undefined && fn.argumentNames.includes(name)) found ??= name;
      });
      return found;
    },
  };
}

function sqlTrees(fn: PgFunction): unknown[] | null {
  try {
    const statements = parseStatements(fn.body);
    return statements.every(({ stmt }) => as("SelectStmt", stmt)) ? statements : null;
  } catch {
    return null;
  }
}

const WITHOUT_OTHER_EFFECT: ReadonlySet<Statement["kind"]> = new Set(["assign", "if", "return", "block", "perform"]);

function plTrees(fn: PgFunction): unknown[] | null {
  const parsed = parsePlFunction(fn.definition);
  if (parsed.kind !== "parsed") return null;
  let other = false;
  visitStatements([parsed.fn.block], (statement) => {
    if (!WITHOUT_OTHER_EFFECT.has(statement.kind)) other = true;
    if (statement.kind === "block" && statement.handlers.length > 0) other = true;
  });
  if (other) return null;
  const trees = embeddedSql(parsed.fn).map(({ sql }) => treeOf(sql));
  if (trees.some(({ kind }) => kind === "syntax-error")) return null;
  return trees.map((tree) => (tree.kind === "expression" ? tree.expr : tree));
}
