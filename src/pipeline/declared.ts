import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { as } from "../pg/expr/node.ts";
import { parseStatements } from "../pg/expr/parse.ts";
import { nameParts } from "../pg/expr/shape.ts";
import { columnKey, functionKey, relationOf } from "../pg/name.ts";
import { createPolicy, forReading, samePolicy } from "../pg/policy-sql.ts";
import type { Plan, PolicyOutcome } from "../plan/index.ts";
import { splitStatements } from "../scratch/index.ts";
import { readConfigToml } from "./config-toml.ts";
import { drizzlePolicies } from "./declared-drizzle.ts";
import { matching } from "./seed.ts";
import type { Source } from "./source.ts";

/** A place outside the migrations that still declares what a plan changes. */
export interface DeclaredPlace {
  /** relative to the project of the migrations */
  file: string;
  line: number;
  /** the policy, function or column */
  object: string;
  /** the text to write there; null: it is removed */
  replacement: string | null;
}

/** The declared schema of a project, from which a tool makes the next migration. */
export interface DeclaredSchema {
  tool: "supabase" | "drizzle";
  places: DeclaredPlace[];
  /** the objects that the plan changes and that no file shows: they are made in another way, or by hand */
  notFound: string[];
  /** the statements of new objects, which the next migration would drop otherwise */
  additions: string[];
}

/** The declared schemas that hold the state before a plan: the next migration made from them would put it back. */
export function declaredSchemas(source: Source, plan: Plan, projectDir: string): DeclaredSchema[] {
  const dir = source.origin.kind === "migrations" ? source.origin.folder.projectDir : projectDir;
  if (plan.steps.length === 0) return [];
  return [inSupabase(dir, plan), inDrizzle(dir, plan)].filter((schema) => schema !== null);
}

/** The policies whose text a plan changes. */
const changed = ({ policies }: Plan): PolicyOutcome[] =>
  policies.filter(({ before, after }) => !(after.length === 1 && after[0] && samePolicy(before, after[0])));

function inSupabase(dir: string, plan: Plan): DeclaredSchema | null {
  const config = readConfigToml([dir]);
  const patterns = config && config.schemas.length > 0 ? config.schemas : ["./schemas/**/*.sql"];
  const files = [...new Set(patterns.flatMap((pattern) => matching(join(dir, "supabase"), pattern)))];
  if (files.length === 0) return null;
  const wanted = replacements(plan);
  const places = files.flatMap((path) => {
    const file = relative(dir, path);
    return splitStatements(readFileSync(path, "utf8")).parts.flatMap((part): DeclaredPlace[] => {
      if (part.kind !== "statement") return [];
      return objectsOf(part.text).flatMap((object) => {
        const replacement = wanted.get(object);
        return replacement === undefined ? [] : [{ file, line: part.line, ...replacement }];
      });
    });
  });
  const found = new Set(places.map(({ object }) => object));
  return {
    tool: "supabase",
    places,
    notFound: [...wanted.values()].flatMap(({ object }) => (found.has(object) ? [] : [object])),
    additions: plan.steps.flatMap(({ change, up }) =>
      (change.kind === "function" && change.before === null) || (change.kind === "schema" && change.isNew) ? up : [],
    ),
  };
}

/** The new text of each object that a plan changes, by the key of the object in a file. */
function replacements(plan: Plan): Map<string, Pick<DeclaredPlace, "object" | "replacement">> {
  const all = new Map<string, Pick<DeclaredPlace, "object" | "replacement">>();
  for (const { policy, before, after } of changed(plan)) {
    const text = after.map((one) => `${createPolicy(one, forReading)};`).join("\n\n");
    all.set(keyOf("policy", [before.schema, before.relation, before.name]), {
      object: policy,
      replacement: text === "" ? null : text,
    });
  }
  for (const { change, object } of plan.steps) {
    if (change.kind === "function" && change.before !== null)
      all.set(keyOf("function", [change.after.schema, change.after.name]), {
        object: functionKey(change.after),
        replacement: `${change.after.definition.trimEnd()};`,
      });
    if (change.kind === "default" && object.kind === "column")
      all.set(keyOf("column", [object.schema, object.relation, object.column]), {
        object: columnKey(relationOf(object), object.column),
        replacement: `default ${change.after}`,
      });
  }
  return all;
}

const keyOf = (kind: string, name: readonly string[]): string => JSON.stringify([kind, ...name]);

/** The keys of what a statement of a schema file declares. */
function objectsOf(text: string): string[] {
  try {
    return parseStatements(text).flatMap(({ stmt }) => {
      const policy = as("CreatePolicyStmt", stmt) ?? as("AlterPolicyStmt", stmt);
      if (policy) return [keyOf("policy", [...rangeOf(policy.table), policy.policy_name ?? ""])];
      const fn = as("CreateFunctionStmt", stmt);
      if (fn) {
        const [name = "", schema = "public"] = nameParts(fn.funcname).toReversed();
        return [keyOf("function", [schema, name])];
      }
      const table = as("CreateStmt", stmt);
      return (table?.tableElts ?? []).flatMap((element) => {
        const column = as("ColumnDef", element)?.colname;
        return column === undefined ? [] : [keyOf("column", [...rangeOf(table?.relation), column])];
      });
    });
  } catch {
    return [];
  }
}

/** Schema and name as a file writes them; the CLI diffs with `public` in the search_path. */
const rangeOf = (range: { schemaname?: string; relname?: string } | undefined): [string, string] => [
  range?.schemaname ?? "public",
  range?.relname ?? "",
];

function inDrizzle(dir: string, plan: Plan): DeclaredSchema | null {
  if (!["ts", "js", "mts", "mjs"].some((ending) => existsSync(join(dir, `drizzle.config.${ending}`)))) return null;
  const declared = drizzlePolicies(dir);
  if (declared === null) return null;
  const outcomes = changed(plan);
  const places = outcomes.flatMap(({ policy, before, after }) => {
    const named = declared.filter(({ name }) => name === before.name);
    const onTable = named.filter(({ table }) => table === before.relation);
    // a policy whose table cannot be read may be this one
    const found = onTable.length > 0 ? onTable : named.filter(({ table }) => table === null);
    return found.map(({ file, line }) => ({ file, line, object: policy, replacement: inTemplates(after) }));
  });
  const found = new Set<string>(places.map(({ object }) => object));
  return {
    tool: "drizzle",
    places,
    notFound: outcomes.flatMap(({ policy }) => (found.has(policy) ? [] : [policy])),
    additions: [],
  };
}

/** The arguments of `pgPolicy` for the policies that take the place of one. */
function inTemplates(after: PolicyOutcome["after"]): string | null {
  const template = (name: string, text: string | null): string[] =>
    text === null ? [] : [`  ${name}: sql\`${text.replaceAll(/[\\`]|\$(?=\{)/g, String.raw`\$&`)}\`,`];
  const texts = after.map((policy) =>
    [
      `pgPolicy(${JSON.stringify(policy.name)}, {`,
      `  as: "${policy.permissive ? "permissive" : "restrictive"}",`,
      `  for: "${policy.command.toLowerCase()}",`,
      `  to: [${policy.roles.map((role) => JSON.stringify(role)).join(", ")}],`,
      ...template("using", policy.using),
      ...template("withCheck", policy.check),
      `})`,
    ].join("\n"),
  );
  return texts.length === 0 ? null : texts.join(",\n");
}
