import type { CreateFunctionStmt, FunctionParameter, ObjectWithArgs, RawStmt, TypeName } from "libpg-query";
import type { PgFunction } from "./catalog.ts";
import { as, type Expr } from "./expr/node.ts";
import { parseExpr, parseStatements } from "./expr/parse.ts";
import { nameParts, stringConst, typeText } from "./expr/shape.ts";
import { standardBodyIn } from "./function-body.ts";

/** A statement that makes a function or takes its name away, as it is written. */
export type FunctionStatement =
  /** `fn.schema` is `public` where none is written */
  | { kind: "created"; fn: PgFunction; types: ArgumentTypes }
  | ({ kind: "dropped"; ifExists: boolean } & WrittenFunction)
  | ({ kind: "renamed"; to: string } & WrittenFunction);

/** The types of input arguments, for comparison alone; null where none are written, or one is not known by its name. */
export type ArgumentTypes = readonly string[] | null;

/** A function in a DROP or an ALTER. */
interface WrittenFunction {
  /** null: none is written */
  schema: string | null;
  name: string;
  types: ArgumentTypes;
}

/**
 * What statements do to functions and procedures: CREATE, DROP FUNCTION, PROCEDURE and ROUTINE, ALTER … RENAME TO. Null
 * where the text does not parse. The body of a DO block is not looked into.
 */
export function functionStatements(sql: string): FunctionStatement[] | null {
  let parsed: RawStmt[];
  try {
    parsed = parseStatements(sql);
  } catch {
    return null;
  }
  const source = Buffer.from(sql, "utf8");
  return parsed.flatMap(({ stmt, stmt_location: start = 0, stmt_len: length }) => {
    const created = as("CreateFunctionStmt", stmt);
    if (!created) return takenAway(stmt);
    const text = source.subarray(start, length === undefined ? source.length : start + length).toString("utf8");
    return [{ kind: "created", fn: functionOf(created, text.trim()), types: typesOf(inputsOf(created.parameters)) }];
  });
}

/** True for a function of one session, as the checks of a migration are: nothing else ever calls it. */
export const isTemporary = (one: FunctionStatement): boolean =>
  (one.kind === "created" ? one.fn.schema : one.schema) === "pg_temp";

/** The types of a function of the catalog, in the form of those that are written in a statement. */
export const typesInCatalog = ({ argumentTypes }: Pick<PgFunction, "argumentTypes">): ArgumentTypes =>
  known(argumentTypes.map(typeInCatalog));

/** True if two lists may be those of one function: where one is not known, it may be. */
export const mayBeSameTypes = (a: ArgumentTypes, b: ArgumentTypes): boolean =>
  a === null || b === null || (a.length === b.length && a.every((type, index) => type === b[index]));

const FUNCTIONS: ReadonlySet<string> = new Set(["OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE"]);

function takenAway(stmt: Expr | undefined): FunctionStatement[] {
  const drop = as("DropStmt", stmt);
  if (drop && FUNCTIONS.has(drop.removeType ?? ""))
    return (drop.objects ?? []).flatMap((object): FunctionStatement[] => {
      const written = as("ObjectWithArgs", object);
      return written ? [{ kind: "dropped", ...writtenOf(written), ifExists: drop.missing_ok === true }] : [];
    });
  const rename = as("RenameStmt", stmt);
  const renamed = FUNCTIONS.has(rename?.renameType ?? "") ? as("ObjectWithArgs", rename?.object) : null;
  return renamed ? [{ kind: "renamed", ...writtenOf(renamed), to: rename?.newname ?? "" }] : [];
}

function writtenOf({ objname, objfuncargs, args_unspecified: isOpen }: ObjectWithArgs): WrittenFunction {
  const [name = "", schema = null] = nameParts(objname).toReversed();
  return { schema, name, types: isOpen === true ? null : typesOf(inputsOf(objfuncargs)) };
}

const inputsOf = (parameters: readonly Expr[] | undefined): FunctionParameter[] =>
  (parameters ?? []).flatMap((one) => {
    const parameter = as("FunctionParameter", one);
    const isOutput = parameter?.mode === "FUNC_PARAM_OUT" || parameter?.mode === "FUNC_PARAM_TABLE";
    return parameter && !isOutput ? [parameter] : [];
  });

const typesOf = (parameters: readonly FunctionParameter[]): ArgumentTypes =>
  known(parameters.map(({ argType }) => typeKey(argType)));

const known = (types: readonly (string | null)[]): ArgumentTypes =>
  types.every((type) => type !== null) ? types : null;

/** A type without its schema, which a statement may leave out; null for `relation.column%TYPE`. */
function typeKey(type: TypeName | undefined): string | null {
  if (type?.pct_type === true) return null;
  // the number of dimensions is no part of a type
  return (nameParts(type?.names).at(-1) ?? "") + ((type?.arrayBounds?.length ?? 0) > 0 ? "[]" : "");
}

function typeInCatalog(text: string): string | null {
  try {
    return typeKey(as("TypeCast", parseExpr(`null::${text}`))?.typeName);
  } catch {
    return null;
  }
}

/** The function that a statement makes, as the catalog would have it, without what only a database knows. */
function functionOf(made: CreateFunctionStmt, definition: string): PgFunction {
  const options = (made.options ?? []).flatMap((node) => as("DefElem", node) ?? []);
  const option = (name: string): Expr | undefined => options.find(({ defname }) => defname === name)?.arg;
  const [name = "", schema = "public"] = nameParts(made.funcname).toReversed();
  const inputs = inputsOf(made.parameters);
  const argumentTypes = inputs.map(({ argType }) => typeText(argType));
  const isStandard = made.sql_body !== undefined;
  const texts = as("List", option("as"))?.items ?? [option("as")];
  return {
    schema,
    name,
    identityArguments: argumentTypes.join(", "),
    arguments: "",
    argumentNames: inputs.map((one) => one.name ?? ""),
    argumentTypes,
    result: resultOf(made),
    kind: made.is_procedure === true ? "procedure" : "function",
    language: as("String", option("language"))?.sval?.toLowerCase() ?? (isStandard ? "sql" : ""),
    volatility: "volatile",
    securityDefiner: false,
    strict: false,
    owner: "",
    settings: options.flatMap(({ arg }) => {
      const set = as("VariableSetStmt", arg);
      return set?.name === undefined ? [] : [`${set.name}=${(set.args ?? []).map(stringConst).join(", ")}`];
    }),
    body: isStandard ? standardBodyIn(definition) : (as("String", texts[0])?.sval ?? ""),
    sqlStandardBody: isStandard,
    definition,
    grants: [],
    comment: null,
  };
}

/** The result as format_type would name it, as far as it matters whether there is one. */
function resultOf({ returnType, parameters, is_procedure: isProcedure }: CreateFunctionStmt): string {
  const hasOutput = (parameters ?? []).some((one) => {
    const mode = as("FunctionParameter", one)?.mode;
    return mode === "FUNC_PARAM_OUT" || mode === "FUNC_PARAM_INOUT" || mode === "FUNC_PARAM_TABLE";
  });
  if (hasOutput) return "record";
  if (isProcedure === true || !returnType) return "";
  return `${returnType.setof === true ? "SETOF " : ""}${typeText(returnType)}`;
}
