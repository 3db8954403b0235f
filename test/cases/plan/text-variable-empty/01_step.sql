create table job (id uuid primary key, tenant_id text not null);
alter table job enable row level security;
create policy own on job using (tenant_id = current_setting('app.tenant_id', true));
