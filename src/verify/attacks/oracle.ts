import { isPlatformRelation } from "../../pg/platform-objects.ts";
import { nameKey, relationKey } from "../../pg/name.ts";
import type { Attempt } from "../matrix/index.ts";
import type { Actor } from "../personas/index.ts";
import type { Surface, TestEnvironment } from "../environment/index.ts";
import { returnedSql } from "../matrix/index.ts";
import { rowCondition, type Target, type Targets } from "../environment/index.ts";
import {
  everywhere,
  foreignRow,
  inTheNameOf,
  insertInto,
  on,
  ownRow,
  returning,
  setColumn,
  spareRow,
  tenantColumn,
} from "./rows.ts";

/**
 * Facts that errors give away: a unique key over all tenants shows that a foreign row has a value; a foreign key shows
 * that a foreign row exists. Neither is subject to row security (PostgreSQL manual, 5.9). A random uuid cannot be
 * guessed, so keys of uuids give nothing away; the statements are tried all the same, for the effects of triggers.
 */
export function oracleAttempts(
  target: Target,
  actor: Actor,
  {
    surface,
    targets,
    tenantSetting,
    catalog,
  }: Pick<TestEnvironment, "surface" | "targets" | "tenantSetting" | "catalog">,
): Attempt[] {
  const own = spareRow(target, "own");
  if (!own) return [];
  const there = ownRow(target, actor);
  const mine = inTheNameOf(actor, target, own);
  const tenant = tenantColumn(target, tenantSetting);
  const guessable = (names: readonly string[], columns: Target["columns"]): boolean =>
    names.every((name) => columns.find((column) => column.name === name)?.type !== "uuid");
  const attempts: Attempt[] = [];
  // keys of the platform's own tables are not the project's to correct
  if (target.foreign !== null && !isPlatformRelation(catalog, target))
    for (const unique of surface.uniques) {
      // a value that the own tenant has as well would conflict with its own row
      const theirs = target.foreignRows.find(
        (row) => !target.ownRows.some((mineToo) => unique.columns.every((name) => mineToo[name] === row[name])),
      );
      if (!theirs) continue;
      if (relationKey(unique) !== target.name || unique.columns.some((name) => name === tenant)) continue;
      if (!guessable(unique.columns, target.columns) || unique.columns.some((name) => isNumbered(target, name)))
        continue;
      if (unique.columns.some((name) => theirs[name] === null || theirs[name] === undefined)) continue;
      // a column that identifies the owner of the row cannot have another's value in an own row
      if (unique.columns.some((name) => target.filled.users.includes(name) || name in target.filled.context)) continue;
      const clash = { ...mine, ...Object.fromEntries(unique.columns.map((name) => [name, theirs[name]])) };
      const object = { kind: "constraint" as const, name: nameKey({ schema: target.schema, name: unique.name }) };
      const message = `\`${unique.name}\` is unique over all tenants, so an insert says whether another tenant has a value`;
      attempts.push(
        on(target, {
          command: "INSERT",
          attack: `insert a value of a foreign row (${unique.columns.join(", ")})`,
          sql: insertInto(target, clash),
          otherHalf: insertInto(target, mine),
          probe: null,
          judge: { kind: "duplicate", door: "unique-oracle", object, message },
        }),
        on(target, {
          command: "INSERT",
          attack: `insert a value of a foreign row (${unique.columns.join(", ")}), on conflict do nothing`,
          sql: insertInto(target, clash, " on conflict do nothing"),
          probe: null,
          judge: { kind: "control" },
        }),
      );
      if (there)
        attempts.push(
          on(target, {
            command: "UPDATE",
            writesOwnRow: true,
            attack: `give an own row a value of a foreign one (${unique.columns.join(", ")})`,
            sql: `update ${target.sql} t set ${unique.columns.map((name) => setColumn(target, name, theirs[name])).join(", ")} where ${rowCondition(target, there)}`,
            probe: null,
            judge: { kind: "duplicate", door: "unique-oracle", object, message },
          }),
        );
    }
  for (const key of referencesOf(target, surface, targets)) {
    // the first own row has the same values as another tenant's first row: a trigger that looks rows up by such a value
    // reaches both
    const twin = key.parent.ownRows[0];
    if (target.triggers && twin)
      attempts.push(
        on(target, {
          command: "INSERT",
          writesOwnRow: true,
          attack: `insert own row, for the first ${key.columns.join(", ")}`,
          sql: insertInto(target, {
            ...mine,
            ...Object.fromEntries(key.columns.map((name, n) => [name, twin[key.targetColumns[n] ?? ""]])),
          }),
          probe: everywhere(target),
        }),
      );
    const row = foreignRow(key.parent);
    // the tenant's own table: to reference its row is to name the tenant, which other attempts do
    if (!row || key.columns.some((name) => name in target.filled.context || target.filled.users.includes(name)))
      continue;
    const pointing = {
      ...mine,
      ...Object.fromEntries(key.columns.map((name, n) => [name, row[key.targetColumns[n] ?? ""]])),
    };
    const nowhere = Object.fromEntries(
      key.columns.map((name) => [name, nobodys(mine[name] ?? row[key.targetColumns[0] ?? ""])]),
    );
    const attack = `insert a reference to a foreign row (${key.columns.join(", ")})`;
    const isOracle = key.name !== null && guessable(key.columns, target.columns);
    const tells = {
      door: "foreign-key-oracle" as const,
      object: { kind: "constraint" as const, name: nameKey({ schema: target.schema, name: key.name ?? "" }) },
      message: `\`${key.name}\` takes rows of other tenants, so a write says whether one is there`,
    };
    // a role that may not insert may still be able to point an own row to the foreign one
    if (there && isOracle)
      attempts.push(
        on(target, {
          command: "UPDATE",
          writesOwnRow: true,
          attack: `point an own row to a foreign one (${key.columns.join(", ")})`,
          sql: `update ${target.sql} t set ${key.columns.map((name, n) => setColumn(target, name, row[key.targetColumns[n] ?? ""])).join(", ")} where ${rowCondition(target, there)}`,
          otherHalf: `update ${target.sql} t set ${key.columns.map((name) => setColumn(target, name, nowhere[name])).join(", ")} where ${rowCondition(target, there)}`,
          answers: ["23503"],
          judge: { kind: "own change", ...tells },
        }),
      );
    attempts.push(
      on(target, {
        command: "INSERT",
        writesOwnRow: true,
        attack,
        sql: insertInto(target, pointing),
        probe: everywhere(target),
        ...(isOracle ? { otherHalf: insertInto(target, { ...pointing, ...nowhere }) } : {}),
        // a key that includes the tenant does not find the row
        answers: ["23503"],
        judge: isOracle ? { kind: "success", ...tells } : { kind: "foreign" },
      }),
      on(target, {
        command: "INSERT",
        writesOwnRow: true,
        attack: `${attack}, returning`,
        sql: returnedSql(`${insertInto(target, pointing)}${returning(target)}`),
        answer: "output",
        probe: null,
        answers: ["23503"],
      }),
    );
  }
  return attempts;
}

