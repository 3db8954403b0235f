import type { PgFunction } from "../../pg/catalog.ts";
import { identForReading } from "../../pg/identifier.ts";
import { nameKey, type QualifiedName } from "../../pg/name.ts";
import type { Side } from "../side.ts";
import { TYPE } from "../logic/sort.ts";
import type { Frame } from "./frame.ts";
import type { Scalar, Value } from "./value.ts";

/** A function as a call names it: without a schema it is one of pg_catalog or of the search path. */
export interface Called {
  schema: string | null;
  name: string;
}

export const calledFunction = (parts: readonly string[]): Called => ({
  schema: parts.at(-2) ?? null,
  name: parts.at(-1) ?? "",
});

/** How a call is shown: functions of pg_catalog without their schema. */
export const shownCall = ({ schema, name }: Called): string =>
  schema === null || schema === "pg_catalog" ? identForReading(name) : nameKey({ schema, name });

/** The name, if the call can be one of a function of pg_catalog. */
export const builtInName = ({ schema, name }: Called): string | null =>
  schema === null || schema === "pg_catalog" ? name : null;

/** A bare name, as a person wrote it, that pg_catalog and another schema have: types and the search path decide. */
export const isAmbiguous = (side: Side, frame: Frame, { schema, name }: Called): boolean =>
  schema === null && frame.written && side.sharesName(name);

/**
 * Names that a person wrote are looked up when they run, in schemas that the role may use; those that PostgreSQL printed
 * have been.
 */
export const mayUseAll = (side: Side, frame: Frame, named: readonly QualifiedName[]): boolean =>
  !frame.written || named.every(({ schema }) => side.mayUse(schema, frame.role));

/** Functions of the catalog that the call can be one of. */
export const ownFunctions = (side: Side, frame: Frame, called: Called): readonly PgFunction[] => {
  const { schema, name } = called;
  if (schema !== null) return side.functions({ schema, name });
  // a name that PostgreSQL prints without its schema is one of pg_catalog
  if (!frame.written && side.sharesName(name)) return [];
  if (frame.loose || isAmbiguous(side, frame, called)) return side.functionsNamed(name);
  return frame.searchPath.flatMap((path) => side.functions({ schema: path, name }));
};

/** The operator of pg_catalog that a name means; null where it may be another one. */
export const builtInOperator = (side: Side, frame: Frame, parts: readonly string[]): string | null => {
  const [name = "", schema] = parts.toReversed();
  if (schema !== undefined) return schema === "pg_catalog" ? name : null;
  return frame.written && side.hasOperator(name) ? null : name;
};

/**
 * The operator that a name means over these operands: one of pg_catalog, or one of the extension citext, which
 * PostgreSQL prints with its schema. Null where it may be another one: without that schema in the search path,
 * PostgreSQL compares values of citext as texts.
 */
export function namedOperator(
  side: Side,
  frame: Frame,
  parts: readonly string[],
  operands: () => readonly Value[],
): string | null {
  const [name = "", schema] = parts.toReversed();
  const { citextSchema: extension } = side;
  const isQualified = schema !== undefined && schema === extension;
  if (!isQualified && (extension === null || !frame.written || sees(side, frame, extension)))
    return builtInOperator(side, frame, parts);
  const given = operands();
  const ofCitext = given.some((value) => isCitext(foundBy(value)));
  if (isQualified)
    return ofCitext && !given.some((value) => isName(foundBy(value))) && !side.hasOperator(name) ? name : null;
  // the extension has none of citext and name, and the type that is preferred (manual, 10.2) is text
  const areTexts = given.some((value) => isName(foundBy(value))) && (name === "=" || name === "<>");
  return ofCitext && !areTexts ? null : builtInOperator(side, frame, parts);
}

const sees = (side: Side, frame: Frame, schema: string): boolean =>
  !frame.loose && frame.searchPath.includes(schema) && side.mayUse(schema, frame.role);

export const isCitext = (value: Value): value is Scalar => value.kind === "scalar" && value.type === TYPE.citext;

/** A value, or what a look-up finds. */
const foundBy = (value: Value): Value => (value.kind === "lookup" ? value.value : value);

const isName = (value: Value): boolean => value.kind === "scalar" && value.type === TYPE.name;

/** Functions that a call names with their schema. */
export const qualifiedFunctions = (side: Side, parts: readonly string[]): readonly PgFunction[] =>
  parts.length < 2 ? [] : side.functions({ schema: parts.at(-2) ?? "", name: parts.at(-1) ?? "" });
