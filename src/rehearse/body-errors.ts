import { pgErrorOf, type Db } from "../db/port.ts";
import { inSavepoint } from "../db/savepoint.ts";
import { messageOf } from "../errors.ts";
import { quoteIdent } from "../pg/identifier.ts";
import type { QualifiedName } from "../pg/name.ts";

/** An error in the body of a function that PostgreSQL would raise only when the function runs. */
export interface BodyError {
  /** as regprocedure prints it */
  function: string;
  sqlstate: string;
  message: string;
}

/** What was looked at, and what was found. */
export interface BodyErrors {
  errors: BodyError[];
  /** functions in PL/pgSQL that plpgsql_check has checked */
  checked: number;
  /** functions in SQL that were made again from their definition */
  made: number;
  /** functions that could not be checked: a trigger function without a trigger, a privilege that is missing */
  unchecked: string[];
}

/** Functions and procedures of these schemas ($1) and names ($2). */
const OWN = `p.prokind in ('f', 'p')
  and (n.nspname, p.proname) in (select * from unnest($1::pg_catalog.name[], $2::pg_catalog.name[]))`;

/** The schema of plpgsql_check; null where it is neither installed nor to be installed by this login. */
export async function schemaOfCheck(db: Db): Promise<string | null> {
  const find = async (): Promise<string | null> => {
    const [row] = await db.query<{ schema: string }>(
      "select n.nspname as schema from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace where e.extname = 'plpgsql_check'",
    );
    return row?.schema ?? null;
  };
  const installed = await find();
  if (installed !== null) return installed;
  try {
    // It goes again with the transaction.
    return await inSavepoint(db, async () => {
      await db.exec("create extension plpgsql_check");
      return find();
    });
  } catch {
    return null;
  }
}

/**
 * Find errors in the bodies of functions that are texts, inside the open transaction. `check`: the schema of
 * plpgsql_check.
 */
export async function bodyErrors(
  db: Db,
  check: string | null,
  functions: readonly QualifiedName[],
): Promise<BodyErrors> {
  const found: BodyErrors = { errors: [], checked: 0, made: 0, unchecked: [] };
  const own = [functions.map(({ schema }) => schema), functions.map(({ name }) => name)];
  if (check !== null) await checkPlpgsql(db, check, own, found);
  await makeSqlAgain(db, own, found);
  return found;
}

interface Checked {
  oid: number;
  relation: number | null;
  name: string;
}

async function checkPlpgsql(db: Db, schema: string, own: readonly string[][], found: BodyErrors): Promise<void> {
  const all = await db.query<Checked>(
    `
    select p.oid::int8::int as oid, t.tgrelid::int8::int as relation, p.oid::pg_catalog.regprocedure::text as name
    from pg_catalog.pg_proc p
    join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    join pg_catalog.pg_language l on l.oid = p.prolang
    left join (select distinct tgfoid, tgrelid from pg_catalog.pg_trigger where not tgisinternal) t
      on t.tgfoid = p.oid and p.prorettype = 'pg_catalog.trigger'::pg_catalog.regtype
    where l.lanname = 'plpgsql' and ${OWN}
      and (t.tgrelid is not null or p.prorettype <> 'pg_catalog.trigger'::pg_catalog.regtype)`,
    own,
  );
  const withoutTrigger = await db.query<{ name: string }>(
    `
    select p.oid::pg_catalog.regprocedure::text as name
    from pg_catalog.pg_proc p
    join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    join pg_catalog.pg_language l on l.oid = p.prolang
    where l.lanname = 'plpgsql' and ${OWN} and p.prorettype = 'pg_catalog.trigger'::pg_catalog.regtype
      and not exists (select from pg_catalog.pg_trigger t where t.tgfoid = p.oid and not t.tgisinternal)`,
    own,
  );
  found.unchecked.push(...withoutTrigger.map(({ name }) => name));
  const run = async (some: readonly Checked[]): Promise<void> => {
    const rows = await inSavepoint(db, async () => db.query<BodyError>(queryOf(schema), [JSON.stringify(some)]));
    found.errors.push(...rows);
    found.checked += some.length;
  };
  try {
    await run(all);
  } catch {
    // One of them raises; which one shows when each is checked alone.
    for (const one of all)
      await run([one]).catch(() => {
        found.unchecked.push(one.name);
      });
  }
}

const queryOf = (schema: string): string => `
  select p.oid::pg_catalog.regprocedure::text as function, c.sqlstate, c.message
  from pg_catalog.jsonb_to_recordset($1::pg_catalog.jsonb) as one(oid int8, relation int8)
  join pg_catalog.pg_proc p on p.oid = one.oid::pg_catalog.oid,
  lateral ${quoteIdent(schema)}.plpgsql_check_function_tb(p.oid, coalesce(one.relation, 0)::pg_catalog.oid::pg_catalog.regclass,
    fatal_errors => false, other_warnings => false, performance_warnings => false, extra_warnings => false) c
  where c.level = 'error'`;

/** CREATE OR REPLACE with the definition that a function in SQL has: its body is parsed and analysed again. */
async function makeSqlAgain(db: Db, own: readonly string[][], found: BodyErrors): Promise<void> {
  const rows = await db.query<{ name: string; definition: string }>(
    `
    select p.oid::pg_catalog.regprocedure::text as name, pg_catalog.pg_get_functiondef(p.oid) as definition
    from pg_catalog.pg_proc p
    join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    join pg_catalog.pg_language l on l.oid = p.prolang
    where l.lanname = 'sql' and p.prosrc <> '' and ${OWN}`,
    own,
  );
  for (const { name, definition } of rows) {
    try {
      await inSavepoint(db, async () => db.exec(definition));
      found.made += 1;
    } catch (error) {
      const raised = pgErrorOf(error);
      // the function of another owner: no answer about its body
      if (raised === null) throw error;
      if (raised.sqlstate === "42501") found.unchecked.push(name);
      else found.errors.push({ function: name, sqlstate: raised.sqlstate, message: messageOf(error) });
    }
  }
}
