import { quoteIdent } from "../../pg/identifier.ts";
import { readReference } from "./scanner.ts";

/** The text that psql puts in place of a reference; null for a variable without a value, whose reference stays. */
export function valueOf(reference: string, variables: ReadonlyMap<string, string>): string | null {
  const { name, form } = readReference(reference);
  const value = variables.get(name);
  if (form === "test") return value === undefined ? "FALSE" : "TRUE";
  if (value === undefined) return null;
  if (form === "literal") return literal(value);
  return form === "identifier" ? quoteIdent(value) : value;
}

/** As PQescapeLiteral writes it: with a backslash in it, an escape string after a space. */
const literal = (value: string): string => {
  const doubled = value.replaceAll("'", "''");
  return value.includes("\\") ? ` E'${doubled.replaceAll("\\", "\\\\")}'` : `'${doubled}'`;
};
