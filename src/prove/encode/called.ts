import type { PgFunction } from "../../pg/catalog.ts";
import { identForReading } from "../../pg/identifier.ts";
import { nameKey } from "../../pg/name.ts";
import type { Side } from "../side.ts";

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

/** Functions of the catalog that the call can be one of. */
export const ownFunctions = (side: Side, searchPath: readonly string[], called: Called): readonly PgFunction[] => {
  const schemas = called.schema === null ? searchPath : [called.schema];
  return schemas.flatMap((schema) => side.functions({ schema, name: called.name }));
};

/** Functions that a call names with their schema. */
export const qualifiedFunctions = (side: Side, parts: readonly string[]): readonly PgFunction[] =>
  parts.length < 2 ? [] : ownFunctions(side, [], calledFunction(parts));
