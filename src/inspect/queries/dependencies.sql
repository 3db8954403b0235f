-- What expressions depend on besides relations, policies and functions: one row, a JSON array for each kind.
with user_schema as (
  select n.oid, n.nspname as name
  from pg_namespace n
  where n.nspname not in ('pg_catalog', 'information_schema', 'rlsmith') and n.nspname not like 'pg\_%'
),
-- the extension that owns an object
owned as (
  select d.classid, d.objid, e.extname as extension, e.extversion as version
  from pg_depend d join pg_extension e on d.refclassid = 'pg_extension'::regclass and d.refobjid = e.oid
  where d.deptype = 'e'
),
-- types of extensions, with their array types
foreign_type as (
  select o.objid as oid, o.extension from owned o where o.classid = 'pg_type'::regclass
  union
  select t.typarray, o.extension from owned o join pg_type t on o.classid = 'pg_type'::regclass and t.oid = o.objid
)
select
  coalesce((
    select json_agg(
      json_build_object(
        'schema', s.name,
        'name', c.relname,
        'definition', case
          when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid)
            -- every statement that reads it fails (55000)
            || case when c.relispopulated then '' else E'\n-- WITH NO DATA' end
          when c.relkind = 'f' then (
            -- not the options themselves, which are for the other server
            select md5(json_build_array(
              fs.srvname, f.ftoptions,
              (
                select json_agg(json_build_array(a.attname, a.attfdwoptions) order by a.attnum)
                from pg_attribute a where a.attrelid = c.oid and a.attfdwoptions is not null
              )
            )::text)
            from pg_foreign_table f join pg_foreign_server fs on fs.oid = f.ftserver
            where f.ftrelid = c.oid
          )
          when c.relispartition then pg_get_expr(c.relpartbound, c.oid)
        end,
        'parents', coalesce((
          select json_agg(json_build_object('schema', pn.nspname, 'name', p.relname) order by i.inhseqno)
          from pg_inherits i join pg_class p on p.oid = i.inhparent join pg_namespace pn on pn.oid = p.relnamespace
          where i.inhrelid = c.oid
        ), '[]')
      )
      order by s.name collate "C", c.relname collate "C"
    )
    from pg_class c
    join user_schema s on s.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f')
      and (c.relkind in ('v', 'm', 'f') or exists (select from pg_inherits i where i.inhrelid = c.oid))
  ), '[]') as relations,
  coalesce((
    select json_agg(
      json_build_object(
        'schema', s.name,
        'name', c.relname,
        'column', a.attname,
        'collation', case when a.attcollation <> t.typcollation then a.attcollation::regcollation::text end,
        'privileges', a.attacl::text
      )
      order by s.name collate "C", c.relname collate "C", a.attnum
    )
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid
    join user_schema s on s.oid = c.relnamespace
    join pg_type t on t.oid = a.atttypid
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and a.attnum > 0 and not a.attisdropped
      and (a.attcollation <> t.typcollation or a.attacl is not null)
  ), '[]') as columns,
  coalesce((
    select json_agg(
      json_build_object(
        'schema', s.name,
        'name', f.proname,
        'identityArguments', pg_get_function_identity_arguments(f.oid),
        'sharesName', exists (
          select from pg_proc b where b.proname = f.proname and b.pronamespace = 'pg_catalog'::regnamespace
        ),
        'aggregate', (
          select json_build_array(
            g.aggkind, g.aggnumdirectargs, g.aggtransfn::regprocedure, g.aggfinalfn::regprocedure,
            g.aggfinalextra, g.aggmtransfn::regprocedure, g.aggmfinalfn::regprocedure,
            g.aggsortop::regoperator, format_type(g.aggtranstype, null), g.agginitval
          )::text
          from pg_aggregate g where g.aggfnoid = f.oid
        )
      )
      order by s.name collate "C", f.proname collate "C", pg_get_function_identity_arguments(f.oid) collate "C"
    )
    from pg_proc f
    join user_schema s on s.oid = f.pronamespace
    where not exists (select from owned o where o.classid = 'pg_proc'::regclass and o.objid = f.oid)
  ), '[]') as functions,
  coalesce((
    select json_agg(
      json_build_object(
        'schema', s.name,
        'name', op.oprname,
        'left', case when op.oprleft = 0 then 'NONE' else format_type(op.oprleft, null) end,
        'right', case when op.oprright = 0 then 'NONE' else format_type(op.oprright, null) end,
        'function', op.oprcode::regprocedure
      )
      order by s.name collate "C", op.oprname collate "C", op.oid::regoperator::text collate "C"
    )
    from pg_operator op
    join user_schema s on s.oid = op.oprnamespace
    left join owned o on o.classid = 'pg_operator'::regclass and o.objid = op.oid
    where o.extension is null
      or 'uuid'::regtype in (op.oprleft, op.oprright)
      or not exists (
        select from foreign_type ft where ft.extension = o.extension and ft.oid in (op.oprleft, op.oprright)
      )
  ), '[]') as operators,
  coalesce((
    select json_agg(
      json_build_object(
        'source', format_type(k.castsource, null),
        'target', format_type(k.casttarget, null),
        'function', case when k.castfunc <> 0 then k.castfunc::regprocedure end,
        'method', case k.castmethod when 'f' then 'function' when 'b' then 'binary' else 'inout' end,
        'context', case k.castcontext when 'e' then 'explicit' when 'a' then 'assignment' else 'implicit' end
      )
      order by format_type(k.castsource, null) collate "C", format_type(k.casttarget, null) collate "C"
    )
    from pg_cast k
    left join owned o on o.classid = 'pg_cast'::regclass and o.objid = k.oid
    -- oids below 16384 are those of initdb
    where k.oid >= 16384
      and (
        o.extension is null
        or not exists (
          select from foreign_type ft where ft.extension = o.extension and ft.oid in (k.castsource, k.casttarget)
        )
      )
  ), '[]') as casts,
  coalesce((
    select json_agg(
      -- the columns of a collation differ from major to major; its version is the library's, not its meaning
      json_build_object(
        'schema', s.name,
        'name', co.collname,
        'definition', (
          to_jsonb(co) - array['oid', 'collname', 'collnamespace', 'collowner', 'collversion']
        )::text
      )
      order by s.name collate "C", co.collname collate "C"
    )
    from pg_collation co
    join user_schema s on s.oid = co.collnamespace
  ), '[]') as collations,
  coalesce((
    select json_agg(
      json_build_object('schema', s.name, 'name', t.name, 'definition', t.definition::text)
      order by s.name collate "C", t.name collate "C", t.definition::text collate "C"
    )
    from (
      select c.cfgnamespace as schema, c.cfgname as name, json_build_array(
        'configuration', (select p.prsname from pg_ts_parser p where p.oid = c.cfgparser), (
          select json_agg(json_build_array(m.maptokentype, m.mapseqno, m.mapdict::regdictionary) order by m.maptokentype, m.mapseqno)
          from pg_ts_config_map m where m.mapcfg = c.oid
        )
      ) as definition
      from pg_ts_config c
      union all
      select d.dictnamespace, d.dictname, json_build_array(
        'dictionary', (select p.tmplname from pg_ts_template p where p.oid = d.dicttemplate), d.dictinitoption
      )
      from pg_ts_dict d
    ) t
    join user_schema s on s.oid = t.schema
  ), '[]') as "textSearch",
  coalesce((
    select json_agg(
      json_build_object(
        'schema', s.name,
        'name', t.typname,
        'definition', regexp_replace(json_build_array(
          t.typtype,
          (select array[o.extension, o.version] from owned o where o.classid = 'pg_type'::regclass and o.objid = t.oid),
          case when t.typtype = 'e' then (
            select json_agg(e.enumlabel order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid
          ) end,
          case when t.typtype = 'd' then json_build_array(
            format_type(t.typbasetype, t.typtypmod),
            t.typnotnull,
            (
              select json_agg(pg_get_constraintdef(k.oid) order by pg_get_constraintdef(k.oid) collate "C")
              from pg_constraint k where k.contypid = t.oid
            ),
            (
              select t.typcollation::regcollation::text
              from pg_type b
              where b.oid = t.typbasetype and t.typcollation <> b.typcollation
            )
          ) end,
          case when t.typtype = 'c' then (
            select json_agg(json_build_array(a.attname, format_type(a.atttypid, a.atttypmod), co.collname) order by a.attnum)
            from pg_attribute a left join pg_collation co on co.oid = a.attcollation
            where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
          ) end,
          case when t.typtype = 'r' then (
            select json_build_array(
              format_type(r.rngsubtype, null), co.collname, (select opcname from pg_opclass where oid = r.rngsubopc),
              r.rngcanonical::regprocedure, r.rngsubdiff::regprocedure
            )
            from pg_range r left join pg_collation co on co.oid = r.rngcollation
            where r.rngtypid = t.oid
          ) end,
          case when t.typtype = 'b' then json_build_array(t.typinput::regprocedure, t.typoutput::regprocedure) end
        )::text, '\]$', case
          -- what a column of a domain has without a default of its own
          when t.typtype = 'd' and t.typdefault is not null then ', "default ' || md5(t.typdefault) || '"]'
          else ']'
        end)
      )
      order by s.name collate "C", t.typname collate "C"
    )
    from pg_type t
    join user_schema s on s.oid = t.typnamespace
    -- without array types, and without the row types of relations
    where not exists (select from pg_type e where e.typarray = t.oid)
      and (t.typrelid = 0 or exists (select from pg_class c where c.oid = t.typrelid and c.relkind = 'c'))
  ), '[]') as types
