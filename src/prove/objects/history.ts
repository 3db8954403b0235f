import { as } from "../../pg/expr/node.ts";
import { relationsIn } from "../../pg/expr/relations.ts";
import { nameParts } from "../../pg/expr/shape.ts";
import type { QualifiedName } from "../../pg/name.ts";
import { ruleWrites, treesOf, type StatementWrites } from "../../pg/statement-writes.ts";

/**
 * What the statements of a project's files define on the way, whether it is in the catalog at the end or not, by bare
 * names: a name may have stood for another object when a statement ran.
 */
export interface History {
  /** the texts of CREATE FUNCTION and CREATE PROCEDURE */
  functions: ReadonlyMap<string, readonly string[]>;
  /** the functions of triggers, by table */
  triggers: ReadonlyMap<string, readonly string[]>;
  /** what rules write, by table */
  rules: ReadonlyMap<string, readonly StatementWrites[]>;
  /** the relations that views name */
  views: ReadonlyMap<string, readonly QualifiedName[]>;
  /** other names of a relation, before or after */
  renamed: ReadonlyMap<string, readonly string[]>;
  /** relations that had a column by another name */
  otherColumns: ReadonlySet<string>;
  tables: ReadonlySet<string>;
}

/** The definitions in the statements of one side. Pure. */
export function historyOf(statements: readonly { text: string }[]): History {
  const functions = new Map<string, string[]>();
  const triggers = new Map<string, string[]>();
  const rules = new Map<string, StatementWrites[]>();
  const views = new Map<string, QualifiedName[]>();
  const renamed = new Map<string, string[]>();
  const otherColumns = new Set<string>();
  const tables = new Set<string>();
  const add = <T>(map: Map<string, T[]>, name: string | undefined, ...values: T[]): void => {
    if (name !== undefined) map.set(name, [...(map.get(name) ?? []), ...values]);
  };
  for (const { text } of statements)
    for (const tree of treesOf(text)) {
      const fn = as("CreateFunctionStmt", tree);
      if (fn) add(functions, nameParts(fn.funcname).at(-1), text);
      const trigger = as("CreateTrigStmt", tree);
      if (trigger) add(triggers, trigger.relation?.relname, nameParts(trigger.funcname).at(-1) ?? "");
      const rule = as("RuleStmt", tree);
      if (rule) add(rules, rule.relation?.relname, ruleWrites(tree));
      const view = as("ViewStmt", tree);
      if (view) add(views, view.view?.relname, ...relationsIn(view.query));
      const into = as("CreateTableAsStmt", tree)?.into?.rel ?? as("SelectStmt", tree)?.intoClause?.rel;
      const table = as("CreateStmt", tree)?.relation?.relname ?? into?.relname;
      if (table !== undefined) tables.add(table);
      const rename = as("RenameStmt", tree);
      const old = rename?.relation?.relname;
      if (old === undefined || rename?.newname === undefined) continue;
      if (rename.renameType === "OBJECT_COLUMN") otherColumns.add(old);
      else if (rename.renameType !== "OBJECT_TABCONSTRAINT" && rename.renameType !== "OBJECT_POLICY") {
        add(renamed, old, rename.newname);
        add(renamed, rename.newname, old);
      }
    }
  return { functions, triggers, rules, views, renamed, otherColumns, tables };
}

/** All names that the relation of a name had. */
export function namesOf({ renamed }: History, name: string): ReadonlySet<string> {
  const names = new Set([name]);
  // `names` grows during the loop
  for (const one of names) for (const other of renamed.get(one) ?? []) names.add(other);
  return names;
}
