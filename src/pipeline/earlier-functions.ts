import type { Catalog, PgFunction } from "../pg/catalog.ts";
import {
  functionStatements,
  isTemporary,
  mayBeSameTypes,
  typesInCatalog,
  type ArgumentTypes,
  type FunctionStatement,
} from "../pg/function-statement.ts";
import { groupBy } from "../pg/group-by.ts";
import type { FileStatements } from "../scratch/index.ts";

/** The functions that the files speak of and that the catalog does not have. */
export interface EarlierFunctions {
  /** every definition, also those that another one replaced; each has identity arguments of its own */
  definitions: PgFunction[];
  /** names of functions that were there, for they were dropped without IF EXISTS, and that no file defines */
  undefinedNames: Set<string>;
  /** texts that may define or drop a function in a way that is not read: DO blocks, what does not parse */
  unread: string[];
}

/**
 * Read what became of functions from the statements of files, in their order. A function that has the name and the
 * argument types of one of the catalog is that one, whatever its body was before.
 */
export function earlierFunctions({ statements, unread }: FileStatements, catalog: Catalog): EarlierFunctions {
  const current = groupBy(
    catalog.functions.map((fn) => ({ name: fn.name, types: typesInCatalog(fn) })),
    ({ name }) => name,
  );
  const isThere = (name: string, types: ArgumentTypes): boolean =>
    (current.get(name) ?? []).some((one) => mayBeSameTypes(one.types, types));
  const defined: Defined[] = [];
  const dropped: Written[] = [];
  const notRead = [...unread];
  for (const text of statements) {
    const found = MENTIONS.test(text) ? functionStatements(text) : [];
    if (found === null || RUNS_TEXT.test(text)) notRead.push(text);
    for (const one of found ?? []) {
      if (isTemporary(one)) continue;
      if (one.kind === "created") defined.push(one);
      if (one.kind === "renamed") defined.push(...renamed(one, defined));
      if ((one.kind === "dropped" && !one.ifExists) || one.kind === "renamed") dropped.push(one);
    }
  }
  const gone = defined.filter(({ fn, types }) => !isThere(fn.name, types));
  const isDefined = ({ name, types }: Written): boolean =>
    defined.some((one) => one.fn.name === name && mayBeSameTypes(one.types, types));
  const isUndefined = (one: Written): boolean => !isThere(one.name, one.types) && !isDefined(one);
  return {
    definitions: gone.map(({ fn }, index) => numbered(fn, index)),
    undefinedNames: new Set(dropped.filter(isUndefined).map(({ name }) => name)),
    unread: notRead,
  };
}

type Defined = Pick<Extract<FunctionStatement, { kind: "created" }>, "fn" | "types">;
type Written = Pick<Extract<FunctionStatement, { kind: "dropped" }>, "name" | "types">;

/** A prefilter: most statements of a project are about something else. */
const MENTIONS = /\b(?:function|procedure|routine)\b/i;
/** A block runs texts that it makes; a definition that only holds one is read as a definition. */
const RUNS_TEXT = /^\s*do\b/i;

const renamed = ({ name, types, to }: Extract<FunctionStatement, { kind: "renamed" }>, all: readonly Defined[]) =>
  all.flatMap((one) =>
    one.fn.name === name && mayBeSameTypes(one.types, types) ? [{ ...one, fn: { ...one.fn, name: to } }] : [],
  );

/** Spaces at the end keep two definitions apart that have the same arguments, and no reader counts them. */
const numbered = (fn: PgFunction, index: number): PgFunction => ({
  ...fn,
  identityArguments: fn.identityArguments + " ".repeat(index + 1),
});
