import { pgErrorOf, type Db } from "../../db/port.ts";
import { inSavepoint } from "../../db/savepoint.ts";
import type { Fixtures } from "../../fixtures/fixtures.ts";
import { quoteLiteral, quoteQualified } from "../../pg/identifier.ts";
import type { Surface } from "../surface.ts";

type Sequence = Surface["sequences"][number];

const nameOf = ({ schema, name }: Sequence): string => `${schema}.${name}`;

/**
 * Where sequences stand, by `schema.name`; those that the login may not read are left out. Inside the open transaction. Not by way of
 * `pg_sequences`, which waits for whoever alters one.
 */
export async function positions(db: Db, sequences: readonly Sequence[]): Promise<Map<string, string>> {
  if (sequences.length === 0) return new Map();
  try {
    // of pg_sequence, and not of pg_class: asked about anything else, the function raises
    const readable = await inSavepoint(db, async () =>
      db.query<{ schema: string; name: string }>(
        `select n.nspname as schema, c.relname as name
         from pg_sequence s join pg_class c on c.oid = s.seqrelid join pg_namespace n on n.oid = c.relnamespace
         where has_sequence_privilege(s.seqrelid, 'SELECT') and has_schema_privilege(n.oid, 'USAGE')`,
      ),
    );
    const may = new Set(readable.map(({ schema, name }) => `${schema}.${name}`));
    const asked = sequences.filter((sequence) => may.has(nameOf(sequence)));
    if (asked.length === 0) return new Map();
    const text = asked
      .map(
        (one) =>
          `select ${quoteLiteral(nameOf(one))} as name, last_value::text || is_called as value from ${quoteQualified(one.schema, one.name)}`,
      )
      .join(" union all ");
    const rows = await inSavepoint(db, async () => db.query<{ name: string; value: string }>(text));
    return new Map(rows.map(({ name, value }) => [name, value]));
  } catch (error) {
    if (pgErrorOf(error)) return new Map();
    throw error;
  }
}

/** Sequences of tables that rows were put into, by `schema.name`. */
export function feeding({ sequences }: Surface, { filled }: Fixtures): Set<string> {
  const put = new Set(
    filled
      .filter(({ rows }) => Object.values(rows).some((some) => some.length > 0))
      .map(({ schema, relation }) => `${schema}.${relation}`),
  );
  return new Set(
    sequences.filter(({ feeds }) => feeds && put.has(`${feeds.schema}.${feeds.name}`)).map((one) => nameOf(one)),
  );
}
