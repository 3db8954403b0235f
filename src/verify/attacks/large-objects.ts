import type { Attempt } from "../matrix/index.ts";
import type { Surface } from "../environment/index.ts";
import type { Subject } from "../matrix/index.ts";

/**
 * Large objects that roles other than their owner may read: they have grants, and no row security (manual, chapter
 * "Large Objects").
 */
export const largeObjectAttempts = ({ largeObjects }: Surface): Attempt[] =>
  largeObjects
    .filter(({ readers }) => readers.length > 0)
    .slice(0, 10)
    .map(({ oid }) => ({
      // it belongs to no relation
      relation: `large object ${oid}` as Subject,
      through: { kind: "large object", name: String(oid) },
      command: "SELECT",
      form: { kind: "other" },
      attack: "read a large object",
      sql: `select lo_get(${oid})`,
      answer: "changes",
      probe: null,
      judge: {
        kind: "success",
        door: "large-object",
        object: { kind: "large object", name: String(oid) },
        message: `the large object ${oid} can be read, and row security does not apply to it, whoever's row names it`,
      },
    }));
