import type { Catalog, PgFunction } from "../pg/catalog.ts";
import { as } from "../pg/expr/node.ts";
import { parseStatements } from "../pg/expr/parse.ts";
import { nameParts, typeText } from "../pg/expr/shape.ts";
import type { Plan } from "./plan.ts";

/** The catalog as it will be when every step has run: policies and functions changed, all else as it was. Pure; for the prover. */
export function catalogAfter(catalog: Catalog, plan: Plan): Catalog {
  const functions = [...catalog.functions];
  for (const step of plan.steps) {
    if (step.object.kind !== "function") continue;
    const { schema, name, identityArguments } = step.object;
    for (const statement of step.up) {
      const made = readFunction(statement, catalog);
      if (!made) continue;
      const at = functions.findIndex(
        (fn) => fn.schema === schema && fn.name === name && fn.identityArguments === identityArguments,
      );
      const known = functions[at];
      if (known)
        functions[at] = {
          ...known,
          body: made.body,
          sqlStandardBody: made.sqlStandardBody,
          definition: statement,
        };
      else functions.push({ ...made, schema, name, identityArguments, definition: statement });
    }
  }
  return { ...catalog, functions, policies: plan.policies.flatMap((outcome) => outcome.after) };
}

/** What a CREATE FUNCTION statement makes; null for any other statement. The owner is the one who owns the tables: he applies the plan. */
function readFunction(statement: string, catalog: Catalog): PgFunction | null {
  const create = as("CreateFunctionStmt", parseStatements(statement)[0]?.stmt);
  if (!create) return null;
  const options = new Map<string, NonNullable<ReturnType<typeof as<"DefElem">>>>();
  for (const option of create.options ?? []) {
    const element = as("DefElem", option);
    if (element?.defname !== undefined) options.set(element.defname, element);
  }
  const word = (name: string): string | null => as("String", options.get(name)?.arg)?.sval ?? null;
  const flag = (name: string): boolean => as("Boolean", options.get(name)?.arg)?.boolval ?? false;
  const parameters = (create.parameters ?? []).map((parameter) => as("FunctionParameter", parameter));
  const [body] = as("List", options.get("as")?.arg)?.items ?? [];
  const standard = /\b(?:RETURN\b|BEGIN ATOMIC\b)[^]*$/i.exec(statement);
  const path = as("VariableSetStmt", options.get("set")?.arg);
  const schemas = (path?.args ?? []).map((arg) => as("A_Const", arg)?.sval?.sval ?? "");
  const volatility = word("volatility");
  return {
    schema: nameParts(create.funcname).at(-2) ?? "public",
    name: nameParts(create.funcname).at(-1) ?? "",
    identityArguments: "",
    arguments: "",
    argumentNames: parameters.map((parameter) => parameter?.name ?? ""),
    argumentTypes: parameters.map((parameter) => typeText(parameter?.argType)),
    result: typeText(create.returnType),
    kind: "function",
    language: word("language") ?? "sql",
    volatility: volatility === "stable" || volatility === "immutable" ? volatility : "volatile",
    securityDefiner: flag("security"),
    strict: flag("strict"),
    owner: mostFrequentOwner(catalog),
    settings: path?.name === "search_path" ? [`search_path=${schemas.map((name) => `"${name}"`).join(", ")}`] : [],
    body: as("String", body)?.sval ?? standard?.[0] ?? "",
    sqlStandardBody: body === undefined,
    definition: statement,
    grants: [],
    comment: null,
  };
}

function mostFrequentOwner(catalog: Catalog): string {
  const counts = new Map<string, number>();
  for (const { owner, rowSecurity } of catalog.relations)
    if (rowSecurity) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  return [...counts].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? "postgres";
}
