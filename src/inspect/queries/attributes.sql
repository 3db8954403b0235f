-- Attributes of objects that no other query reads, as text: one row for each that is not what it begins with.
with user_schema as (
  select n.oid, n.nspname as name
  from pg_namespace n
  where n.nspname not in ('pg_catalog', 'information_schema', 'rlsmith', 'rlsmith_recorder') and n.nspname not like 'pg\_%'
),
of_extension as (
  select d.classid, d.objid from pg_depend d where d.deptype = 'e'
),
attribute as (
  select
    'sequence' as kind, s.name as schema, c.relname::text as object, format('%I.%I', s.name, c.relname) as name, 'parameters' as attribute,
    concat_ws(' ',
      'start', q.seqstart, 'increment', q.seqincrement, 'minvalue', q.seqmin,
      'maxvalue ' || nullif(q.seqmax, t.max), 'cache', q.seqcache, case when q.seqcycle then 'cycle' end
    ) as value
  from pg_sequence q
  join pg_class c on c.oid = q.seqrelid
  join user_schema s on s.oid = c.relnamespace
  cross join lateral (
    select case q.seqtypid when 'int2'::regtype then 32767 when 'int4'::regtype then 2147483647 else 9223372036854775807 end as max
  ) t
  where (q.seqstart, q.seqincrement, q.seqmin, q.seqmax, q.seqcache, q.seqcycle) <> (1, 1, 1, t.max, 1, false)
    and not exists (select from of_extension o where o.classid = 'pg_class'::regclass and o.objid = c.oid)
  union all
  select 'relation', s.name, c.relname, format('%I.%I', s.name, c.relname), 'persistence', 'UNLOGGED'
  from pg_class c
  join user_schema s on s.oid = c.relnamespace
  where c.relpersistence = 'u' and c.relkind in ('r', 'p')
  union all
  -- tables have one of their own from CREATE TABLE … USING on
  select 'relation', s.name, c.relname, format('%I.%I', s.name, c.relname), 'access method', am.amname
  from pg_class c
  join user_schema s on s.oid = c.relnamespace
  join pg_am am on am.oid = c.relam
  where c.relkind in ('r', 'm') and am.amname <> 'heap'
  union all
  select 'relation', s.name, c.relname, format('%I.%I', s.name, c.relname), 'row type', c.reloftype::regtype::text
  from pg_class c
  join user_schema s on s.oid = c.relnamespace
  where c.reloftype <> 0
  union all
  -- an UPDATE may give it a value
  select 'column', s.name, c.relname, format('%I.%I.%I', s.name, c.relname, a.attname), 'identity', 'BY DEFAULT'
  from pg_attribute a
  join pg_class c on c.oid = a.attrelid
  join user_schema s on s.oid = c.relnamespace
  where a.attidentity = 'd' and not a.attisdropped
  union all
  -- which columns of an old row are sent; all of them are told by the publications
  select 'relation', s.name, c.relname, format('%I.%I', s.name, c.relname), 'replica identity',
    case when c.relreplident = 'n' then 'NOTHING' else (
      select 'USING INDEX ' || pg_get_indexdef(i.indexrelid) from pg_index i where i.indrelid = c.oid and i.indisreplident
    ) end
  from pg_class c
  join user_schema s on s.oid = c.relnamespace
  where c.relkind in ('r', 'p') and c.relreplident in ('i', 'n')
  union all
  select 'relation', s.name, c.relname, format('%I.%I', s.name, c.relname), 'partition key', pg_get_partkeydef(c.oid)
  from pg_class c
  join user_schema s on s.oid = c.relnamespace
  where c.relkind = 'p'
  union all
  -- row security of what extensions create is no part of them
  select
    'relation', n.nspname, c.relname, format('%I.%I', n.nspname, c.relname), 'row security',
    concat_ws(' ',
      case when c.relrowsecurity then 'ENABLE' else 'DISABLE' end, case when c.relforcerowsecurity then 'FORCE' end, pg_get_userbyid(c.relowner),
      (
        select string_agg(
          json_build_array(
            p.polname, p.polcmd, p.polpermissive, p.polroles::regrole[],
            pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
          )::text,
          ' ' order by p.polname collate "C"
        )
        from pg_policy p where p.polrelid = c.oid
      )
    )
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'f', 'm')
    and exists (select from of_extension o where o.classid = 'pg_class'::regclass and o.objid = c.oid)
  union all
  -- the same of what they run as their owner, or before policies
  select
    'function', n.nspname, e.extname, f.oid::regprocedure::text, 'rights',
    concat_ws(' ', case when f.prosecdef then 'SECURITY DEFINER' end, case when f.proleakproof then 'LEAKPROOF' end,
      pg_get_userbyid(f.proowner), f.proconfig)
  from pg_proc f
  join pg_namespace n on n.oid = f.pronamespace
  join pg_depend d on d.deptype = 'e' and d.classid = 'pg_proc'::regclass and d.objid = f.oid
  join pg_extension e on e.oid = d.refobjid
  where f.prosecdef or f.proleakproof
  union all
  select
    'type', s.name, t.typname, format('%I.%I', s.name, t.typname), 'functions',
    json_build_array(
      t.typlen, t.typbyval, t.typcategory, t.typispreferred, t.typdelim, t.typsubscript, format_type(nullif(t.typelem, 0), null),
      t.typreceive::regproc, t.typsend::regproc, t.typmodin::regproc, t.typmodout::regproc, t.typanalyze::regproc, t.typdefault
    )::text
  from pg_type t
  join user_schema s on s.oid = t.typnamespace
  where t.typtype = 'b' and t.typcategory <> 'A' and t.typisdefined
    and not exists (select from of_extension o where o.classid = 'pg_type'::regclass and o.objid = t.oid)
  union all
  select
    'aggregate', s.name, f.proname, f.oid::regprocedure::text, 'support functions',
    json_build_array(
      g.aggcombinefn::regproc, g.aggserialfn::regproc, g.aggdeserialfn::regproc, g.aggminvtransfn::regproc, g.aggmfinalextra,
      g.aggfinalmodify, g.aggmfinalmodify, format_type(nullif(g.aggmtranstype, 0), null), g.aggminitval
    )::text
  from pg_aggregate g
  join pg_proc f on f.oid = g.aggfnoid
  join user_schema s on s.oid = f.pronamespace
  where not exists (select from of_extension o where o.classid = 'pg_proc'::regclass and o.objid = f.oid)
  union all
  select
    'operator', s.name, null, op.oid::regoperator::text, 'optimization',
    json_build_array(
      op.oprkind, op.oprcanmerge, op.oprcanhash, op.oprcom::regoperator, op.oprnegate::regoperator,
      op.oprrest::regproc, op.oprjoin::regproc
    )::text
  from pg_operator op
  join user_schema s on s.oid = op.oprnamespace
  where not exists (select from of_extension o where o.classid = 'pg_operator'::regclass and o.objid = op.oid)
  union all
  select
    'operator class', s.name, null, format('%I.%I USING %I', s.name, k.opcname, am.amname), 'definition',
    json_build_array(
      format_type(k.opcintype, null), k.opcdefault, format_type(nullif(k.opckeytype, 0), null), f.opfname
    )::text
  from pg_opclass k
  join user_schema s on s.oid = k.opcnamespace
  join pg_am am on am.oid = k.opcmethod
  join pg_opfamily f on f.oid = k.opcfamily
  where not exists (select from of_extension o where o.classid = 'pg_opclass'::regclass and o.objid = k.oid)
  union all
  -- oids below 16384 are those of initdb
  select
    'operator family', n.nspname, null, format('%I.%I USING %I', n.nspname, f.opfname, am.amname), 'members',
    m.members::text
  from pg_opfamily f
  join pg_namespace n on n.oid = f.opfnamespace
  join pg_am am on am.oid = f.opfmethod
  cross join lateral (
    select json_agg(member.value order by member.value collate "C") as members
    from (
      select format('%s %s', o.amopstrategy, o.amopopr::regoperator) as value
      from pg_amop o where o.amopfamily = f.oid and o.oid >= 16384
      union all
      select format('%s %s (%s, %s)', p.amprocnum, p.amproc::regprocedure, p.amproclefttype::regtype, p.amprocrighttype::regtype)
      from pg_amproc p where p.amprocfamily = f.oid and p.oid >= 16384
    ) member
  ) m
  where m.members is not null
    and not exists (select from of_extension o where o.classid = 'pg_opfamily'::regclass and o.objid = f.oid)
  union all
  select
    'conversion', s.name, null, format('%I.%I', s.name, k.conname), 'definition',
    json_build_array(k.conforencoding, k.contoencoding, k.conproc::regproc, k.condefault)::text
  from pg_conversion k
  join user_schema s on s.oid = k.connamespace
  where not exists (select from of_extension o where o.classid = 'pg_conversion'::regclass and o.objid = k.oid)
  union all
  select
    'transform', null, null, format('%s, language %I', k.trftype::regtype, l.lanname), 'definition',
    json_build_array(k.trffromsql::regprocedure, k.trftosql::regprocedure)::text
  from pg_transform k
  join pg_language l on l.oid = k.trflang
  where not exists (select from of_extension o where o.classid = 'pg_transform'::regclass and o.objid = k.oid)
  union all
  select
    'text search', s.name, null, format('%I.%I', s.name, p.prsname), 'parser',
    json_build_array(p.prsstart::regproc, p.prstoken::regproc, p.prsend::regproc, p.prsheadline::regproc, p.prslextype::regproc)::text
  from pg_ts_parser p
  join user_schema s on s.oid = p.prsnamespace
  where not exists (select from of_extension o where o.classid = 'pg_ts_parser'::regclass and o.objid = p.oid)
  union all
  select
    'text search', s.name, null, format('%I.%I', s.name, t.tmplname), 'template',
    json_build_array(t.tmplinit::regproc, t.tmpllexize::regproc)::text
  from pg_ts_template t
  join user_schema s on s.oid = t.tmplnamespace
  where not exists (select from of_extension o where o.classid = 'pg_ts_template'::regclass and o.objid = t.oid)
  union all
  -- who may change what an object means, or whom a publication sends rows to
  select o.kind, s.name, null, format('%I.%I', s.name, o.name), 'owner', pg_get_userbyid(o.owner)
  from (
    select 'pg_operator'::regclass as classid, oid, 'operator' as kind, oprnamespace as namespace, oid::regoperator::text as name, oprowner as owner
    from pg_operator
    union all
    select 'pg_collation'::regclass, oid, 'collation', collnamespace, collname, collowner from pg_collation
    union all
    select 'pg_ts_config'::regclass, oid, 'text search', cfgnamespace, cfgname, cfgowner from pg_ts_config
    union all
    select 'pg_ts_dict'::regclass, oid, 'text search', dictnamespace, dictname, dictowner from pg_ts_dict
    union all
    select 'pg_opclass'::regclass, oid, 'operator class', opcnamespace, opcname, opcowner from pg_opclass
    union all
    select 'pg_opfamily'::regclass, oid, 'operator family', opfnamespace, opfname, opfowner from pg_opfamily
    union all
    select 'pg_conversion'::regclass, oid, 'conversion', connamespace, conname, conowner from pg_conversion
  ) o
  join user_schema s on s.oid = o.namespace
  where not exists (select from of_extension e where e.classid = o.classid and e.objid = o.oid)
  union all
  select 'publication', null, null, quote_ident(p.pubname), 'owner', pg_get_userbyid(p.pubowner) from pg_publication p
  union all
  select 'extension', null, null, quote_ident(e.extname), 'owner', pg_get_userbyid(e.extowner) from pg_extension e
  union all
  select 'event trigger', null, null, quote_ident(e.evtname), 'owner', pg_get_userbyid(e.evtowner)
  from pg_event_trigger e
  where not exists (select from of_extension o where o.classid = 'pg_event_trigger'::regclass and o.objid = e.oid)
  union all
  select 'language', null, null, quote_ident(l.lanname), 'owner', pg_get_userbyid(l.lanowner) from pg_language l where l.lanispl
  union all
  select 'access method', null, null, quote_ident(am.amname), 'definition', json_build_array(am.amtype, am.amhandler::regproc)::text
  from pg_am am
  where am.oid >= 16384 and not exists (select from of_extension o where o.classid = 'pg_am'::regclass and o.objid = am.oid)
  union all
  select
    'language', null, null, quote_ident(l.lanname), 'definition',
    json_build_array(l.lanpltrusted, l.lanplcallfoid::regproc, l.laninline::regproc, l.lanvalidator::regproc)::text
  from pg_language l
  where l.lanispl and (l.lanname <> 'plpgsql' or not l.lanpltrusted)
  union all
  select 'role', null, r.rolname, quote_ident(r.rolname), 'VALID UNTIL', extract(epoch from r.rolvaliduntil)::text
  from pg_roles r
  where r.rolvaliduntil <> 'infinity' and r.rolname not like 'pg\_%'
  union all
  select 'role', null, r.rolname, quote_ident(r.rolname), 'CONNECTION LIMIT', r.rolconnlimit::text
  from pg_roles r
  where r.rolconnlimit <> -1 and r.rolname not like 'pg\_%'
  union all
  select 'role', null, r.rolname, quote_ident(r.rolname), 'CREATEDB', 'true'
  from pg_roles r
  where r.rolcreatedb and not r.rolsuper and r.rolname not like 'pg\_%'
  union all
  -- a subscriber writes rows past row security; its connection string is for superusers alone, and is not read
  select
    'subscription', null, null, quote_ident(s.subname), 'definition',
    json_build_array(pg_get_userbyid(s.subowner), s.subenabled, s.subslotname, s.subpublications)::text
  from pg_subscription s
  where s.subdbid = (select oid from pg_database where datname = current_database())
  union all
  select
    'database', null, null, '', 'connections',
    concat_ws(' ', pg_encoding_to_char(d.encoding), d.datcollate, d.datctype, d.datlocprovider, case when d.datistemplate then 'IS_TEMPLATE' end, case when not d.datallowconn then 'ALLOW_CONNECTIONS false' end,
      'CONNECTION LIMIT ' || nullif(d.datconnlimit, -1))
  from pg_database d
  where d.datname = current_database()
  union all
  -- extensions mask or encrypt what is labelled
  select
    'security label', null, null, l.objtype || ' ' || l.objname, l.provider, encode(sha256(convert_to(l.label, 'UTF8')), 'hex')
  from pg_seclabels l
  union all
  -- the functions of its expressions run for whoever writes
  select 'index', s.name, c.relname, format('%I.%I', s.name, x.relname), 'expressions', pg_get_indexdef(i.indexrelid)
  from pg_index i
  join pg_class x on x.oid = i.indexrelid
  join pg_class c on c.oid = i.indrelid
  join user_schema s on s.oid = c.relnamespace
  where (i.indexprs is not null or i.indpred is not null)
    and not exists (select from of_extension o where o.classid = 'pg_class'::regclass and o.objid = i.indrelid)
)
select a.kind, a.schema, a.object, a.name, a.attribute, a.value
from attribute a
where a.value <> ''
order by a.kind, a.name collate "C", a.attribute collate "C"
