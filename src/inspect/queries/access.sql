-- What decides access besides relations, policies, functions, schemas and roles: one row, a JSON array for each kind.
with user_schema as (
  select n.oid, n.nspname as name
  from pg_namespace n
  where n.nspname not in ('pg_catalog', 'information_schema', 'rlsmith') and n.nspname not like 'pg\_%'
),
of_extension as (
  select d.classid, d.objid from pg_depend d where d.deptype = 'e'
),
acl as (
  select 'sequence' as kind, c.oid, coalesce(c.relacl, acldefault('s', c.relowner)) as acl
  from pg_class c where c.relkind = 'S'
  union all
  select 'default', d.oid, d.defaclacl from pg_default_acl d
  union all
  select 'server', s.oid, coalesce(s.srvacl, acldefault('S', s.srvowner)) from pg_foreign_server s
  union all
  select 'type', t.oid, coalesce(t.typacl, acldefault('T', t.typowner)) from pg_type t
),
granted as (
  select
    acl.kind, acl.oid,
    json_agg(
      json_build_object('grantee', g.grantee, 'privilege', g.privilege)
      order by g.grantee collate "C", g.privilege collate "C"
    ) as grants
  from acl
  cross join lateral (
    select distinct (case when e.grantee = 0 then 'public' else pg_get_userbyid(e.grantee) end)::text as grantee,
      e.privilege_type as privilege
    from aclexplode(acl.acl) e
  ) g
  group by acl.kind, acl.oid
)
select
  coalesce((
    select json_agg(
      json_build_object(
        'schema', s.name, 'name', c.relname, 'owner', pg_get_userbyid(c.relowner), 'grants', coalesce(g.grants, '[]')
      )
      order by s.name collate "C", c.relname collate "C"
    )
    from pg_class c
    join user_schema s on s.oid = c.relnamespace
    left join granted g on g.kind = 'sequence' and g.oid = c.oid
    where c.relkind = 'S'
      and not exists (select from of_extension o where o.classid = 'pg_class'::regclass and o.objid = c.oid)
  ), '[]') as sequences,
  coalesce((
    select json_agg(
      json_build_object(
        'schema', s.name,
        'name', c.relname,
        'securityBarrier', coalesce((
          select o.option_value::boolean from pg_options_to_table(c.reloptions) o
          where o.option_name = 'security_barrier'
        ), false),
        'checkOption', coalesce((
          select o.option_value from pg_options_to_table(c.reloptions) o where o.option_name = 'check_option'
        ), 'none'),
        'updatable', pg_relation_is_updatable(c.oid, true) & 28 <> 0
      )
      order by s.name collate "C", c.relname collate "C"
    )
    from pg_class c
    join user_schema s on s.oid = c.relnamespace
    where c.relkind = 'v'
      and not exists (select from of_extension o where o.classid = 'pg_class'::regclass and o.objid = c.oid)
  ), '[]') as views,
  coalesce((
    select json_agg(
      json_build_object(
        'schema', s.name,
        'name', c.relname,
        'column', a.attname,
        'grants', (
          select json_agg(
            json_build_object('grantee', g.grantee, 'privilege', g.privilege)
            order by g.grantee collate "C", g.privilege collate "C"
          )
          from (
            select distinct (case when e.grantee = 0 then 'public' else pg_get_userbyid(e.grantee) end)::text as grantee,
              e.privilege_type as privilege
            from aclexplode(a.attacl) e
          ) g
        )
      )
      order by s.name collate "C", c.relname collate "C", a.attnum
    )
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid
    join user_schema s on s.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and a.attnum > 0 and not a.attisdropped and cardinality(a.attacl) > 0
  ), '[]') as columns,
  coalesce((
    select json_agg(
      json_build_object(
        'creator', pg_get_userbyid(d.defaclrole),
        'schema', n.nspname,
        'objects', case d.defaclobjtype
          when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' when 'T' then 'types'
          when 'n' then 'schemas' else 'other'
        end,
        'grants', coalesce(g.grants, '[]')
      )
      order by pg_get_userbyid(d.defaclrole)::text collate "C", n.nspname collate "C", d.defaclobjtype::text collate "C"
    )
    from pg_default_acl d
    left join pg_namespace n on n.oid = d.defaclnamespace
    left join granted g on g.kind = 'default' and g.oid = d.oid
  ), '[]') as "defaultPrivileges",
  coalesce((
    select json_agg(
      json_build_object(
        'name', p.pubname,
        'allTables', p.puballtables,
        'schemas', coalesce((
          select json_agg(n.nspname order by n.nspname collate "C")
          from pg_publication_namespace m
          join pg_namespace n on n.oid = m.pnnspid
          where m.pnpubid = p.oid
        ), '[]'),
        'tables', coalesce((
          select json_agg(
            json_build_object(
              'schema', n.nspname,
              'name', c.relname,
              'filter', pg_get_expr(r.prqual, r.prrelid),
              'columns', (
                select string_agg(quote_ident(a.attname), ', ' order by a.attnum)
                from pg_attribute a where a.attrelid = r.prrelid and a.attnum = any (r.prattrs::int2[])
              )
            )
            order by n.nspname collate "C", c.relname collate "C"
          )
          from pg_publication_rel r
          join pg_class c on c.oid = r.prrelid
          join pg_namespace n on n.oid = c.relnamespace
          where r.prpubid = p.oid
        ), '[]'),
        -- that generated columns are sent is new in PostgreSQL 18, and not so by default
        'options', (to_jsonb(p) - array['oid', 'pubname', 'pubowner', 'puballtables', 'pubgencols'])::text
          || coalesce(' generated columns: ' || nullif(to_jsonb(p) ->> 'pubgencols', 'n'), '')
          -- of these the old rows are sent, all columns of them
          || coalesce((
            select ' replica identity full: ' || string_agg(format('%I.%I', t.schemaname, t.tablename), ', '
              order by t.schemaname collate "C", t.tablename collate "C")
            from pg_publication_tables t
            join pg_namespace n on n.nspname = t.schemaname
            join pg_class c on c.relnamespace = n.oid and c.relname = t.tablename
            where t.pubname = p.pubname and c.relreplident = 'f'
          ), '')
      )
      order by p.pubname collate "C"
    )
    from pg_publication p
  ), '[]') as publications,
  coalesce((
    select json_agg(
      json_build_object(
        'name', s.srvname,
        'owner', pg_get_userbyid(s.srvowner),
        'digest', md5(json_build_array(
          w.fdwname, s.srvtype, s.srvversion, s.srvoptions, w.fdwoptions, w.fdwhandler::regproc, w.fdwvalidator::regproc
        )::text),
        'grants', coalesce(g.grants, '[]')
      )
      order by s.srvname collate "C"
    )
    from pg_foreign_server s
    join pg_foreign_data_wrapper w on w.oid = s.srvfdw
    left join granted g on g.kind = 'server' and g.oid = s.oid
  ), '[]') as servers,
  coalesce((
    select json_agg(
      -- the values of secret options are left out, of which a digest could be guessed; a login that may not read the options reads NULL
      json_build_object(
        'server', m.srvname,
        'role', case when m.umuser = 0 then 'public' else m.usename end,
        'digest', (
          select encode(sha256(convert_to(json_agg(
            case when o ~* '^[^=]*(pass|secret|key|token|credential)' then split_part(o, '=', 1) else o end order by o collate "C"
          )::text, 'UTF8')), 'hex')
          from unnest(m.umoptions) o
        )
      )
      order by m.srvname collate "C", m.usename collate "C"
    )
    from pg_user_mappings m
  ), '[]') as "userMappings",
  coalesce((
    select json_agg(
      json_build_object(
        'name', e.evtname,
        'definition', json_build_array(e.evtevent, e.evtfoid::regprocedure, e.evttags, e.evtenabled)::text,
        'function', (
          select json_build_object('schema', n.nspname, 'name', f.proname)
          from pg_proc f join pg_namespace n on n.oid = f.pronamespace where f.oid = e.evtfoid
        )
      )
      order by e.evtname collate "C"
    )
    from pg_event_trigger e
    where not exists (select from of_extension o where o.classid = 'pg_event_trigger'::regclass and o.objid = e.oid)
  ), '[]') as "eventTriggers",
  coalesce((
    select json_agg(
      json_build_object('name', e.extname, 'version', e.extversion, 'schema', n.nspname)
      order by e.extname collate "C"
    )
    from pg_extension e
    join pg_namespace n on n.oid = e.extnamespace
  ), '[]') as extensions,
  coalesce((
    select json_agg(
      json_build_object(
        'schema', s.name,
        'relation', c.relname,
        'name', k.conname,
        'type', case k.contype when 'c' then 'check' when 'x' then 'exclusion' else 'foreign key' end,
        'columns', coalesce((
          select json_agg(a.attname order by a.attnum)
          from pg_attribute a where a.attrelid = k.conrelid and a.attnum = any (k.conkey)
        ), '[]'),
        'definition', pg_get_constraintdef(k.oid)
          -- ALTER TABLE … DISABLE TRIGGER ALL
          || case when exists (select from pg_trigger t where t.tgconstraint = k.oid and t.tgenabled in ('D', 'R'))
            then ' DISABLED' else '' end,
        'references', (
          select json_build_object('schema', rn.nspname, 'name', r.relname)
          from pg_class r join pg_namespace rn on rn.oid = r.relnamespace where r.oid = k.confrelid
        ),
        'onDelete', case k.confdeltype when 'c' then 'CASCADE' when 'n' then 'SET NULL' when 'd' then 'SET DEFAULT' end,
        'onUpdate', case k.confupdtype when 'c' then 'CASCADE' when 'n' then 'SET NULL' when 'd' then 'SET DEFAULT' end
      )
      order by s.name collate "C", c.relname collate "C", k.conname collate "C"
    )
    from pg_constraint k
    join pg_class c on c.oid = k.conrelid
    join user_schema s on s.oid = c.relnamespace
    where k.contype in ('c', 'f', 'x') and k.conparentid = 0 and k.coninhcount = 0
      and not exists (select from of_extension o where o.classid = 'pg_class'::regclass and o.objid = c.oid)
  ), '[]') as constraints,
  coalesce((
    -- values may be secrets
    select json_agg(
      json_build_object(
        'role', case when d.setrole = 0 then null else pg_get_userbyid(d.setrole) end,
        'ofDatabase', d.setdatabase <> 0,
        'name', split_part(entry, '=', 1),
        'digest', encode(sha256(convert_to(entry, 'UTF8')), 'hex'),
        -- the function that PostgREST calls first; of others the value may be a secret
        'function', case when entry like 'pgrst.db\_pre\_request=%' then split_part(entry, '=', 2) end
      )
      order by d.setrole <> 0, pg_get_userbyid(d.setrole)::text collate "C", d.setdatabase <> 0, entry collate "C"
    )
    from pg_db_role_setting d
    cross join lateral unnest(d.setconfig) as entry
    where d.setdatabase = 0 or d.setdatabase = (select oid from pg_database where datname = current_database())
  ), '[]') as settings,
  coalesce((
    -- what a primary key or a unique constraint is, with it or without
    select json_agg(
      json_build_object(
        'schema', s.name,
        'relation', c.relname,
        'name', x.relname,
        'columns', coalesce((
          select json_agg(a.attname order by a.attnum)
          from pg_attribute a where a.attrelid = i.indrelid and a.attnum = any (i.indkey::int2[])
        ), '[]'),
        'definition', regexp_replace(pg_get_indexdef(i.indexrelid), '^.*? USING ', '')
          || case when i.indimmediate then '' else ' DEFERRABLE' end
      )
      order by s.name collate "C", c.relname collate "C", x.relname collate "C"
    )
    from pg_index i
    join pg_class x on x.oid = i.indexrelid
    join pg_class c on c.oid = i.indrelid
    join user_schema s on s.oid = c.relnamespace
    where i.indisunique and i.indisvalid and not x.relispartition
      and not exists (select from of_extension o where o.classid = 'pg_class'::regclass and o.objid = c.oid)
  ), '[]') as "uniqueIndexes",
  coalesce((
    select json_agg(
      json_build_object(
        'schema', s.name, 'name', t.typname, 'owner', pg_get_userbyid(t.typowner), 'grants', coalesce(g.grants, '[]')
      )
      order by s.name collate "C", t.typname collate "C"
    )
    from pg_type t
    join user_schema s on s.oid = t.typnamespace
    left join granted g on g.kind = 'type' and g.oid = t.oid
    where (t.typtype in ('d', 'e', 'r') or (t.typtype = 'b' and t.typelem = 0)
        or exists (select from pg_class c where c.oid = t.typrelid and c.relkind = 'c'))
      and not exists (select from of_extension o where o.classid = 'pg_type'::regclass and o.objid = t.oid)
  ), '[]') as types,
  coalesce((
    -- a column that is dropped and added again has another number, and one that is renamed keeps its own
    select json_agg(
      json_build_object('schema', s.name, 'name', c.relname, 'columns', k.columns)
      order by s.name collate "C", c.relname collate "C"
    )
    from pg_class c
    join user_schema s on s.oid = c.relnamespace
    cross join lateral (
      select json_agg(json_build_object('name', a.attname, 'number', a.attnum) order by a.attnum) as columns
      from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    ) k
    where c.relkind in ('r', 'p', 'm', 'f') and k.columns is not null
      and not exists (select from of_extension o where o.classid = 'pg_class'::regclass and o.objid = c.oid)
  ), '[]') as "columnNumbers",
  coalesce((
    -- relations with columns of the same names, in the order in which they were created: two that swap their names swap places
    select json_agg(k.relations order by k.first)
    from (
      select
        json_agg(json_build_object('schema', s.name, 'name', c.relname) order by c.oid) as relations,
        min(s.name || '.' || c.relname) as first
      from pg_class c
      join user_schema s on s.oid = c.relnamespace
      cross join lateral (
        select string_agg(quote_ident(a.attname), ',' order by a.attname collate "C") as names
        from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      ) a
      where c.relkind in ('r', 'p', 'm', 'f') and a.names is not null
        and not exists (select from of_extension o where o.classid = 'pg_class'::regclass and o.objid = c.oid)
      group by a.names
      having count(*) > 1
    ) k
  ), '[]') as "createdInOrder"
