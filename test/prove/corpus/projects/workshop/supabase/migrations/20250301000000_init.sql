create type public.staff_role as enum ('owner', 'manager', 'mechanic');
create table public.shop (id uuid primary key default gen_random_uuid(), title text not null, opened date, closed_at timestamptz);
create table public.staff (
  shop_id uuid not null references public.shop, user_id uuid not null, role public.staff_role not null default 'mechanic',
  active boolean not null default true, primary key (shop_id, user_id)
);
create table public.repair (
  id uuid primary key default gen_random_uuid(), shop_id uuid not null references public.shop, customer uuid,
  status text not null default 'draft', price numeric(10, 2), labels text[] not null default '{}', notes jsonb,
  created_at timestamptz not null default now(), gone boolean not null default false
);
create table public.part (id bigint generated always as identity primary key, repair_id uuid not null, code char(6), count int);
alter table public.shop enable row level security;
alter table public.staff enable row level security;
alter table public.repair enable row level security;
alter table public.part enable row level security;
create function public.is_staff(shop uuid) returns boolean language sql stable security definer set search_path = '' as $$
  select exists (select 1 from public.staff s where s.shop_id = shop and s.user_id = (select auth.uid()) and s.active)
$$;
create function public.has_role(shop uuid, wanted public.staff_role) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  if wanted is null then return false; end if;
  return exists (select 1 from public.staff s where s.shop_id = shop and s.user_id = auth.uid() and s.role = wanted);
end $$;
create policy shop_read on public.shop for select to authenticated using (public.is_staff(id) and coalesce(closed_at, 'infinity') > now());
create policy shop_change on public.shop for update to authenticated using (public.has_role(id, 'owner'));
create policy staff_own on public.staff for select to authenticated using (user_id = (select auth.uid()));
create policy staff_claims on public.staff for select to authenticated
  using (shop_id::text = any (array(select jsonb_array_elements_text(auth.jwt() -> 'app_metadata' -> 'shops'))));
create policy repair_read on public.repair for select to authenticated using (public.is_staff(shop_id) and not gone);
create policy repair_customer on public.repair for select to authenticated
  using (customer = (select auth.uid()) and status in ('sent', 'paid') and created_at > now() - interval '2 years');
create policy repair_public on public.repair for select to anon using (labels @> array['showcase'] and price < 1000);
create policy repair_add on public.repair for insert to authenticated
  with check (public.is_staff(shop_id) and status = 'draft' and (price is null or price >= 0));
create policy repair_office on public.repair for all to authenticated
  using ((auth.jwt() -> 'app_metadata' -> 'roles') ? 'office' and (select count(*) from public.staff s where s.user_id = auth.uid()) > 0);
create policy part_read on public.part for select to authenticated
  using (exists (select 1 from public.repair r where r.id = part.repair_id and r.customer = auth.uid()) and count > 0);
create policy part_codes on public.part as restrictive for select to authenticated using (code <> 'secret');
insert into storage.buckets (id, name) values ('pictures', 'pictures');
create policy pictures_own on storage.objects for select to authenticated
  using (bucket_id = 'pictures' and (storage.foldername(name))[1] = (select auth.uid())::text);
create policy pictures_shop on storage.objects for insert to authenticated
  with check (bucket_id = 'pictures' and name like 'shop/%' and split_part(name, '/', 2) ~ '^[0-9a-f-]{36}$');
