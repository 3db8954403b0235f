import type { Db } from "../../db/port.ts";

/** A role that row security does not hold for, and that another role may become. */
export interface BypassRole {
  /** the role that may become it */
  from: string;
  role: string;
  attribute: BypassAttribute;
  /** the memberships on the way, from the first group that `from` is a member of to the role itself */
  path: string[];
}

/** The attribute of a role that exempts it from row security. */
export type BypassAttribute = "SUPERUSER" | "BYPASSRLS";

/**
 * The roles with BYPASSRLS or SUPERUSER that each of `roles` may become. The attributes are not inherited, but SET ROLE
 * takes them on: the manual, "Role Membership" and "SET ROLE". It may name every role of which the session's login is a
 * member, directly or through others; from version 16 on each membership on the way needs its SET option, a column that
 * older versions do not have (measured on 15 and 18). A role that already bypasses row security has nothing to gain.
 */
export async function readBypassRoles(db: Db, roles: readonly string[]): Promise<BypassRole[]> {
  return db.query<BypassRole & Record<string, unknown>>(
    `with recursive reached (start, role, path) as (
       select r.oid, r.oid, array[]::oid[] from pg_roles r
       where r.rolname = any ($1::text[]) and not (r.rolsuper or r.rolbypassrls)
       union all
       select reached.start, g.oid, reached.path || g.oid
       from reached
       join pg_auth_members m on m.member = reached.role
       join pg_roles g on g.oid = m.roleid
       where coalesce((to_jsonb(m) ->> 'set_option')::boolean, true) and not g.oid = any (reached.path)
     )
     select distinct on (s.rolname collate "C", g.rolname collate "C")
            s.rolname as "from", g.rolname as role,
            (select json_agg(p.rolname order by n) from unnest(reached.path) with ordinality u (id, n) join pg_roles p on p.oid = u.id) as path,
            case when g.rolsuper then 'SUPERUSER' else 'BYPASSRLS' end as attribute
     from reached
     join pg_roles s on s.oid = reached.start
     join pg_roles g on g.oid = reached.role
     where g.rolsuper or g.rolbypassrls
     order by s.rolname collate "C", g.rolname collate "C", cardinality(reached.path)`,
    [[...new Set(roles)]],
  );
}
