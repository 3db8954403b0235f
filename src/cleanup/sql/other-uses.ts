import type { Catalog } from "../../pg/catalog.ts";
import { settingOfEntry, type Elsewhere } from "../../pg/elsewhere.ts";
import { identForReading, quoteIdent } from "../../pg/identifier.ts";
import { wholeName } from "../../pg/name-in-text.ts";
import { columnKey, functionKey, nameKey, relationKey } from "../../pg/name.ts";
import { isPlatformFunction, isPlatformRelation } from "../../pg/platform-objects.ts";

/** A place other than the body of a function or a policy that names a retired variable or a setter. */
export interface OtherUse {
  kind:
    | "view"
    | "rule"
    | "check constraint"
    | "generated column"
    | "column default"
    | "trigger"
    | "function setting"
    | "role setting"
    | "database setting"
    | "extension function"
    | "job of pg_cron"
    | "unread jobs"
    | "comment";
  name: string;
  /** the variables and functions that it names */
  names: string[];
  /** for a person: what takes it out */
  statement?: string;
}

/** The texts of a catalog that name one of `names`: variables in lower case, or functions without their schema. */
export function otherUses(
  catalog: Catalog,
  names: readonly string[],
  defaultsDone: ReadonlySet<string>,
  elsewhere: Elsewhere,
): OtherUse[] {
  const found = (kind: OtherUse["kind"], name: string, text: string | null): OtherUse[] => {
    const own = names.filter((one) => wholeName(one).test(text ?? ""));
    return own.length === 0 ? [] : [{ kind, name, names: own }];
  };
  return [
    ...catalog.relations
      .filter((relation) => !isPlatformRelation(catalog, relation))
      .flatMap((relation) => [
        ...found("comment", nameKey(relation), relation.comment),
        ...relation.columns.flatMap((column) => {
          const name = columnKey(relation, column.name);
          if (defaultsDone.has(name)) return [];
          return found(column.generated === "no" ? "column default" : "generated column", name, column.expression);
        }),
      ]),
    ...(catalog.dependencies?.relations ?? []).flatMap((view) => found("view", nameKey(view), view.definition)),
    ...(catalog.rules ?? []).flatMap((rule) =>
      found("rule", `${identForReading(rule.name)} on ${relationKey(rule)}`, rule.definition),
    ),
    ...(catalog.access?.constraints ?? []).flatMap((one) =>
      found("check constraint", `${identForReading(one.name)} on ${relationKey(one)}`, one.definition),
    ),
    ...catalog.triggers.flatMap((one) =>
      found("trigger", `${identForReading(one.name)} on ${relationKey(one)}`, one.definition),
    ),
    ...catalog.functions
      .filter((fn) => !isPlatformFunction(catalog, fn))
      .flatMap((fn) => [
        ...found("function setting", functionKey(fn), fn.settings.join("\n")),
        ...found("comment", functionKey(fn), fn.comment),
      ]),
    ...elsewhere.settings.flatMap((one) => settingUses(one, found)),
    ...elsewhere.extensionFunctions.flatMap(({ name, body }) => found("extension function", name, body)),
    ...elsewhere.jobs.flatMap(({ name, command }) => found("job of pg_cron", name, command)),
    ...(elsewhere.jobsUnread ? [{ kind: "unread jobs" as const, name: "cron.job", names: [...names] }] : []),
    ...elsewhere.comments.flatMap(({ object, text }) => found("comment", object, text)),
    ...catalog.policies.flatMap((policy) =>
      found("comment", `${identForReading(policy.name)} on ${relationKey(policy)}`, policy.comment),
    ),
  ];
}

/** A setting of a role or a database, with the statement that resets it. */
function settingUses(
  { role, database, entry }: Elsewhere["settings"][number],
  found: (kind: OtherUse["kind"], name: string, text: string) => OtherUse[],
): OtherUse[] {
  const setting = settingOfEntry(entry);
  const inDatabase = database === null ? "" : ` in database ${quoteIdent(database)}`;
  const [kind, name, statement] =
    role === null && database !== null
      ? (["database setting", identForReading(database), `alter database ${quoteIdent(database)}`] as const)
      : ([
          "role setting",
          role === null ? "all" : identForReading(role),
          `alter role ${role === null ? "all" : quoteIdent(role)}${inDatabase}`,
        ] as const);
  const reset = `${statement} reset ${setting.split(".").map(quoteIdent).join(".")}`;
  return found(kind, name, entry).map((one) => ({ ...one, statement: reset }));
}
