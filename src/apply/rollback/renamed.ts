import type { Db } from "../../db/port.ts";
import { nameKey, sameName } from "../../pg/name.ts";
import type { Entry } from "../journal/index.ts";
import type { RelationState, State } from "../state/index.ts";
import { withPresentNames, type Renamed } from "./renamed-text.ts";

/**
 * The entry with the present names of relations that were renamed, or moved to another schema, after it was written, and
 * a sentence for each. They are found by the OIDs that the entry recorded. These say nothing after a dump was restored,
 * which gives relations new OIDs, and the journal too: so they count only while the journal has its own.
 */
export async function followed<E extends Entry & { before: State; after: State }>(
  db: Db,
  entry: E,
): Promise<{ entry: E; said: string[] }> {
  const { oids } = entry.detail;
  if (oids === undefined) return { entry, said: [] };
  const rows = await db.query<{ schema: string; name: string; toSchema: string; toName: string }>(
    `select r.schema, r.name, n.nspname as "toSchema", c.relname as "toName"
     from json_to_recordset($1::json) r(schema text, name text, oid oid)
     join pg_class c on c.oid = r.oid
     join pg_namespace n on n.oid = c.relnamespace
     where (n.nspname, c.relname) <> (r.schema, r.name) and 'rlsmith.history'::regclass::oid = $2::oid
     order by 1, 2`,
    [JSON.stringify(oids.relations), oids.journal],
  );
  const renamed = rows.map(({ schema, name, toSchema, toName }): Renamed => ({
    from: { schema, name },
    to: { schema: toSchema, name: toName },
  }));
  return {
    entry: { ...entry, before: withNames(entry.before, renamed), after: withNames(entry.after, renamed) },
    said: renamed.map(({ from, to }) => `${nameKey(from)} is ${nameKey(to)} now, and is restored under that name`),
  };
}

function withNames(state: State, renamed: readonly Renamed[]): State {
  if (renamed.length === 0) return state;
  const text = (one: string | null): string | null => (one === null ? null : withPresentNames(one, renamed));
  const named = (relation: RelationState): RelationState => {
    const to = renamed.find(({ from }) => sameName(from, relation))?.to ?? relation;
    const policies = relation.policies.map((policy) => ({
      ...policy,
      schema: to.schema,
      relation: to.name,
      using: text(policy.using),
      check: text(policy.check),
    }));
    return { ...relation, schema: to.schema, name: to.name, policies };
  };
  return { ...state, relations: state.relations.map(named) };
}
