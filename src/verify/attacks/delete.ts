import type { Attempt } from "../matrix/index.ts";
import type { Actor } from "../personas/index.ts";
import { returnedSql } from "../matrix/index.ts";
import { rowCondition, type Target } from "../environment/index.ts";
import {
  everywhere,
  foreignRow,
  mayClear,
  on,
  otherWords,
  ownRow,
  plain,
  prepareRows,
  returning,
  unreferenced,
  withValue,
} from "./rows.ts";

/**
 * Deletes: of own rows, of foreign rows, without a WHERE, with RETURNING, and of rows with another value. `prepared`:
 * rows may be changed before.
 */
export function deleteAttempts(target: Target, actor: Actor, prepared: boolean): Attempt[] {
  const [own, foreign] = [ownRow(target, actor), foreignRow(target)];
  const attempts = [
    on(target, {
      command: "DELETE",
      ...plain("delete blind"),
      attack: "delete blind",
      sql: `delete from ${target.sql} t`,
    }),
    on(target, { command: "DELETE", attack: "delete where true", sql: `delete from ${target.sql} t where true` }),
    on(target, {
      command: "MERGE",
      rowCommand: "DELETE",
      attack: "delete by merge on true",
      sql: `merge into ${target.sql} t using (select 1) s on true when matched then delete`,
    }),
    on(target, {
      command: "DELETE",
      attack: "delete blind, returning",
      sql: returnedSql(`delete from ${target.sql} t${returning(target)}`),
      answer: "output",
      probe: null,
    }),
  ];
  if (prepared && target.blocked && mayClear(target, actor))
    attempts.push(
      on(target, {
        command: "DELETE",
        attack: "delete blind, unreferenced",
        sql: `delete from ${target.sql} t`,
        setup: unreferenced(target),
      }),
    );
  if (own)
    attempts.push(
      on(target, {
        command: "DELETE",
        ...plain("delete own"),
        writesOwnRow: true,
        attack: "delete own row",
        sql: `delete from ${target.sql} t where ${rowCondition(target, own)}`,
        probe: everywhere(target),
      }),
    );
  if (foreign)
    attempts.push(
      on(target, {
        command: "DELETE",
        ...plain("delete foreign"),
        attack: "delete a foreign row",
        sql: `delete from ${target.sql} t where ${rowCondition(target, foreign)}`,
      }),
    );
  if (prepared && own)
    for (const [name, word] of otherWords(target, own))
      attempts.push(
        on(target, {
          command: "DELETE",
          ...withValue("delete blind", name, word),
          attack: `delete blind with ${name} ${word}`,
          sql: `delete from ${target.sql} t`,
          setup: [prepareRows(target, [own, ...(foreign ? [foreign] : [])], name, word)],
        }),
      );
  return attempts;
}
