-- Objects that can be attacked and are not in the catalog: relations read by views, children of tables, rules,
-- functions that defaults, constraints and domains call, sequences,
-- keys by name, default privileges, LEAKPROOF functions, large objects.
select
  coalesce((
    select json_agg(v order by v.schema collate "C", v.name collate "C")
    from (
      select
        vn.nspname as schema,
        v.relname as name,
        json_agg(distinct jsonb_build_object('schema', rn.nspname, 'name', r.relname)) as reads,
        min(pg_get_viewdef(v.oid)) as definition
      from pg_class v
      join pg_namespace vn on vn.oid = v.relnamespace
      join pg_rewrite w on w.ev_class = v.oid
      join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid and d.refclassid = 'pg_class'::regclass
      join pg_class r on r.oid = d.refobjid and r.oid <> v.oid and r.relkind in ('r', 'p', 'v', 'm', 'f')
      join pg_namespace rn on rn.oid = r.relnamespace
      where v.relkind in ('v', 'm') and vn.nspname not in ('pg_catalog', 'information_schema')
      group by 1, 2
    ) v
  ), '[]') as views,
  coalesce((
    select json_agg(
      json_build_object(
        'schema', n.nspname,
        'name', c.relname,
        'parent', json_build_object('schema', pn.nspname, 'name', p.relname)
      )
      order by n.nspname collate "C", c.relname collate "C"
    )
    from pg_inherits i
    join pg_class c on c.oid = i.inhrelid and c.relkind in ('r', 'p', 'f')
    join pg_namespace n on n.oid = c.relnamespace
    join pg_class p on p.oid = i.inhparent
    join pg_namespace pn on pn.oid = p.relnamespace
  ), '[]') as children,
  coalesce((
    select json_agg(
      json_build_object('schema', n.nspname, 'relation', c.relname, 'name', r.rulename)
      order by n.nspname collate "C", c.relname collate "C", r.rulename collate "C"
    )
    from pg_rewrite r
    join pg_class c on c.oid = r.ev_class
    join pg_namespace n on n.oid = c.relnamespace
    where r.ev_type <> '1' and r.ev_enabled <> 'D' and n.nspname not in ('pg_catalog', 'information_schema')
  ), '[]') as rules,
  -- functions outside the system schemas that an expression calls, itself or by an operator
  coalesce((
    select json_agg(
      json_build_object('schema', e.schema, 'name', e.name, 'by', e.by, 'columns', e.columns, 'functions', e.functions)
      order by e.schema collate "C", e.name collate "C", e.by, e.columns::text collate "C", e.functions::text collate "C"
    )
    from (
      select
        x.schema, x.name, x.by, x.columns,
        json_agg(distinct jsonb_build_object('schema', fn.nspname, 'name', f.proname)) as functions
      from (
        select
          'pg_attrdef'::regclass as class, a.oid, n.nspname as schema, c.relname as name,
          case t.attgenerated when '' then 'default' else 'generated' end as by, jsonb_build_array(t.attname) as columns
        from pg_attrdef a
        join pg_class c on c.oid = a.adrelid
        join pg_namespace n on n.oid = c.relnamespace
        join pg_attribute t on t.attrelid = a.adrelid and t.attnum = a.adnum
        union all
        select 'pg_constraint'::regclass, k.oid, n.nspname, c.relname, 'check', '[]'
        from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
        where k.contype = 'c'
        union all
        select 'pg_constraint'::regclass, k.oid, n.nspname, t.typname, 'domain', '[]'
        from pg_constraint k join pg_type t on t.oid = k.contypid join pg_namespace n on n.oid = t.typnamespace
        union all
        select 'pg_type'::regclass, t.oid, n.nspname, t.typname, 'domain default', '[]'
        from pg_type t join pg_namespace n on n.oid = t.typnamespace
        where t.typtype = 'd'
      ) x
      join pg_depend d on d.classid = x.class and d.objid = x.oid
      left join pg_operator o on d.refclassid = 'pg_operator'::regclass and o.oid = d.refobjid
      join pg_proc f on f.oid = case d.refclassid when 'pg_proc'::regclass then d.refobjid else o.oprcode::oid end
      join pg_namespace fn on fn.oid = f.pronamespace
      where d.refclassid in ('pg_proc'::regclass, 'pg_operator'::regclass)
        and x.schema not in ('pg_catalog', 'information_schema') and fn.nspname not in ('pg_catalog', 'information_schema')
      group by 1, 2, 3, 4
    ) e
  ), '[]') as calls,
  coalesce((
    select json_agg(json_build_object('schema', n.nspname, 'name', c.relname))
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'v' and c.reloptions && array['security_barrier=true', 'security_barrier=on', 'security_barrier=1']
  ), '[]') as barriers,
  coalesce((
    select json_agg(
      json_build_object(
        'schema', n.nspname,
        'name', p.proname,
        'arguments', (
          select json_agg(format_type(a.type, null) order by a.place) from unnest(p.proargtypes::oid[]) with ordinality a(type, place)
        )
      )
      order by n.nspname collate "C", p.proname collate "C"
    )
    from pg_proc p
    join pg_namespace n on n.oid = p.pronamespace
    where p.proleakproof and p.pronargs > 0 and p.prokind = 'f' and n.nspname not in ('pg_catalog', 'information_schema')
  ), '[]') as leakproof,
  coalesce((
    select json_agg(json_build_object('oid', l.oid, 'readers', (
      select coalesce(json_agg(case when acl.grantee = 0 then 'public' else pg_get_userbyid(acl.grantee)::text end), '[]')
      from aclexplode(coalesce(l.lomacl, acldefault('L', l.lomowner))) acl
      where acl.privilege_type = 'SELECT' and acl.grantee <> l.lomowner
    )) order by l.oid)
    from (select * from pg_largeobject_metadata order by oid limit 100) l
  ), '[]') as "largeObjects",
  coalesce((
    select json_agg(
      json_build_object(
        'schema', n.nspname,
        'name', s.relname,
        -- of a serial or identity column, or of a default that calls nextval
        'feeds', (
          select json_build_object('schema', tn.nspname, 'name', t.relname)
          from pg_depend d
          join pg_class t on t.oid = case when d.objid = s.oid then d.refobjid else (
            select a.adrelid from pg_attrdef a where d.classid = 'pg_attrdef'::regclass and a.oid = d.objid
          ) end and t.relkind in ('r', 'p')
          join pg_namespace tn on tn.oid = t.relnamespace
          where (d.classid = 'pg_class'::regclass and d.objid = s.oid and d.deptype in ('a', 'i'))
            or (d.classid = 'pg_attrdef'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = s.oid)
          limit 1
        ),
        'readers', coalesce((
          select json_agg(distinct case when acl.grantee = 0 then 'public' else pg_get_userbyid(acl.grantee)::text end)
          from aclexplode(coalesce(s.relacl, acldefault('s', s.relowner))) acl
          where acl.privilege_type in ('SELECT', 'USAGE')
        ), '[]')
      )
      order by n.nspname collate "C", s.relname collate "C"
    )
    from pg_class s
    join pg_namespace n on n.oid = s.relnamespace
    where s.relkind = 'S' and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\_%'
  ), '[]') as sequences,
  coalesce((
    select json_agg(
      json_build_object(
        'schema', n.nspname,
        'relation', c.relname,
        'name', ic.relname,
        -- of an index over expressions: the columns that these read
        'columns', coalesce(
          (
            select json_agg(a.attname order by o.place)
            from unnest(i.indkey::int2[]) with ordinality o(attnum, place)
            join pg_attribute a on a.attrelid = i.indrelid and a.attnum = o.attnum
            where o.place <= i.indnkeyatts and i.indexprs is null
          ),
          (
            select json_agg(distinct a.attname)
            from pg_depend d
            join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
            where d.classid = 'pg_class'::regclass and d.objid = i.indexrelid
              and d.refclassid = 'pg_class'::regclass and d.refobjid = i.indrelid and d.refobjsubid > 0
          ),
          '[]'
        )
      )
      order by n.nspname collate "C", c.relname collate "C", ic.relname collate "C"
    )
    from pg_index i
    join pg_class ic on ic.oid = i.indexrelid
    join pg_class c on c.oid = i.indrelid and not c.relispartition
    join pg_namespace n on n.oid = c.relnamespace
    where i.indisunique and i.indisvalid
      and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\_%'
  ), '[]') as uniques,
  coalesce((
    select json_agg(
      json_build_object(
        'schema', n.nspname,
        'relation', c.relname,
        'name', f.conname,
        'blocks', f.confdeltype in ('a', 'r'),
        'onDelete', case f.confdeltype when 'c' then 'cascade' when 'n' then 'set null' when 'd' then 'set default' else 'refuse' end,
        'columns', (
          select json_agg(a.attname order by k.n) from unnest(f.conkey) with ordinality k(num, n)
          join pg_attribute a on a.attrelid = f.conrelid and a.attnum = k.num
        ),
        'target', json_build_object('schema', tn.nspname, 'name', t.relname),
        'targetColumns', (
          select json_agg(a.attname order by k.n) from unnest(f.confkey) with ordinality k(num, n)
          join pg_attribute a on a.attrelid = f.confrelid and a.attnum = k.num
        )
      )
      order by n.nspname collate "C", c.relname collate "C", f.conname collate "C"
    )
    from pg_constraint f
    join pg_class c on c.oid = f.conrelid
    join pg_namespace n on n.oid = c.relnamespace
    join pg_class t on t.oid = f.confrelid
    join pg_namespace tn on tn.oid = t.relnamespace
    where f.contype = 'f' and f.conparentid = 0
  ), '[]') as "foreignKeys",
  coalesce((
    select json_agg(
      json_build_object(
        'owner', pg_get_userbyid(d.defaclrole),
        'schema', n.nspname,
        'object', case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' else 'others' end,
        'grantee', case when acl.grantee = 0 then 'public' else pg_get_userbyid(acl.grantee)::text end,
        'privilege', acl.privilege_type
      )
      order by pg_get_userbyid(d.defaclrole)::text collate "C", n.nspname collate "C", d.defaclobjtype, acl.grantee, acl.privilege_type collate "C"
    )
    from pg_default_acl d
    left join pg_namespace n on n.oid = d.defaclnamespace
    cross join lateral aclexplode(d.defaclacl) acl
  ), '[]') as "defaultPrivileges"
