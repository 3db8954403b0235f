-- Four tenants with 20 rows in each relation: what every session of theirs has to see at all times.
insert into public.customer (tenant_id, name)
  select ('0000000' || t || '-0000-4000-8000-000000000000')::uuid, 'known ' || n from generate_series(1, 4) t, generate_series(1, 20) n;
insert into public.invoice (tenant_id, customer_id, total) select tenant_id, id, 100 from public.customer;
insert into public.note (tenant_id, body) select tenant_id, 'known' from public.customer;
analyze public.customer, public.invoice, public.note;
