-- Nobody but its owner sees the table of schema rlsmith that $1 names. Runs under an empty search_path.
do $rlsmith$
declare
  own regclass := ('rlsmith.' || $1)::regclass;
  other record;
begin
  revoke all on schema rlsmith from public;
  execute format('alter table %s enable row level security', own);
  -- an event trigger of the target's may force it on every new table
  execute format('alter table %s no force row level security', own);
  execute format('revoke all on %s from public', own);
  -- default privileges may have handed them to somebody
  for other in
    select distinct o.kind, o.name, a.grantee::regrole::text as grantee
    from (
      select 'schema' as kind, nspname::text as name, nspacl as acl, nspowner as owner from pg_namespace where nspname = 'rlsmith'
      union all
      select case relkind when 'S' then 'sequence' else 'table' end, oid::regclass::text, relacl, relowner
      from pg_class
      where oid = own or oid in (
        -- the sequence of an identity column
        select objid from pg_depend where classid = 'pg_class'::regclass and refclassid = 'pg_class'::regclass and refobjid = own
      ) and relkind = 'S'
    ) o, aclexplode(o.acl) a
    where a.grantee <> 0 and a.grantee <> o.owner
  loop
    execute format('revoke all on %s %s from %s', other.kind, other.name, other.grantee);
  end loop;
end
$rlsmith$
