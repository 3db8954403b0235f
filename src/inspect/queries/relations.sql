-- Tables, views and similar relations outside the system schemas and outside extensions.
select
  n.nspname as schema,
  c.relname as name,
  case c.relkind
    when 'r' then 'table'
    when 'p' then 'partitioned table'
    when 'v' then 'view'
    when 'm' then 'materialized view'
    when 'f' then 'foreign table'
  end as kind,
  pg_get_userbyid(c.relowner) as owner,
  c.relrowsecurity as "rowSecurity",
  c.relforcerowsecurity as "forceRowSecurity",
  case when c.relispartition then (
    select json_build_object('schema', pn.nspname, 'name', p.relname)
    from pg_inherits i
    join pg_class p on p.oid = i.inhparent
    join pg_namespace pn on pn.oid = p.relnamespace
    where i.inhrelid = c.oid
    limit 1
  ) end as "partitionOf",
  case when c.relkind = 'v' then coalesce((
    select o.option_value::boolean from pg_options_to_table(c.reloptions) o where o.option_name = 'security_invoker'
  ), false) end as "securityInvoker",
  case when c.relkind in ('v', 'm') then coalesce((
    select json_agg(json_build_object('schema', r.schema, 'name', r.name) order by r.schema collate "C", r.name collate "C")
    from (
      select distinct rn.nspname as schema, rc.relname as name
      from pg_rewrite w
      join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid and d.refclassid = 'pg_class'::regclass
      join pg_class rc on rc.oid = d.refobjid and rc.oid <> c.oid
      join pg_namespace rn on rn.oid = rc.relnamespace
      where w.ev_class = c.oid and w.ev_type = '1'
    ) r
  ), '[]') end as reads,
  coalesce((
    select json_agg(
      json_build_object(
        'name', a.attname,
        'type', format_type(a.atttypid, a.atttypmod),
        'notNull', a.attnotnull,
        'expression', pg_get_expr(d.adbin, d.adrelid),
        'generated', case
          when a.attidentity <> '' then 'identity'
          when a.attgenerated = 's' then 'stored'
          when a.attgenerated = 'v' then 'virtual'
          else 'no'
        end
      ) order by a.attnum
    )
    from pg_attribute a
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  ), '[]') as columns,
  coalesce((
    select json_agg(
      json_build_object(
        'grantee', case when acl.grantee = 0 then 'public' else pg_get_userbyid(acl.grantee) end,
        'privilege', acl.privilege_type
      )
      order by (case when acl.grantee = 0 then 'public' else pg_get_userbyid(acl.grantee) end)::text collate "C", acl.privilege_type collate "C"
    )
    from aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) acl
  ), '[]') as grants,
  coalesce((
    select json_agg(
      json_build_object(
        'grantee', case when g.grantee = 0 then 'public' else pg_get_userbyid(g.grantee) end,
        'privilege', g.privilege_type
      )
      order by (case when g.grantee = 0 then 'public' else pg_get_userbyid(g.grantee) end)::text collate "C", g.privilege_type collate "C"
    )
    from (
      select distinct acl.grantee, acl.privilege_type
      from pg_attribute a, aclexplode(a.attacl) acl
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    ) g
  ), '[]') as "columnGrants",
  coalesce((
    select json_agg(k.columns order by k.first desc, k.columns::text collate "C")
    from (
      select
        i.indisprimary as first,
        (
          select json_agg(a.attname order by o.place)
          from unnest(i.indkey::int2[]) with ordinality o(attnum, place)
          join pg_attribute a on a.attrelid = i.indrelid and a.attnum = o.attnum
          where o.place <= i.indnkeyatts
        ) as columns
      from pg_index i
      where i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null
    ) k
  ), '[]') as "uniqueKeys",
  coalesce((
    select json_agg(k.columns order by k.columns::text collate "C")
    from (
      select (
        select json_agg(a.attname order by o.place)
        from unnest(i.indkey::int2[]) with ordinality o(attnum, place)
        join pg_attribute a on a.attrelid = i.indrelid and a.attnum = o.attnum
        where o.place <= i.indnkeyatts
      ) as columns
      from pg_index i
      where i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indpred is not null and i.indexprs is null
    ) k
  ), '[]') as "partialKeys",
  obj_description(c.oid, 'pg_class') as comment
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f')
  and n.nspname not in ('pg_catalog', 'information_schema', 'rlsmith')
  -- a scan of a counter of the recorder (src/watch/database/recorder.ts) counts as a request, and nobody but its owner may read it
  and not (n.nspname = 'rlsmith_recorder' and c.relkind = 'm' and c.relname ~ '^counter_\d+$' and c.relacl is null)
  and n.nspname not like 'pg\_%'
  and not exists (
    select from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e'
  )
order by n.nspname collate "C", c.relname collate "C"
