import type { Attempt, PlainForm } from "../matrix/index.ts";
import type { Row } from "../../fixtures/index.ts";
import type { Actor } from "../personas/index.ts";
import { returnedSql } from "../matrix/index.ts";
import { isFiles, rowCondition, type Target } from "../environment/index.ts";
import {
  alone,
  clashes,
  everywhere,
  foreignRow,
  mayClear,
  on,
  otherWords,
  ownRow,
  plain,
  prepareRows,
  returning,
  setColumn,
  tenantColumn,
  touch,
  touched,
  varied,
  withValue,
} from "./rows.ts";

/**
 * Updates: of own rows, of foreign rows, of own rows to another tenant, of foreign rows to the own tenant; each with a
 * WHERE, and blind: without one, with WHERE true, by MERGE ON true. Blind statements read no column, so the SELECT
 * policies do not apply to them. `prepared`: rows may be changed before.
 */
export function updateAttempts(
  target: Target,
  actor: Actor,
  tenantSetting: string | null,
  prepared: boolean,
): Attempt[] {
  const attempts: Attempt[] = [];
  const update = (attack: string, set: string, where: string | null, more: Partial<Attempt> = {}): void =>
    void attempts.push(
      on(target, {
        command: "UPDATE",
        attack,
        sql: `update ${target.sql} t set ${set}${where === null ? "" : ` where ${where}`}`,
        ...more,
      }),
    );
  const blind = (attack: string, of: PlainForm, set: string): void => {
    update(`${attack}, blind`, set, null, plain(of));
    update(`${attack}, where true`, set, "true");
    attempts.push(
      on(target, {
        command: "MERGE",
        attack: `${attack}, merge on true`,
        sql: `merge into ${target.sql} t using (select 1) s on true when matched then update set ${set}`,
      }),
    );
  };
  const [own, foreign] = [ownRow(target, actor), foreignRow(target)];
  // the folder names the owner of a file; the second part of the name is one that no file has
  const moveFile = (): void => {
    const folder = String(foreign?.["name"]).split("/")[0] ?? "";
    const set = setColumn(target, "name", `${folder}/moved-by-rlsmith.txt`);
    update("move own file to another tenant's folder", set, own && rowCondition(target, own));
    update("move files to another tenant's folder, blind", set, null);
    if (own && prepared && mayClear(target, actor))
      update("move own file to another tenant's folder, blind, one row left", set, null, { setup: alone(target, own) });
  };
  const set = touch(target, own ?? foreign);
  if (set !== null) {
    if (own)
      update("update own row", set, rowCondition(target, own), {
        ...plain("update own"),
        writesOwnRow: true,
        probe: everywhere(target),
      });
    if (foreign) update("update a foreign row", set, rowCondition(target, foreign), plain("update foreign"));
    blind("update", "update blind", set);
    attempts.push(
      on(target, {
        command: "UPDATE",
        attack: "update blind, returning",
        sql: returnedSql(`update ${target.sql} t set ${set}${returning(target)}`),
        answer: "output",
        probe: null,
      }),
    );
  }
  // if several rows would violate a unique key, one is left
  const cleared = prepared && mayClear(target, actor);
  if (cleared && set !== null && foreign)
    for (const row of clashes(target, own ?? foreign) ? [foreign] : oneByOne(target, target.foreignRows))
      update("update blind, one row left", set, null, { setup: alone(target, row) });
  if (own && set !== null && prepared)
    for (const [name, word] of otherWords(target, own))
      if (name !== touched(target, own))
        update(`update blind with ${name} ${word}`, set, null, {
          ...withValue("update blind", name, word),
          setup: [prepareRows(target, [own, ...(foreign ? [foreign] : [])], name, word)],
        });
  if (own)
    for (const [name, word] of otherWords(target, own))
      update(`set ${name} of own row to ${word}`, setColumn(target, name, word), rowCondition(target, own), {
        writesOwnRow: true,
        probe: everywhere(target),
      });
  if (own && foreign && isFiles(target)) moveFile();
  const column = tenantColumn(target, tenantSetting);
  if (own && foreign && column === null)
    for (const { columns } of target.references.slice(0, 4)) {
      const isSame = columns.every((name) => own[name] === foreign[name]);
      if (isSame || columns.some((name) => name in target.filled.context || target.filled.users.includes(name)))
        continue;
      // a row belongs to the owner of the row that it references
      const under = columns.map((name) => setColumn(target, name, foreign[name])).join(", ");
      const attack = `move own row under a foreign one (${columns.join(", ")})`;
      update(attack, under, rowCondition(target, own), { writesOwnRow: true });
      update(`${attack}, blind`, under, null, { writesOwnRow: true });
      if (cleared && columns.some((name) => target.unique.has(name)))
        update(`${attack}, blind, one row left`, under, null, { writesOwnRow: true, setup: alone(target, own) });
    }
  const names =
    column !== null ? [column] : target.filled.users.slice(0, 1).filter((name) => !target.primaryKey.includes(name));
  if (!own || !foreign || names.length === 0) return attempts;
  const toVictim = names.map((name) => setColumn(target, name, foreign[name])).join(", ");
  const toSelf = names.map((name) => setColumn(target, name, own[name])).join(", ");
  update("move own row to another tenant", toVictim, rowCondition(target, own), {
    ...plain("move own"),
    writesOwnRow: true,
  });
  // one row is enough to see it, and no unique key gets in the way
  blind("move rows to another tenant", "move blind", toVictim);
  update("take a foreign row over", toSelf, rowCondition(target, foreign), plain("take over foreign"));
  blind("take rows over", "take over blind", toSelf);
  if (cleared && (column === null || !isTied(target, column))) {
    for (const row of oneByOne(target, target.ownRows))
      update("move own row to another tenant, blind, one row left", toVictim, null, {
        writesOwnRow: true,
        setup: alone(target, row),
      });
    for (const row of oneByOne(target, target.foreignRows))
      update("take a foreign row over, blind, one row left", toSelf, null, { setup: alone(target, row) });
  }
  if (column === null || !cleared || !isTied(target, column)) return attempts;
  // references to rows of the same tenant have to move with it
  const along = (row: Row): string =>
    [column, ...tiedTo(target, column)].map((name) => setColumn(target, name, row[name])).join(", ");
  update("move own row to another tenant, blind, one row left", along(foreign), null, {
    writesOwnRow: true,
    setup: alone(target, own),
  });
  update("take a foreign row over, blind, one row left", along(own), null, { setup: alone(target, foreign) });
  return attempts;
}

/** Rows to be tried alone: none if all of them are of one kind, for then a statement over all of them tells the same. */
function oneByOne(target: Target, rows: readonly Row[]): Row[] {
  const kinds = varied(target, rows);
  return kinds.length > 1 ? kinds : [];
}

/**
 * True if a unique key or a foreign key includes the tenant column, and so stops a move that policies allow; the
 * tenants' own table aside.
 */
function isTied(target: Target, column: string): boolean {
  const own = target.primaryKey.length === 1 && target.primaryKey[0] === column && target.referencedBy.length > 0;
  return !own && (target.unique.has(column) || tiedTo(target, column).length > 0);
}

/** Columns of foreign keys that include the tenant column. */
const tiedTo = (target: Target, column: string): string[] => [
  ...new Set(
    target.references
      .filter(({ columns }) => columns.length > 1 && columns.includes(column))
      .flatMap(({ columns }) => columns.filter((name) => name !== column)),
  ),
];
