create table docs (id uuid primary key, org_id uuid not null, owner uuid not null, title text not null);
alter table docs enable row level security;
create table notes (id uuid primary key, org_id uuid not null);
alter table notes enable row level security;
do $do$
declare t text; c text;
begin
  foreach t in array array['docs', 'notes'] loop
    foreach c in array array['select', 'delete'] loop
      execute format($f$create policy %I on %I for %s to authenticated using (org_id = coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid))$f$, t || '_' || c, t, c);
    end loop;
  end loop;
end $do$;
