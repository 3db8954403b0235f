import { pgErrorOf, type Db } from "../../../db/port.ts";
import { inSavepoint } from "../../../db/savepoint.ts";
import type { Fixtures } from "../../../fixtures/index.ts";
import { nameKey, quoteName, relationKey, type NameKey } from "../../../pg/name.ts";
import type { Surface } from "../surface.ts";

type Sequence = Surface["sequences"][number];

/**
 * The positions of sequences; those that the login may not read are left out. Inside the open transaction. Not read
 * from `pg_sequences`, which waits for a session that alters one.
 */
export async function positions(db: Db, sequences: readonly Sequence[]): Promise<Map<NameKey, string>> {
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
    const may = new Set(readable.map(nameKey));
    const asked = sequences.filter((sequence) => may.has(nameKey(sequence)));
    if (asked.length === 0) return new Map();
    const text = asked
      .map((one, place) => `select ${place} as place, last_value::text || is_called as value from ${quoteName(one)}`)
      .join(" union all ");
    const rows = await inSavepoint(db, async () => db.query<{ place: number; value: string }>(text));
    return new Map(
      rows.flatMap(({ place, value }) => {
        const sequence = asked[place];
        return sequence ? [[nameKey(sequence), value] as const] : [];
      }),
    );
  } catch (error) {
    if (pgErrorOf(error)) return new Map();
    throw error;
  }
}

/** Sequences of tables into which rows were inserted. */
export function feeding({ sequences }: Surface, { filled }: Fixtures): Set<NameKey> {
  const put = new Set(
    filled.filter(({ rows }) => Object.values(rows).some((some) => some.length > 0)).map(relationKey),
  );
  return new Set(sequences.filter(({ feeds }) => feeds && put.has(nameKey(feeds))).map(nameKey));
}
