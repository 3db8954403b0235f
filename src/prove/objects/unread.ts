import type { AccessFacts } from "../../pg/access-facts.ts";
import type { Catalog } from "../../pg/catalog.ts";
import type { ObjectChange } from "./change.ts";
import { partsOfOne, sameText, type Worlds } from "./world.ts";

/** What is compared of a catalog by a verdict or by a file of this folder; with `false`, what decides nothing. */
const CATALOG: Readonly<Record<keyof Catalog, boolean>> = {
  format: false,
  formatVersion: false,
  serverVersion: false,
  relations: true,
  policies: true,
  functions: true,
  // follows from policies and functions
  policyFunctions: false,
  triggers: true,
  types: true,
  roles: true,
  rules: true,
  schemas: true,
  dependencies: true,
  access: true,
};

const ACCESS: Readonly<Record<keyof AccessFacts, boolean>> = {
  sequences: true,
  views: true,
  columns: true,
  defaultPrivileges: true,
  publications: true,
  servers: true,
  userMappings: true,
  eventTriggers: true,
  extensions: true,
  constraints: true,
  settings: true,
  uniqueIndexes: true,
  otherGrants: true,
  types: true,
  columnNumbers: true,
  createdInOrder: true,
  attributes: true,
};

/**
 * Parts of the catalogs that differ and that nothing compares: those that a later version has added, and those that the
 * catalog of an earlier version, read from a file, does not hold.
 */
export function compareUnread({ before, after }: Worlds): ObjectChange[] {
  const [first, second] = [before.catalog, after.catalog];
  const missing = (["rules", "schemas", "dependencies", "access"] as const).filter(
    (part) => first !== second && (first[part] === undefined || second[part] === undefined),
  );
  const later = partsOfOne(first, second);
  const more = [...differing(first, second, CATALOG), ...differing(first.access ?? {}, second.access ?? {}, ACCESS)];
  return [...new Set([...missing, ...later, ...more])].map((part) => ({
    effect: "cannot be told",
    kind: "catalog",
    name: part,
    roles: [],
    why: { kind: "not read", part },
  }));
}

/** Parts that nobody knows, where they differ. */
function differing(first: object, second: object, known: Readonly<Record<string, boolean>>): string[] {
  const [one, two] = [new Map(Object.entries(first)), new Map(Object.entries(second))];
  return [...new Set([...one.keys(), ...two.keys()])].filter(
    (part) => !Object.hasOwn(known, part) && !sameText(one.get(part), two.get(part)),
  );
}
