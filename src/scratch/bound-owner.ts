import type { Db } from "../db/port.ts";
import type { Catalog } from "../pg/catalog.ts";
import { quoteIdent, quoteLiteral } from "../pg/identifier.ts";

/** The role that stands for the application's own login in a scratch database. Its name is the same in each run. */
const LOGIN_OF_APPLICATION = "rlsmith_application";

/** `bindOwner` has given relations of the database to its role. */
export const isOwnerBound = ({ relations }: Pick<Catalog, "relations">): boolean =>
  relations.some(({ owner }) => owner === LOGIN_OF_APPLICATION);

/**
 * Give what the migrations have made to a role that row security binds, as FORCE ROW LEVEL SECURITY is meant for the
 * login that owns the tables. In a scratch database the owner is a superuser, or has BYPASSRLS, and no policy would
 * apply to anyone. Relations, and functions, which may run with the rights of their owner, change hands; those of
 * extensions do not. On PostgreSQL 16 and later the role that is made has to be granted to its maker to own anything.
 * Returns the role; null where the login may create none.
 */
export async function bindOwner(db: Db): Promise<string | null> {
  const [may] = await db.query<{ create: boolean }>(
    'select rolsuper or rolcreaterole as "create" from pg_roles where rolname = current_user',
  );
  if (may?.create !== true) return null;
  const role = quoteIdent(LOGIN_OF_APPLICATION);
  await db.exec(`do $$ begin
  if not exists (select from pg_roles where rolname = ${quoteLiteral(LOGIN_OF_APPLICATION)}) then create role ${role}; end if;
  execute format('grant ${role} to %I', current_user);
exception when invalid_grant_operation then null;
end $$;`);
  const rows = await db.query<{ sql: string }>(
    `select format('grant usage, create on schema %I to ${role}', n.nspname) as sql, 0 as place
     from pg_namespace n where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
     union all
     select format('alter %s %s owner to ${role}',
       case c.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'f' then 'foreign table' else 'table' end,
       c.oid::regclass), 1
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relowner = current_user::regrole
       and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
       and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
     union all
     select format('alter routine %s owner to ${role}', f.oid::regprocedure), 1
     from pg_proc f join pg_namespace n on n.oid = f.pronamespace
     where f.prokind <> 'a' and f.proowner = current_user::regrole
       and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
       and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = f.oid and d.deptype = 'e')
     order by place`,
  );
  for (const { sql } of rows) await db.exec(sql);
  return LOGIN_OF_APPLICATION;
}
