-- title: anyone reads how many tickets there are in all
-- door: sequence-oracle
-- object: helpdesk.ticket_number
-- kind: oracle
-- why: SELECT on a sequence is enough for `select last_value`, so a member follows how many tickets all tenants open, without writing anything. Tickets are only opened by the server.
create schema helpdesk;
grant usage on schema helpdesk to authenticated;

create table helpdesk.queues (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null,
  label text not null
);
alter table helpdesk.queues enable row level security;
create policy queues_select on helpdesk.queues for select to authenticated
  using (tenant_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'tenant_id')::uuid));
grant select on helpdesk.queues to authenticated;

create table helpdesk.tickets (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null,
  number bigserial not null,
  subject text not null
);
alter sequence helpdesk.tickets_number_seq rename to ticket_number;
alter table helpdesk.tickets enable row level security;
create policy tickets_select on helpdesk.tickets for select to authenticated
  using (tenant_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'tenant_id')::uuid));
grant select on helpdesk.tickets to authenticated;
grant select on sequence helpdesk.ticket_number to authenticated;
