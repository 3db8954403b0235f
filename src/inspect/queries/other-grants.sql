-- Privileges that no other query reads, where they are not those that the object began with: on objects of the system
-- and of extensions, on languages, wrappers, the database, parameters and large objects. Of all others, grant options.
with user_schema as (
  select n.oid
  from pg_namespace n
  where n.nspname not in ('pg_catalog', 'information_schema', 'rlsmith') and n.nspname not like 'pg\_%'
),
of_extension as (
  select d.classid, d.objid from pg_depend d where d.deptype = 'e'
),
object as (
  select
    'pg_class'::regclass as classid, c.oid, 0 as part, case when c.relkind = 'S' then 'sequence' else 'relation' end as kind,
    format('%I.%I', n.nspname, c.relname) as name, c.relowner as owner, c.relacl as acl,
    acldefault(case when c.relkind = 'S' then 's' else 'r' end::"char", c.relowner)
      -- initdb creates it after it has noted what others began with
      || case when n.nspname = 'information_schema' and c.relname not like '\_pg%'
        then array[makeaclitem(0, c.relowner, 'SELECT', false)] else '{}' end as usual,
    c.relnamespace not in (select u.oid from user_schema u)
      or exists (select from of_extension o where o.classid = 'pg_class'::regclass and o.objid = c.oid) as special
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  where c.relacl is not null and n.nspname <> 'rlsmith' and n.nspname not like 'pg\_temp\_%' and n.nspname not like 'pg\_toast%'
  union all
  select
    'pg_class'::regclass, a.attrelid, a.attnum, 'column', format('%I.%I.%I', n.nspname, c.relname, a.attname), c.relowner,
    a.attacl, '{}',
    c.relnamespace not in (select u.oid from user_schema u)
      or exists (select from of_extension o where o.classid = 'pg_class'::regclass and o.objid = c.oid)
  from pg_attribute a
  join pg_class c on c.oid = a.attrelid
  join pg_namespace n on n.oid = c.relnamespace
  where a.attacl is not null and not a.attisdropped and n.nspname <> 'rlsmith'
  union all
  select
    'pg_proc'::regclass, f.oid, 0, 'function', f.oid::regprocedure::text, f.proowner, f.proacl,
    acldefault('f', f.proowner),
    f.pronamespace not in (select u.oid from user_schema u)
      or exists (select from of_extension o where o.classid = 'pg_proc'::regclass and o.objid = f.oid)
  from pg_proc f
  where f.proacl is not null
  union all
  select
    'pg_namespace'::regclass, n.oid, 0, 'schema', quote_ident(n.nspname), n.nspowner, n.nspacl,
    acldefault('n', n.nspowner)
      || case when n.nspname = 'information_schema'
        then array[makeaclitem(0, n.nspowner, 'USAGE', false)] else '{}' end,
    n.nspname in ('pg_catalog', 'information_schema')
  from pg_namespace n
  where n.nspacl is not null and n.nspname <> 'rlsmith'
  union all
  select
    'pg_language'::regclass, l.oid, 0, 'language', quote_ident(l.lanname), l.lanowner,
    coalesce(l.lanacl, acldefault('l', l.lanowner)), acldefault('l', l.lanowner), true
  from pg_language l
  union all
  select
    'pg_foreign_data_wrapper'::regclass, w.oid, 0, 'foreign data wrapper', quote_ident(w.fdwname), w.fdwowner, w.fdwacl,
    acldefault('F', w.fdwowner), true
  from pg_foreign_data_wrapper w
  where w.fdwacl is not null
  union all
  select
    'pg_foreign_server'::regclass, s.oid, 0, 'foreign server', quote_ident(s.srvname), s.srvowner, s.srvacl,
    acldefault('S', s.srvowner), false
  from pg_foreign_server s
  where s.srvacl is not null
  union all
  -- its name is another on a scratch server
  select
    'pg_database'::regclass, d.oid, 0, 'database', '', d.datdba, coalesce(d.datacl, acldefault('d', d.datdba)),
    acldefault('d', d.datdba), true
  from pg_database d
  where d.datname = current_database()
  union all
  select 'pg_parameter_acl'::regclass, p.oid, 0, 'parameter', p.parname, 10, p.paracl, '{}', true
  from pg_parameter_acl p
  union all
  select
    'pg_largeobject_metadata'::regclass, l.oid, 0, 'large object', l.oid::text, l.lomowner, l.lomacl,
    acldefault('L', l.lomowner), true
  from pg_largeobject_metadata l
  where l.lomacl is not null
),
-- an extension, or initdb, may have granted something
given as (
  select o.*, coalesce(i.initprivs, o.usual) as initially
  from object o
  left join pg_init_privs i on i.classoid = o.classid and i.objoid = o.oid and i.objsubid = o.part
),
granted as (
  select
    o.classid, o.oid, o.part, acl.is_initial,
    json_agg(
      json_build_object('grantee', g.grantee, 'privilege', g.privilege)
      order by g.grantee collate "C", g.privilege collate "C"
    ) as grants
  from given o
  cross join lateral (values (false, o.acl), (true, o.initially)) acl(is_initial, items)
  cross join lateral (
    select distinct
      (case when e.grantee = 0 then 'public' else pg_get_userbyid(e.grantee) end)::text as grantee,
      e.privilege_type || case when option.is_one then ' WITH GRANT OPTION' else '' end as privilege
    from aclexplode(case when cardinality(acl.items) > 0 then acl.items end) e
    cross join lateral (values (false), (true)) option(is_one)
    where e.grantee <> o.owner and case when option.is_one then e.is_grantable else o.special end
  ) g
  group by o.classid, o.oid, o.part, acl.is_initial
)
select
  o.kind,
  o.name,
  pg_get_userbyid(o.owner) as owner,
  coalesce(g.grants, '[]') as grants,
  coalesce(i.grants, '[]') as initial
from given o
left join granted g on (g.classid, g.oid, g.part) = (o.classid, o.oid, o.part) and not g.is_initial
left join granted i on (i.classid, i.oid, i.part) = (o.classid, o.oid, o.part) and i.is_initial
where o.kind = 'database' or coalesce(g.grants, '[]')::text <> coalesce(i.grants, '[]')::text
order by o.kind collate "C", o.name collate "C"