/** Foreign keys into tables with foreign rows, and columns that are named like one. */
function referencesOf(
  target: Target,
  surface: Surface,
  targets: Targets,
): { name: string | null; columns: string[]; parent: Target; targetColumns: string[] }[] {
  const declared = surface.foreignKeys
    .filter((key) => relationKey(key) === target.name)
    .map((key) => ({ ...key, parent: targets.get(nameKey(key.target)) }));
  const named = target.columns
    .filter(({ name }) => name.endsWith("_id") && !declared.some(({ columns }) => columns.includes(name)))
    .flatMap(({ name, type }) => {
      const stem = name.slice(0, -"_id".length);
      const parent = [...targets.values()].find(
        ({ relation, primaryKey, columns }) =>
          [stem, `${stem}s`, `${stem}es`, stem.replace(/y$/, "ies")].includes(relation) &&
          primaryKey.length === 1 &&
          columns.find((column) => column.name === primaryKey[0])?.type === type,
      );
      return parent ? [{ name: null, columns: [name], parent, targetColumns: parent.primaryKey }] : [];
    });
  return [...declared, ...named].flatMap(({ parent, ...key }) =>
    parent && parent.foreign !== null ? [{ ...key, parent }] : [],
  );
}

/** True if a sequence fills the column: the sequence itself already shows that a number is taken. */
const isNumbered = (target: Target, name: string): boolean => {
  const column = target.columns.find((one) => one.name === name);
  return column?.generated === "identity" || (column?.expression ?? "").startsWith("nextval(");
};

/** A key of the same type that no row has. */
const nobodys = (value: unknown): unknown =>
  typeof value === "number" || /^\d+$/.test(String(value)) ? 987_654_321 : "nobody's";
