-- Row-level security by JWT claims instead of session variables. Made by rlsmith.
-- Policies: 95 rewritten, 21 dropped, 0 through a helper, 0 unchanged, 0 kept.
-- Plan:     0123456789abcdef, made from catalog 0123456789abcdef.
-- Run:      with your migration tool, or `rlsmith apply`; it is safe to run twice.
-- Undo:     supabase/rollbacks/20990101000000_rls_jwt_only.down.sql, or `rlsmith rollback`.

begin;

-- Fails rather than wait behind a long transaction, where it would block all other statements.
set local lock_timeout = '2s';

-- The check before each change: the object must be as it was when the plan was made, or as this file leaves it.
create or replace function pg_temp.rlsmith_policy(relation text, policy text) returns jsonb
language sql set search_path = '' as $rlsmith$
  select jsonb_build_object(
    'kind', case when p.polpermissive then 'permissive' else 'restrictive' end,
    'command', case p.polcmd when '*' then 'all' when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' else 'delete' end,
    'roles', (select jsonb_agg(name order by name collate "C")
      from (select case when m = 0 then 'public' else pg_get_userbyid(m)::text end as name from unnest(p.polroles) m) r),
    'using', pg_get_expr(p.polqual, p.polrelid),
    'check', pg_get_expr(p.polwithcheck, p.polrelid))
  from pg_policy p
  where p.polrelid = to_regclass(relation) and p.polname = policy
$rlsmith$;

create or replace function pg_temp.rlsmith_print(relation text, policy jsonb) returns jsonb
language plpgsql strict set search_path = '' as $rlsmith$
declare
  probe jsonb;
begin
  execute format('create policy rlsmith_probe on %s for %s to public', relation, policy ->> 'command')
    || coalesce(' using (' || (policy ->> 'using') || ')', '') || coalesce(' with check (' || (policy ->> 'check') || ')', '');
  probe := pg_temp.rlsmith_policy(relation, 'rlsmith_probe');
  execute format('drop policy rlsmith_probe on %s', relation);
  return policy || jsonb_build_object('using', probe -> 'using', 'check', probe -> 'check');
exception
  -- it names an object that does not exist, or one of another type: no existing policy can be the same
  when undefined_function or undefined_table or undefined_column or undefined_object or invalid_schema_name
    or datatype_mismatch or cannot_coerce or invalid_text_representation then
    return null;
end
$rlsmith$;

create or replace function pg_temp.rlsmith_same(relation text, wanted jsonb, seen jsonb) returns boolean
language plpgsql set search_path = '' as $rlsmith$
declare
  printed jsonb;
begin
  if wanted is not distinct from seen then return true; end if;
  if wanted is null or seen is null or wanted - array['using', 'check'] <> seen - array['using', 'check']
    or jsonb_typeof(wanted -> 'using') <> jsonb_typeof(seen -> 'using')
    or jsonb_typeof(wanted -> 'check') <> jsonb_typeof(seen -> 'check') then return false; end if;
  printed := pg_temp.rlsmith_print(relation, wanted);
  return coalesce(printed = seen or pg_temp.rlsmith_print(relation, printed) = pg_temp.rlsmith_print(relation, seen), false);
end
$rlsmith$;

create or replace procedure pg_temp.rlsmith_expect(
  policy text, relation text, kind text, command text, roles text[],
  using_expr text default null, check_expr text default null, then_it_is text default 'altered')
language plpgsql set search_path = '' as $rlsmith$
declare
  unsettled jsonb := nullif(current_setting('rlsmith.unsettled', true), '');
  wanted jsonb := jsonb_build_object('kind', kind, 'command', command, 'roles', roles, 'using', using_expr, 'check', check_expr);
  seen jsonb := pg_temp.rlsmith_policy(relation, policy);
begin
  if unsettled is null then raise exception 'rlsmith: this file must run in one transaction'; end if;
  if kind = 'absent' then wanted := null; end if;
  if pg_temp.rlsmith_same(relation, wanted, seen) then return; end if;
  if seen is null and then_it_is = 'altered' then
    raise exception 'rlsmith: policy % on % does not exist, and did when the plan was made: run rlsmith plan again', policy, relation;
  end if;
  -- the message is complete by itself: Supabase's CLI shows neither hint nor detail
  if seen is not null and (then_it_is = 'dropped'
    or then_it_is = 'altered' and (seen ->> 'kind', seen ->> 'command') <> (kind, command)) then
    raise exception 'rlsmith: policy % on % was changed after the plan was made: run rlsmith plan again', policy, relation
      using detail = format('found: %s', seen);
  end if;
  perform set_config('rlsmith.unsettled', (unsettled
    || jsonb_build_object('policy', policy, 'relation', relation, 'found', seen))::text, true);
end
$rlsmith$;

create or replace procedure pg_temp.rlsmith_settle() language plpgsql set search_path = '' as $rlsmith$
declare
  was jsonb;
begin
  for was in select value from jsonb_array_elements(current_setting('rlsmith.unsettled')::jsonb) loop
    if was ? 'policy' and not pg_temp.rlsmith_same(
      was ->> 'relation', nullif(was -> 'found', 'null'), pg_temp.rlsmith_policy(was ->> 'relation', was ->> 'policy')) then
      raise exception 'rlsmith: policy % on % was changed after the plan was made: run rlsmith plan again',
        was ->> 'policy', was ->> 'relation' using detail = format('found: %s', was -> 'found');
    end if;
  end loop;
end
$rlsmith$;

set local rlsmith.unsettled = '[]';

-- =============================================================================
-- public.audit_log
-- =============================================================================

-- 1. public.audit_log, policy audit_log_insert: INSERT to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'audit_log_insert', 'public.audit_log', 'permissive', 'insert', array['authenticated'],
  check_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and actor_id = coalesce(
      nullif(current_setting('app.actor_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'staff_id')::uuid
    )
  $old$);
alter policy audit_log_insert on public.audit_log
  with check (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and actor_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'staff_id')::uuid)
  );

-- 2. public.audit_log, policy audit_log_no_delete: DELETE to authenticated, constant → dropped
--     deny-policy, permissive and always false: it adds nothing
call pg_temp.rlsmith_expect(
  'audit_log_no_delete', 'public.audit_log', 'permissive', 'delete', array['authenticated'],
  using_expr => 'false',
  then_it_is => 'dropped');
drop policy if exists audit_log_no_delete on public.audit_log;

-- 3. public.audit_log, policy audit_log_no_update: UPDATE to authenticated, constant → dropped
--     deny-policy, permissive and always false: it adds nothing
call pg_temp.rlsmith_expect(
  'audit_log_no_update', 'public.audit_log', 'permissive', 'update', array['authenticated'],
  using_expr => 'false',
  then_it_is => 'dropped');
drop policy if exists audit_log_no_update on public.audit_log;

-- 4. public.audit_log, policy audit_log_select: SELECT to authenticated, C → A
--     context-to-claim, initplan, merge-permissive
call pg_temp.rlsmith_expect(
  'audit_log_select', 'public.audit_log', 'permissive', 'select', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = 'admin'
  $old$);
alter policy audit_log_select on public.audit_log
  using (
    (
      (select auth.uid()) is not null
      and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
      and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = 'admin'
    )
    or (
      (select auth.uid()) is not null
      and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
      and actor_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'staff_id')::uuid)
    )
  );
comment on policy audit_log_select on public.audit_log is 'Everybody sees their own entries.';

-- 5. public.audit_log, policy audit_log_select_own: SELECT to authenticated, C → dropped
--     context-to-claim, initplan, merge-permissive, the SELECT policy of the same roles allows its rows
call pg_temp.rlsmith_expect(
  'audit_log_select_own', 'public.audit_log', 'permissive', 'select', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and actor_id = coalesce(
      nullif(current_setting('app.actor_id'), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'staff_id')::uuid
    )
  $old$,
  then_it_is => 'dropped');
drop policy if exists audit_log_select_own on public.audit_log;

-- =============================================================================
-- public.casino
-- =============================================================================

-- 6. public.casino, policy casino_lobby_display: SELECT to public, C → A
--     context-to-claim, initplan, merge-permissive
call pg_temp.rlsmith_expect(
  'casino_lobby_display', 'public.casino', 'permissive', 'select', array['public'],
  using_expr => $old$
    id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and status = 'active'::text
  $old$);
alter policy casino_lobby_display on public.casino
  to anon
  using (
    id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and status = 'active'::text
  );

-- 7. public.casino, policy casino_rename_by_admin: UPDATE to authenticated, A → A
--     initplan, merge-permissive
call pg_temp.rlsmith_expect(
  'casino_rename_by_admin', 'public.casino', 'permissive', 'update', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and id = (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    and auth.jwt() -> 'app_metadata' ->> 'staff_role' = 'admin'
  $old$,
  check_expr => $old$id = (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid$old$);
alter policy casino_rename_by_admin on public.casino
  using (
    (select auth.uid()) is not null
    and id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = 'admin'
  )
  with check (id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid));

-- 8. public.casino, policy casino_select: SELECT to authenticated, C → A
--     context-to-claim, initplan, merge-permissive
call pg_temp.rlsmith_expect(
  'casino_select', 'public.casino', 'permissive', 'select', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  $old$);
alter policy casino_select on public.casino
  using (
    (
      id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
      and status = 'active'::text
    )
    or (
      (select auth.uid()) is not null
      and id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    )
  );

-- 9. public.casino, policy casino_update: UPDATE to authenticated, C → dropped
--     context-to-claim, initplan, merge-permissive, the UPDATE policy of the same roles allows its rows
call pg_temp.rlsmith_expect(
  'casino_update', 'public.casino', 'permissive', 'update', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and id = coalesce(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = 'admin'
  $old$,
  check_expr => $old$
    id = coalesce(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  $old$,
  then_it_is => 'dropped');
drop policy if exists casino_update on public.casino;

-- =============================================================================
-- public.casino_settings
-- =============================================================================

-- 10. public.casino_settings, policy casino_settings_delete: DELETE to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'casino_settings_delete', 'public.casino_settings', 'permissive', 'delete', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = 'admin'
  $old$);
alter policy casino_settings_delete on public.casino_settings
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = 'admin'
  );

-- 11. public.casino_settings, policy casino_settings_insert: INSERT to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'casino_settings_insert', 'public.casino_settings', 'permissive', 'insert', array['authenticated'],
  check_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and current_setting('app.staff_role', true) = 'admin'
  $old$);
alter policy casino_settings_insert on public.casino_settings
  with check (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = 'admin'
  );

-- 12. public.casino_settings, policy casino_settings_select: SELECT to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'casino_settings_select', 'public.casino_settings', 'permissive', 'select', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  $old$);
alter policy casino_settings_select on public.casino_settings
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
  );

-- 13. public.casino_settings, policy casino_settings_update: UPDATE to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'casino_settings_update', 'public.casino_settings', 'permissive', 'update', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = 'admin'
  $old$,
  check_expr => $old$
    casino_id = coalesce(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = 'admin'
  $old$);
alter policy casino_settings_update on public.casino_settings
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = 'admin'
  )
  with check (
    casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = 'admin'
  );

-- =============================================================================
-- public.dealer_rotation
-- =============================================================================

-- 14. public.dealer_rotation, policy dealer_rotation_delete: DELETE to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'dealer_rotation_delete', 'public.dealer_rotation', 'permissive', 'delete', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and current_setting('app.staff_role', true) = 'admin'
  $old$);
alter policy dealer_rotation_delete on public.dealer_rotation
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = 'admin'
  );

-- 15. public.dealer_rotation, policy dealer_rotation_insert: INSERT to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'dealer_rotation_insert', 'public.dealer_rotation', 'permissive', 'insert', array['authenticated'],
  check_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and auth.uid() in (
      select s.user_id
      from public.staff s
      where s.id = coalesce(
          nullif(current_setting('app.actor_id', true), '')::uuid,
          (auth.jwt() -> 'app_metadata' ->> 'staff_id')::uuid
        )
        and s.role = any (array['pit_boss'::public.staff_role, 'admin'::public.staff_role])
        and s.status = 'active'::public.staff_status
    )
  $old$);
alter policy dealer_rotation_insert on public.dealer_rotation
  with check (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select auth.uid()) in (
      select s.user_id
      from public.staff s
      where s.id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'staff_id')::uuid)
        and s.role = any (array['pit_boss'::public.staff_role, 'admin'::public.staff_role])
        and s.status = 'active'::public.staff_status
    )
  );

-- 16. public.dealer_rotation, policy dealer_rotation_select: SELECT to public, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'dealer_rotation_select', 'public.dealer_rotation', 'permissive', 'select', array['public'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  $old$);
alter policy dealer_rotation_select on public.dealer_rotation
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
  );

-- 17. public.dealer_rotation, policy dealer_rotation_update: UPDATE to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'dealer_rotation_update', 'public.dealer_rotation', 'permissive', 'update', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = any (array['pit_boss', 'admin'])
  $old$);
alter policy dealer_rotation_update on public.dealer_rotation
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'admin'])
  );

-- =============================================================================
-- public.finance_outbox
-- =============================================================================

-- 18. public.finance_outbox, policy finance_outbox_delete: DELETE to authenticated, A → A
--     initplan
call pg_temp.rlsmith_expect(
  'finance_outbox_delete', 'public.finance_outbox', 'permissive', 'delete', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    and auth.jwt() -> 'app_metadata' ->> 'staff_role' = 'admin'
    and status = 'sent'::public.outbox_status
  $old$);
alter policy finance_outbox_delete on public.finance_outbox
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = 'admin'
    and status = 'sent'::public.outbox_status
  );

-- 19. public.finance_outbox, policy finance_outbox_select: SELECT to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'finance_outbox_select', 'public.finance_outbox', 'permissive', 'select', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and current_setting('app.staff_role', true) = any (array['pit_boss', 'admin'])
  $old$);
alter policy finance_outbox_select on public.finance_outbox
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'admin'])
  );

-- 20. public.finance_outbox, policy finance_outbox_update: UPDATE to authenticated, A → A
--     initplan
call pg_temp.rlsmith_expect(
  'finance_outbox_update', 'public.finance_outbox', 'permissive', 'update', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    and auth.jwt() -> 'app_metadata' ->> 'staff_role' = 'admin'
  $old$);
alter policy finance_outbox_update on public.finance_outbox
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = 'admin'
  );

-- =============================================================================
-- public.floor_layout
-- =============================================================================

-- 21. public.floor_layout, policy floor_layout_delete: DELETE to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'floor_layout_delete', 'public.floor_layout', 'permissive', 'delete', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and current_setting('app.staff_role', true) = 'admin'
    and status = 'draft'::public.layout_status
  $old$);
alter policy floor_layout_delete on public.floor_layout
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = 'admin'
    and status = 'draft'::public.layout_status
  );

-- 22. public.floor_layout, policy floor_layout_insert: INSERT to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'floor_layout_insert', 'public.floor_layout', 'permissive', 'insert', array['authenticated'],
  check_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = any (array['pit_boss', 'admin'])
  $old$);
alter policy floor_layout_insert on public.floor_layout
  with check (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'admin'])
  );

-- 23. public.floor_layout, policy floor_layout_select: SELECT to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'floor_layout_select', 'public.floor_layout', 'permissive', 'select', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  $old$);
alter policy floor_layout_select on public.floor_layout
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
  );

-- 24. public.floor_layout, policy floor_layout_update: UPDATE to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'floor_layout_update', 'public.floor_layout', 'permissive', 'update', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = any (array['pit_boss', 'admin'])
  $old$,
  check_expr => $old$
    casino_id = coalesce(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  $old$);
alter policy floor_layout_update on public.floor_layout
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'admin'])
  )
  with check (casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid));

-- =============================================================================
-- public.floor_layout_activation
-- =============================================================================

-- 25. public.floor_layout_activation, policy floor_layout_activation_select: SELECT to authenticated, C → A
--     context-to-claim, initplan, merge-permissive
call pg_temp.rlsmith_expect(
  'floor_layout_activation_select', 'public.floor_layout_activation', 'permissive', 'select', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  $old$);
alter policy floor_layout_activation_select on public.floor_layout_activation
  using (
    (
      (select auth.uid()) is not null
      and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    )
    or (
      (select auth.uid()) is not null
      and casino_id = (select ((select auth.jwt()) ->> 'casino_id')::uuid)
    )
  );

-- 26. public.floor_layout_activation, policy floor_layout_activation_update: UPDATE to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'floor_layout_activation_update', 'public.floor_layout_activation', 'permissive', 'update', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and current_setting('app.staff_role', true) = any (array['admin', 'pit_boss'])
  $old$,
  check_expr => $old$
    casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  $old$);
alter policy floor_layout_activation_update on public.floor_layout_activation
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['admin', 'pit_boss'])
  )
  with check (casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid));

-- 27. public.floor_layout_activation, policy layout_activation_select_claims: SELECT to authenticated, A →
--     dropped
--     initplan, merge-permissive, the SELECT policy of the same roles allows its rows
call pg_temp.rlsmith_expect(
  'layout_activation_select_claims', 'public.floor_layout_activation', 'permissive', 'select', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = (auth.jwt() ->> 'casino_id')::uuid
  $old$,
  then_it_is => 'dropped');
drop policy if exists layout_activation_select_claims on public.floor_layout_activation;

-- =============================================================================
-- public.floor_layout_version
-- =============================================================================

-- 28. public.floor_layout_version, policy floor_layout_version_insert: INSERT to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'floor_layout_version_insert', 'public.floor_layout_version', 'permissive', 'insert', array['authenticated'],
  check_expr => $old$
    auth.uid() is not null
    and exists (
      select 1
      from public.floor_layout l
      where l.id = floor_layout_version.layout_id
        and l.casino_id = coalesce(
          current_setting('app.casino_id', true)::uuid,
          (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
        )
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = any (array['pit_boss', 'admin'])
  $old$);
alter policy floor_layout_version_insert on public.floor_layout_version
  with check (
    (select auth.uid()) is not null
    and exists (
      select 1
      from public.floor_layout l
      where l.id = floor_layout_version.layout_id
        and l.casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    )
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'admin'])
  );

-- 29. public.floor_layout_version, policy floor_layout_version_select: SELECT to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'floor_layout_version_select', 'public.floor_layout_version', 'permissive', 'select', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and exists (
      select 1
      from public.floor_layout l
      where l.id = floor_layout_version.layout_id
        and l.casino_id = coalesce(
          nullif(current_setting('app.casino_id', true), '')::uuid,
          (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
        )
    )
  $old$);
alter policy floor_layout_version_select on public.floor_layout_version
  using (
    (select auth.uid()) is not null
    and exists (
      select 1
      from public.floor_layout l
      where l.id = floor_layout_version.layout_id
        and l.casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    )
  );

-- 30. public.floor_layout_version, policy floor_layout_version_update: UPDATE to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'floor_layout_version_update', 'public.floor_layout_version', 'permissive', 'update', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and exists (
      select 1
      from public.floor_layout l
      where l.id = floor_layout_version.layout_id
        and l.casino_id = coalesce(
          nullif(current_setting('app.casino_id', true), '')::uuid,
          (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
        )
    )
    and current_setting('app.staff_role', true) = any (array['pit_boss', 'admin'])
  $old$);
alter policy floor_layout_version_update on public.floor_layout_version
  using (
    (select auth.uid()) is not null
    and exists (
      select 1
      from public.floor_layout l
      where l.id = floor_layout_version.layout_id
        and l.casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    )
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'admin'])
  );

-- =============================================================================
-- public.floor_pit
-- =============================================================================

-- 31. public.floor_pit, policy floor_pit_delete: DELETE to authenticated, C → A
--     context-to-claim, initplan, merge-permissive
call pg_temp.rlsmith_expect(
  'floor_pit_delete', 'public.floor_pit', 'permissive', 'delete', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and exists (
      select 1
      from public.floor_layout_version v
        join public.floor_layout l on l.id = v.layout_id
      where v.id = floor_pit.layout_version_id
        and l.casino_id = coalesce(
          nullif(current_setting('app.casino_id'), '')::uuid,
          (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
        )
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = any (array['pit_boss', 'admin'])
  $old$);
alter policy floor_pit_delete on public.floor_pit
  using (
    (
      (select auth.uid()) is not null
      and exists (
        select 1
        from public.floor_layout_version v
          join public.floor_layout l on l.id = v.layout_id
        where v.id = floor_pit.layout_version_id
          and l.casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
      )
      and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'admin'])
    )
    or (
      (select auth.uid()) is not null
      and exists (
        select 1
        from public.floor_layout_version v
          join public.floor_layout l on l.id = v.layout_id
        where v.id = floor_pit.layout_version_id
          and l.casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
      )
      and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = 'admin'
    )
  );

-- 32. public.floor_pit, policy floor_pit_manage: ALL to authenticated, C → A
--     context-to-claim, initplan, split-for-all, merge-permissive
call pg_temp.rlsmith_expect(
  'floor_pit_manage', 'public.floor_pit', 'permissive', 'all', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and exists (
      select 1
      from public.floor_layout_version v
        join public.floor_layout l on l.id = v.layout_id
      where v.id = floor_pit.layout_version_id
        and l.casino_id = coalesce(
          nullif(current_setting('app.casino_id', true), '')::uuid,
          (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
        )
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = 'admin'
  $old$,
  then_it_is => 'dropped');
call pg_temp.rlsmith_expect(
  'floor_pit_manage_insert', 'public.floor_pit', 'absent', null, null,
  then_it_is => 'replaced');
call pg_temp.rlsmith_expect(
  'floor_pit_manage_update', 'public.floor_pit', 'absent', null, null,
  then_it_is => 'replaced');
drop policy if exists floor_pit_manage on public.floor_pit;
drop policy if exists floor_pit_manage_insert on public.floor_pit;
drop policy if exists floor_pit_manage_update on public.floor_pit;
create policy floor_pit_manage_insert on public.floor_pit
  for insert to authenticated
  with check (
    (select auth.uid()) is not null
    and exists (
      select 1
      from public.floor_layout_version v
        join public.floor_layout l on l.id = v.layout_id
      where v.id = floor_pit.layout_version_id
        and l.casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    )
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = 'admin'
  );
create policy floor_pit_manage_update on public.floor_pit
  for update to authenticated
  using (
    (
      (select auth.uid()) is not null
      and exists (
        select 1
        from public.floor_layout_version v
          join public.floor_layout l on l.id = v.layout_id
        where v.id = floor_pit.layout_version_id
          and l.casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
      )
      and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = 'admin'
    )
    or (
      (select auth.uid()) is not null
      and exists (
        select 1
        from public.floor_layout_version v
          join public.floor_layout l on l.id = v.layout_id
        where v.id = floor_pit.layout_version_id
          and l.casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
      )
      and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'admin'])
    )
  );

-- 33. public.floor_pit, policy floor_pit_select: SELECT to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'floor_pit_select', 'public.floor_pit', 'permissive', 'select', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and exists (
      select 1
      from public.floor_layout_version v
        join public.floor_layout l on l.id = v.layout_id
      where v.id = floor_pit.layout_version_id
        and l.casino_id = coalesce(
          nullif(current_setting('app.casino_id', true), '')::uuid,
          (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
        )
    )
  $old$);
alter policy floor_pit_select on public.floor_pit
  using (
    (select auth.uid()) is not null
    and exists (
      select 1
      from public.floor_layout_version v
        join public.floor_layout l on l.id = v.layout_id
      where v.id = floor_pit.layout_version_id
        and l.casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    )
  );

-- 34. public.floor_pit, policy floor_pit_update: UPDATE to authenticated, C → dropped
--     context-to-claim, initplan, merge-permissive, the UPDATE policy of the same roles allows its rows
call pg_temp.rlsmith_expect(
  'floor_pit_update', 'public.floor_pit', 'permissive', 'update', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and exists (
      select 1
      from public.floor_layout_version v
        join public.floor_layout l on l.id = v.layout_id
      where v.id = floor_pit.layout_version_id
        and l.casino_id = coalesce(
          current_setting('app.casino_id', true)::uuid,
          (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
        )
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = any (array['pit_boss', 'admin'])
  $old$,
  then_it_is => 'dropped');
drop policy if exists floor_pit_update on public.floor_pit;

-- =============================================================================
-- public.floor_table_slot
-- =============================================================================

-- 35. public.floor_table_slot, policy floor_table_slot_insert: INSERT to authenticated, C → A
--     context-to-claim, initplan, merge-permissive
call pg_temp.rlsmith_expect(
  'floor_table_slot_insert', 'public.floor_table_slot', 'permissive', 'insert', array['authenticated'],
  check_expr => $old$
    auth.uid() is not null
    and exists (
      select 1
      from public.floor_layout_version v
        join public.floor_layout l on l.id = v.layout_id
      where v.id = floor_table_slot.layout_version_id
        and l.casino_id = coalesce(
          nullif(current_setting('app.casino_id'), '')::uuid,
          (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
        )
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = any (array['pit_boss', 'admin'])
  $old$);
alter policy floor_table_slot_insert on public.floor_table_slot
  with check (
    (
      (select auth.uid()) is not null
      and exists (
        select 1
        from public.floor_layout_version v
          join public.floor_layout l on l.id = v.layout_id
        where v.id = floor_table_slot.layout_version_id
          and l.casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
      )
      and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'admin'])
    )
    or (
      (select auth.uid()) is not null
      and exists (
        select 1
        from public.floor_layout_version v
          join public.floor_layout l on l.id = v.layout_id
        where v.id = floor_table_slot.layout_version_id
          and l.casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
      )
      and (select auth.uid()) in (
        select s.user_id
        from public.staff s
        where s.id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'staff_id')::uuid)
          and s.role = 'admin'::public.staff_role
          and s.status = 'active'::public.staff_status
      )
    )
  );

-- 36. public.floor_table_slot, policy floor_table_slot_manage: ALL to authenticated, C → A
--     context-to-claim, initplan, split-for-all, merge-permissive
call pg_temp.rlsmith_expect(
  'floor_table_slot_manage', 'public.floor_table_slot', 'permissive', 'all', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and exists (
      select 1
      from public.floor_layout_version v
        join public.floor_layout l on l.id = v.layout_id
      where v.id = floor_table_slot.layout_version_id
        and l.casino_id = coalesce(
          nullif(current_setting('app.casino_id', true), '')::uuid,
          (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
        )
    )
    and auth.uid() in (
      select s.user_id
      from public.staff s
      where s.id = coalesce(
          nullif(current_setting('app.actor_id', true), '')::uuid,
          (auth.jwt() -> 'app_metadata' ->> 'staff_id')::uuid
        )
        and s.role = 'admin'::public.staff_role
        and s.status = 'active'::public.staff_status
    )
  $old$,
  then_it_is => 'dropped');
call pg_temp.rlsmith_expect(
  'floor_table_slot_manage_update', 'public.floor_table_slot', 'absent', null, null,
  then_it_is => 'replaced');
call pg_temp.rlsmith_expect(
  'floor_table_slot_manage_delete', 'public.floor_table_slot', 'absent', null, null,
  then_it_is => 'replaced');
drop policy if exists floor_table_slot_manage on public.floor_table_slot;
drop policy if exists floor_table_slot_manage_update on public.floor_table_slot;
drop policy if exists floor_table_slot_manage_delete on public.floor_table_slot;
create policy floor_table_slot_manage_update on public.floor_table_slot
  for update to authenticated
  using (
    (select auth.uid()) is not null
    and exists (
      select 1
      from public.floor_layout_version v
        join public.floor_layout l on l.id = v.layout_id
      where v.id = floor_table_slot.layout_version_id
        and l.casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    )
    and (select auth.uid()) in (
      select s.user_id
      from public.staff s
      where s.id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'staff_id')::uuid)
        and s.role = 'admin'::public.staff_role
        and s.status = 'active'::public.staff_status
    )
  );
create policy floor_table_slot_manage_delete on public.floor_table_slot
  for delete to authenticated
  using (
    (select auth.uid()) is not null
    and exists (
      select 1
      from public.floor_layout_version v
        join public.floor_layout l on l.id = v.layout_id
      where v.id = floor_table_slot.layout_version_id
        and l.casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    )
    and (select auth.uid()) in (
      select s.user_id
      from public.staff s
      where s.id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'staff_id')::uuid)
        and s.role = 'admin'::public.staff_role
        and s.status = 'active'::public.staff_status
    )
  );

-- 37. public.floor_table_slot, policy floor_table_slot_select: SELECT to authenticated, C → A
--     context-to-claim, initplan, merge-permissive
call pg_temp.rlsmith_expect(
  'floor_table_slot_select', 'public.floor_table_slot', 'permissive', 'select', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and exists (
      select 1
      from public.floor_layout_version v
        join public.floor_layout l on l.id = v.layout_id
      where v.id = floor_table_slot.layout_version_id
        and l.casino_id = coalesce(
          nullif(current_setting('app.casino_id', true), '')::uuid,
          (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
        )
    )
  $old$);
alter policy floor_table_slot_select on public.floor_table_slot
  using (
    (select auth.uid()) is not null
    and exists (
      select 1
      from public.floor_layout_version v
        join public.floor_layout l on l.id = v.layout_id
      where v.id = floor_table_slot.layout_version_id
        and l.casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    )
  );

-- 38. public.floor_table_slot, policy floor_table_slot_select_claims: SELECT to authenticated, A → dropped
--     initplan, merge-permissive, the SELECT policy of the same roles allows its rows
call pg_temp.rlsmith_expect(
  'floor_table_slot_select_claims', 'public.floor_table_slot', 'permissive', 'select', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and exists (
      select 1
      from public.floor_layout_version v
        join public.floor_layout l on l.id = v.layout_id
      where v.id = floor_table_slot.layout_version_id
        and l.casino_id = (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  $old$,
  then_it_is => 'dropped');
drop policy if exists floor_table_slot_select_claims on public.floor_table_slot;

-- =============================================================================
-- public.game_settings
-- =============================================================================

-- 39. public.game_settings, policy game_settings_admin_all: ALL to authenticated, C → A
--     context-to-claim, initplan, split-for-all, merge-permissive
call pg_temp.rlsmith_expect(
  'game_settings_admin_all', 'public.game_settings', 'permissive', 'all', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = 'admin'
  $old$,
  check_expr => $old$
    casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = 'admin'
  $old$,
  then_it_is => 'dropped');
call pg_temp.rlsmith_expect(
  'game_settings_admin_all_insert', 'public.game_settings', 'absent', null, null,
  then_it_is => 'replaced');
call pg_temp.rlsmith_expect(
  'game_settings_admin_all_update', 'public.game_settings', 'absent', null, null,
  then_it_is => 'replaced');
call pg_temp.rlsmith_expect(
  'game_settings_admin_all_delete', 'public.game_settings', 'absent', null, null,
  then_it_is => 'replaced');
drop policy if exists game_settings_admin_all on public.game_settings;
drop policy if exists game_settings_admin_all_insert on public.game_settings;
drop policy if exists game_settings_admin_all_update on public.game_settings;
drop policy if exists game_settings_admin_all_delete on public.game_settings;
create policy game_settings_admin_all_insert on public.game_settings
  for insert to authenticated
  with check (
    casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = 'admin'
  );
comment on policy game_settings_admin_all_insert on public.game_settings is 'Admins maintain house edge and pace. Overlaps game_settings_select on purpose.';
create policy game_settings_admin_all_update on public.game_settings
  for update to authenticated
  using (
    (
      (select auth.uid()) is not null
      and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
      and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = 'admin'
    )
    or (
      (select auth.uid()) is not null
      and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
      and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'admin'])
    )
  )
  with check (
    (
      casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
      and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = 'admin'
    )
    or (
      (select auth.uid()) is not null
      and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
      and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'admin'])
    )
  );
comment on policy game_settings_admin_all_update on public.game_settings is 'Admins maintain house edge and pace. Overlaps game_settings_select on purpose.';
create policy game_settings_admin_all_delete on public.game_settings
  for delete to authenticated
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = 'admin'
  );
comment on policy game_settings_admin_all_delete on public.game_settings is 'Admins maintain house edge and pace. Overlaps game_settings_select on purpose.';

-- 40. public.game_settings, policy game_settings_select: SELECT to authenticated, C → A
--     context-to-claim, initplan, merge-permissive
call pg_temp.rlsmith_expect(
  'game_settings_select', 'public.game_settings', 'permissive', 'select', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  $old$);
alter policy game_settings_select on public.game_settings
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
  );

-- 41. public.game_settings, policy game_settings_select_claims: SELECT to authenticated, A → dropped
--     initplan, merge-permissive, the SELECT policy of the same roles allows its rows
call pg_temp.rlsmith_expect(
  'game_settings_select_claims', 'public.game_settings', 'permissive', 'select', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
  $old$,
  then_it_is => 'dropped');
drop policy if exists game_settings_select_claims on public.game_settings;

-- 42. public.game_settings, policy game_settings_update: UPDATE to authenticated, C → dropped
--     context-to-claim, initplan, merge-permissive, the UPDATE policy of the same roles allows its rows
call pg_temp.rlsmith_expect(
  'game_settings_update', 'public.game_settings', 'permissive', 'update', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id'), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = any (array['pit_boss', 'admin'])
  $old$,
  then_it_is => 'dropped');
drop policy if exists game_settings_update on public.game_settings;

-- =============================================================================
-- public.gaming_table
-- =============================================================================

-- 43. public.gaming_table, policy gaming_table_delete: DELETE to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'gaming_table_delete', 'public.gaming_table', 'permissive', 'delete', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and nullif(current_setting('app.staff_role', true), '') = 'admin'
  $old$);
alter policy gaming_table_delete on public.gaming_table
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = 'admin'
  );

-- 44. public.gaming_table, policy gaming_table_insert: INSERT to authenticated, A → A
--     initplan
call pg_temp.rlsmith_expect(
  'gaming_table_insert', 'public.gaming_table', 'permissive', 'insert', array['authenticated'],
  check_expr => $old$
    auth.uid() is not null
    and casino_id = (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    and auth.jwt() -> 'app_metadata' ->> 'staff_role' = 'admin'
  $old$);
alter policy gaming_table_insert on public.gaming_table
  with check (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = 'admin'
  );

-- 45. public.gaming_table, policy gaming_table_lobby_display: SELECT to public, C → A
--     context-to-claim, initplan, merge-permissive
call pg_temp.rlsmith_expect(
  'gaming_table_lobby_display', 'public.gaming_table', 'permissive', 'select', array['public'],
  using_expr => $old$
    casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and status = 'open'::public.table_status
  $old$);
alter policy gaming_table_lobby_display on public.gaming_table
  to anon
  using (
    casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and status = 'open'::public.table_status
  );

-- 46. public.gaming_table, policy gaming_table_select: SELECT to authenticated, C → A
--     context-to-claim, initplan, merge-permissive
call pg_temp.rlsmith_expect(
  'gaming_table_select', 'public.gaming_table', 'permissive', 'select', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  $old$);
alter policy gaming_table_select on public.gaming_table
  using (
    (
      casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
      and status = 'open'::public.table_status
    )
    or (
      (select auth.uid()) is not null
      and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    )
  );
comment on policy gaming_table_select on public.gaming_table is 'Lobby displays: open tables of the casino the display belongs to.';

-- 47. public.gaming_table, policy gaming_table_update: UPDATE to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'gaming_table_update', 'public.gaming_table', 'permissive', 'update', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = any (array['pit_boss', 'admin'])
  $old$,
  check_expr => $old$
    casino_id = coalesce(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = any (array['pit_boss', 'admin'])
  $old$);
alter policy gaming_table_update on public.gaming_table
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'admin'])
  )
  with check (
    casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'admin'])
  );

-- =============================================================================
-- public.gaming_table_settings
-- =============================================================================

-- 48. public.gaming_table_settings, policy gaming_table_settings_insert: INSERT to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'gaming_table_settings_insert', 'public.gaming_table_settings', 'permissive', 'insert', array['authenticated'],
  check_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(current_setting('app.staff_role', true), auth.jwt() -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'admin'])
  $old$);
alter policy gaming_table_settings_insert on public.gaming_table_settings
  with check (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'admin'])
  );

-- 49. public.gaming_table_settings, policy gaming_table_settings_select: SELECT to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'gaming_table_settings_select', 'public.gaming_table_settings', 'permissive', 'select', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  $old$);
alter policy gaming_table_settings_select on public.gaming_table_settings
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
  );

-- 50. public.gaming_table_settings, policy gaming_table_settings_update: UPDATE to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'gaming_table_settings_update', 'public.gaming_table_settings', 'permissive', 'update', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and current_setting('app.staff_role', true) = any (array['pit_boss', 'admin'])
  $old$);
alter policy gaming_table_settings_update on public.gaming_table_settings
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'admin'])
  );

-- =============================================================================
-- public.loyalty_ledger
-- =============================================================================

-- 51. public.loyalty_ledger, policy loyalty_ledger_insert: INSERT to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'loyalty_ledger_insert', 'public.loyalty_ledger', 'permissive', 'insert', array['authenticated'],
  check_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and current_setting('app.staff_role', true) = any (array['pit_boss', 'admin'])
  $old$);
alter policy loyalty_ledger_insert on public.loyalty_ledger
  with check (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'admin'])
  );

-- 52. public.loyalty_ledger, policy loyalty_ledger_no_delete: DELETE to authenticated, C → dropped
--     context-to-claim, initplan, deny-policy, permissive and always false: it adds nothing
call pg_temp.rlsmith_expect(
  'loyalty_ledger_no_delete', 'public.loyalty_ledger', 'permissive', 'delete', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and false
  $old$,
  then_it_is => 'dropped');
drop policy if exists loyalty_ledger_no_delete on public.loyalty_ledger;

-- 53. public.loyalty_ledger, policy loyalty_ledger_no_update: UPDATE to authenticated, C → dropped
--     context-to-claim, initplan, deny-policy, permissive and always false: it adds nothing
call pg_temp.rlsmith_expect(
  'loyalty_ledger_no_update', 'public.loyalty_ledger', 'permissive', 'update', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and false
  $old$,
  then_it_is => 'dropped');
drop policy if exists loyalty_ledger_no_update on public.loyalty_ledger;

-- 54. public.loyalty_ledger, policy loyalty_ledger_select: SELECT to authenticated, C → A
--     context-to-claim, initplan, merge-permissive
call pg_temp.rlsmith_expect(
  'loyalty_ledger_select', 'public.loyalty_ledger', 'permissive', 'select', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = any (array['pit_boss', 'admin'])
  $old$);
alter policy loyalty_ledger_select on public.loyalty_ledger
  using (
    (
      (select auth.uid()) is not null
      and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
      and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'admin'])
    )
    or (
      (select auth.uid()) is not null
      and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
      and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = 'cashier'
      and reason = 'redeem'::public.loyalty_reason
    )
  );

-- 55. public.loyalty_ledger, policy loyalty_ledger_select_cashier: SELECT to authenticated, C → dropped
--     context-to-claim, initplan, merge-permissive, the SELECT policy of the same roles allows its rows
call pg_temp.rlsmith_expect(
  'loyalty_ledger_select_cashier', 'public.loyalty_ledger', 'permissive', 'select', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = 'cashier'
    and reason = 'redeem'::public.loyalty_reason
  $old$,
  then_it_is => 'dropped');
drop policy if exists loyalty_ledger_select_cashier on public.loyalty_ledger;

-- =============================================================================
-- public.loyalty_outbox
-- =============================================================================

-- 56. public.loyalty_outbox, policy loyalty_outbox_delete: DELETE to authenticated, A → A
--     initplan
call pg_temp.rlsmith_expect(
  'loyalty_outbox_delete', 'public.loyalty_outbox', 'permissive', 'delete', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    and auth.jwt() -> 'app_metadata' ->> 'staff_role' = 'admin'
    and status = 'sent'::public.outbox_status
  $old$);
alter policy loyalty_outbox_delete on public.loyalty_outbox
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = 'admin'
    and status = 'sent'::public.outbox_status
  );

-- 57. public.loyalty_outbox, policy loyalty_outbox_insert: INSERT to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'loyalty_outbox_insert', 'public.loyalty_outbox', 'permissive', 'insert', array['authenticated'],
  check_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = any (array['pit_boss', 'admin'])
  $old$);
alter policy loyalty_outbox_insert on public.loyalty_outbox
  with check (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'admin'])
  );

-- 58. public.loyalty_outbox, policy loyalty_outbox_select: SELECT to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'loyalty_outbox_select', 'public.loyalty_outbox', 'permissive', 'select', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = any (array['pit_boss', 'admin'])
  $old$);
alter policy loyalty_outbox_select on public.loyalty_outbox
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'admin'])
  );

-- 59. public.loyalty_outbox, policy loyalty_outbox_update: UPDATE to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'loyalty_outbox_update', 'public.loyalty_outbox', 'permissive', 'update', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = 'admin'
  $old$);
alter policy loyalty_outbox_update on public.loyalty_outbox
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = 'admin'
  );

-- =============================================================================
-- public.mtl_audit_note
-- =============================================================================

-- 60. public.mtl_audit_note, policy mtl_audit_note_compliance_read: SELECT to authenticated, A → A
--     initplan, merge-permissive
call pg_temp.rlsmith_expect(
  'mtl_audit_note_compliance_read', 'public.mtl_audit_note', 'permissive', 'select', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and exists (
      select 1
      from public.mtl_entry e
      where e.id = mtl_audit_note.mtl_entry_id
        and e.casino_id = (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and auth.jwt() -> 'app_metadata' ->> 'staff_role' = 'admin'
  $old$);
alter policy mtl_audit_note_compliance_read on public.mtl_audit_note
  using (
    (select auth.uid()) is not null
    and exists (
      select 1
      from public.mtl_entry e
      where e.id = mtl_audit_note.mtl_entry_id
        and e.casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    )
  );

-- 61. public.mtl_audit_note, policy mtl_audit_note_insert: INSERT to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'mtl_audit_note_insert', 'public.mtl_audit_note', 'permissive', 'insert', array['authenticated'],
  check_expr => $old$
    auth.uid() is not null
    and exists (
      select 1
      from public.mtl_entry e
      where e.id = mtl_audit_note.mtl_entry_id
        and e.casino_id = coalesce(
          nullif(current_setting('app.casino_id', true), '')::uuid,
          (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
        )
    )
    and auth.uid() in (
      select s.user_id
      from public.staff s
      where s.id = coalesce(
          nullif(current_setting('app.actor_id', true), '')::uuid,
          (auth.jwt() -> 'app_metadata' ->> 'staff_id')::uuid
        )
        and s.role = any (array['pit_boss'::public.staff_role, 'admin'::public.staff_role])
        and s.status = 'active'::public.staff_status
    )
  $old$);
alter policy mtl_audit_note_insert on public.mtl_audit_note
  with check (
    (select auth.uid()) is not null
    and exists (
      select 1
      from public.mtl_entry e
      where e.id = mtl_audit_note.mtl_entry_id
        and e.casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    )
    and (select auth.uid()) in (
      select s.user_id
      from public.staff s
      where s.id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'staff_id')::uuid)
        and s.role = any (array['pit_boss'::public.staff_role, 'admin'::public.staff_role])
        and s.status = 'active'::public.staff_status
    )
  );

-- 62. public.mtl_audit_note, policy mtl_audit_note_select: SELECT to authenticated, C → dropped
--     context-to-claim, initplan, merge-permissive, the SELECT policy of the same roles allows its rows
call pg_temp.rlsmith_expect(
  'mtl_audit_note_select', 'public.mtl_audit_note', 'permissive', 'select', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and exists (
      select 1
      from public.mtl_entry e
      where e.id = mtl_audit_note.mtl_entry_id
        and e.casino_id = coalesce(
          nullif(current_setting('app.casino_id', true), '')::uuid,
          (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
        )
    )
  $old$,
  then_it_is => 'dropped');
drop policy if exists mtl_audit_note_select on public.mtl_audit_note;

-- 63. public.mtl_audit_note, policy mtl_audit_note_update: UPDATE to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'mtl_audit_note_update', 'public.mtl_audit_note', 'permissive', 'update', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and exists (
      select 1
      from public.mtl_entry e
      where e.id = mtl_audit_note.mtl_entry_id
        and e.casino_id = coalesce(
          nullif(current_setting('app.casino_id'), '')::uuid,
          (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
        )
    )
    and staff_id = coalesce(
      nullif(current_setting('app.actor_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'staff_id')::uuid
    )
  $old$);
alter policy mtl_audit_note_update on public.mtl_audit_note
  using (
    (select auth.uid()) is not null
    and exists (
      select 1
      from public.mtl_entry e
      where e.id = mtl_audit_note.mtl_entry_id
        and e.casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    )
    and staff_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'staff_id')::uuid)
  );

-- =============================================================================
-- public.mtl_entry
-- =============================================================================

-- 64. public.mtl_entry, policy mtl_entry_insert: INSERT to authenticated, C → dropped
--     rpc-only, an MTL entry is written by rpc_create_mtl_entry, which checks the cage role against the staff row
call pg_temp.rlsmith_expect(
  'mtl_entry_insert', 'public.mtl_entry', 'permissive', 'insert', array['authenticated'],
  check_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and nullif(current_setting('app.staff_role', true), '') = any (array['pit_boss', 'cashier', 'admin'])
  $old$,
  then_it_is => 'dropped');
drop policy if exists mtl_entry_insert on public.mtl_entry;

-- 65. public.mtl_entry, policy mtl_entry_no_delete: DELETE to authenticated, C → dropped
--     context-to-claim, initplan, deny-policy, permissive and always false: it adds nothing
call pg_temp.rlsmith_expect(
  'mtl_entry_no_delete', 'public.mtl_entry', 'permissive', 'delete', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and false
  $old$,
  then_it_is => 'dropped');
drop policy if exists mtl_entry_no_delete on public.mtl_entry;

-- 66. public.mtl_entry, policy mtl_entry_no_update: UPDATE to authenticated, C → dropped
--     context-to-claim, initplan, deny-policy, permissive and always false: it adds nothing
call pg_temp.rlsmith_expect(
  'mtl_entry_no_update', 'public.mtl_entry', 'permissive', 'update', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and false
  $old$,
  then_it_is => 'dropped');
drop policy if exists mtl_entry_no_update on public.mtl_entry;

-- 67. public.mtl_entry, policy mtl_entry_select: SELECT to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'mtl_entry_select', 'public.mtl_entry', 'permissive', 'select', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = any (array['pit_boss', 'cashier', 'admin'])
  $old$);
alter policy mtl_entry_select on public.mtl_entry
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'cashier', 'admin'])
  );

-- 68. public.mtl_entry, policy mtl_entry_tenant_fence: restrictive ALL to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'mtl_entry_tenant_fence', 'public.mtl_entry', 'restrictive', 'all', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  $old$);
alter policy mtl_entry_tenant_fence on public.mtl_entry
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
  );

-- =============================================================================
-- public.player
-- =============================================================================

-- 69. public.player, policy player_insert: INSERT to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'player_insert', 'public.player', 'permissive', 'insert', array['authenticated'],
  check_expr => $old$
    auth.uid() is not null
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = any (array['pit_boss', 'cashier', 'admin'])
  $old$);
alter policy player_insert on public.player
  with check (
    (select auth.uid()) is not null
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'cashier', 'admin'])
  );

-- 70. public.player, policy player_select: SELECT to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'player_select', 'public.player', 'permissive', 'select', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and exists (
      select 1
      from public.player_casino pc
      where pc.player_id = player.id
        and pc.casino_id = coalesce(
          nullif(current_setting('app.casino_id', true), '')::uuid,
          (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
        )
    )
  $old$);
alter policy player_select on public.player
  using (
    (select auth.uid()) is not null
    and exists (
      select 1
      from public.player_casino pc
      where pc.player_id = player.id
        and pc.casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    )
  );

-- 71. public.player, policy player_update: UPDATE to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'player_update', 'public.player', 'permissive', 'update', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and exists (
      select 1
      from public.player_casino pc
      where pc.player_id = player.id
        and pc.casino_id = coalesce(
          current_setting('app.casino_id', true)::uuid,
          (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
        )
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = any (array['pit_boss', 'admin'])
  $old$);
alter policy player_update on public.player
  using (
    (select auth.uid()) is not null
    and exists (
      select 1
      from public.player_casino pc
      where pc.player_id = player.id
        and pc.casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    )
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'admin'])
  );

-- =============================================================================
-- public.player_casino
-- =============================================================================

-- 72. public.player_casino, policy player_casino_insert: INSERT to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'player_casino_insert', 'public.player_casino', 'permissive', 'insert', array['authenticated'],
  check_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = any (array['pit_boss', 'cashier', 'admin'])
  $old$);
alter policy player_casino_insert on public.player_casino
  with check (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'cashier', 'admin'])
  );

-- 73. public.player_casino, policy player_casino_select: SELECT to public, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'player_casino_select', 'public.player_casino', 'permissive', 'select', array['public'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  $old$);
alter policy player_casino_select on public.player_casino
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
  );

-- 74. public.player_casino, policy player_casino_update: UPDATE to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'player_casino_update', 'public.player_casino', 'permissive', 'update', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and current_setting('app.staff_role', true) = any (array['pit_boss', 'admin'])
  $old$,
  check_expr => $old$
    casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  $old$);
alter policy player_casino_update on public.player_casino
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'admin'])
  )
  with check (casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid));

-- =============================================================================
-- public.player_financial_transaction
-- =============================================================================

-- 75. public.player_financial_transaction, policy "Cage and pit can read transactions": SELECT to authenticated,
--     C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'Cage and pit can read transactions', 'public.player_financial_transaction', 'permissive', 'select', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = any (array['cashier', 'pit_boss', 'admin'])
  $old$);
alter policy "Cage and pit can read transactions" on public.player_financial_transaction
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['cashier', 'pit_boss', 'admin'])
  );

-- 76. public.player_financial_transaction, policy player_financial_transaction_insert: INSERT to authenticated,
--     C → dropped
--     rpc-only, money moves through rpc_record_financial_transaction, which checks the cage role against the staff
--     row
call pg_temp.rlsmith_expect(
  'player_financial_transaction_insert', 'public.player_financial_transaction', 'permissive', 'insert', array['authenticated'],
  check_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and current_setting('app.staff_role', true) = any (array['pit_boss', 'cashier', 'admin'])
  $old$,
  then_it_is => 'dropped');
drop policy if exists player_financial_transaction_insert on public.player_financial_transaction;

-- 77. public.player_financial_transaction, policy player_financial_transaction_no_delete: DELETE to
--     authenticated, C → dropped
--     context-to-claim, initplan, deny-policy, permissive and always false: it adds nothing
call pg_temp.rlsmith_expect(
  'player_financial_transaction_no_delete', 'public.player_financial_transaction', 'permissive', 'delete', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and false
  $old$,
  then_it_is => 'dropped');
drop policy if exists player_financial_transaction_no_delete on public.player_financial_transaction;

-- 78. public.player_financial_transaction, policy player_financial_transaction_no_update: UPDATE to
--     authenticated, C → dropped
--     context-to-claim, initplan, deny-policy, permissive and always false: it adds nothing
call pg_temp.rlsmith_expect(
  'player_financial_transaction_no_update', 'public.player_financial_transaction', 'permissive', 'update', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and false
  $old$,
  then_it_is => 'dropped');
drop policy if exists player_financial_transaction_no_update on public.player_financial_transaction;

-- =============================================================================
-- public.player_loyalty
-- =============================================================================

-- 79. public.player_loyalty, policy player_loyalty_insert: INSERT to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'player_loyalty_insert', 'public.player_loyalty', 'permissive', 'insert', array['authenticated'],
  check_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = any (array['pit_boss', 'admin'])
  $old$);
alter policy player_loyalty_insert on public.player_loyalty
  with check (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'admin'])
  );

-- 80. public.player_loyalty, policy player_loyalty_select: SELECT to authenticated, C → A
--     context-to-claim, initplan, merge-permissive
call pg_temp.rlsmith_expect(
  'player_loyalty_select', 'public.player_loyalty', 'permissive', 'select', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  $old$);
alter policy player_loyalty_select on public.player_loyalty
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
  );

-- 81. public.player_loyalty, policy player_loyalty_select_claims: SELECT to authenticated, A → dropped
--     initplan, merge-permissive, the SELECT policy of the same roles allows its rows
call pg_temp.rlsmith_expect(
  'player_loyalty_select_claims', 'public.player_loyalty', 'permissive', 'select', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
  $old$,
  then_it_is => 'dropped');
drop policy if exists player_loyalty_select_claims on public.player_loyalty;

-- 82. public.player_loyalty, policy player_loyalty_update: UPDATE to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'player_loyalty_update', 'public.player_loyalty', 'permissive', 'update', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id'), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = any (array['pit_boss', 'admin'])
  $old$);
alter policy player_loyalty_update on public.player_loyalty
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'admin'])
  );

-- =============================================================================
-- public.rating_slip
-- =============================================================================

-- 83. public.rating_slip, policy rating_slip_insert: INSERT to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'rating_slip_insert', 'public.rating_slip', 'permissive', 'insert', array['authenticated'],
  check_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = any (array['pit_boss', 'admin'])
  $old$);
alter policy rating_slip_insert on public.rating_slip
  with check (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'admin'])
  );

-- 84. public.rating_slip, policy rating_slip_select: SELECT to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'rating_slip_select', 'public.rating_slip', 'permissive', 'select', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  $old$);
alter policy rating_slip_select on public.rating_slip
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
  );

-- 85. public.rating_slip, policy rating_slip_update: UPDATE to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'rating_slip_update', 'public.rating_slip', 'permissive', 'update', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and nullif(current_setting('app.staff_role', true), '') = any (array['pit_boss', 'admin'])
  $old$,
  check_expr => $old$
    casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and nullif(current_setting('app.staff_role', true), '') = any (array['pit_boss', 'admin'])
  $old$);
alter policy rating_slip_update on public.rating_slip
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'admin'])
  )
  with check (
    casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'admin'])
  );

-- =============================================================================
-- public.rating_slip_pause
-- =============================================================================

-- 86. public.rating_slip_pause, policy rating_slip_pause_insert: INSERT to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'rating_slip_pause_insert', 'public.rating_slip_pause', 'permissive', 'insert', array['authenticated'],
  check_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = any (array['pit_boss', 'admin'])
  $old$);
alter policy rating_slip_pause_insert on public.rating_slip_pause
  with check (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'admin'])
  );

-- 87. public.rating_slip_pause, policy rating_slip_pause_select: SELECT to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'rating_slip_pause_select', 'public.rating_slip_pause', 'permissive', 'select', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  $old$);
alter policy rating_slip_pause_select on public.rating_slip_pause
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
  );

-- 88. public.rating_slip_pause, policy rating_slip_pause_update: UPDATE to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'rating_slip_pause_update', 'public.rating_slip_pause', 'permissive', 'update', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and auth.uid() in (
      select s.user_id
      from public.staff s
      where s.id = coalesce(
          nullif(current_setting('app.actor_id', true), '')::uuid,
          (auth.jwt() -> 'app_metadata' ->> 'staff_id')::uuid
        )
        and s.role = any (array['pit_boss'::public.staff_role, 'admin'::public.staff_role])
        and s.status = 'active'::public.staff_status
    )
  $old$);
alter policy rating_slip_pause_update on public.rating_slip_pause
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select auth.uid()) in (
      select s.user_id
      from public.staff s
      where s.id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'staff_id')::uuid)
        and s.role = any (array['pit_boss'::public.staff_role, 'admin'::public.staff_role])
        and s.status = 'active'::public.staff_status
    )
  );

-- =============================================================================
-- public.report
-- =============================================================================

-- 89. public.report, policy report_delete: DELETE to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'report_delete', 'public.report', 'permissive', 'delete', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and nullif(current_setting('app.staff_role', true), '') = 'admin'
  $old$);
alter policy report_delete on public.report
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = 'admin'
  );

-- 90. public.report, policy report_insert: INSERT to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'report_insert', 'public.report', 'permissive', 'insert', array['authenticated'],
  check_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and requested_by = coalesce(
      current_setting('app.actor_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'staff_id')::uuid
    )
  $old$);
alter policy report_insert on public.report
  with check (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and requested_by = (select ((select auth.jwt()) -> 'app_metadata' ->> 'staff_id')::uuid)
  );

-- 91. public.report, policy report_select: SELECT to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'report_select', 'public.report', 'permissive', 'select', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  $old$);
alter policy report_select on public.report
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
  );

-- 92. public.report, policy report_tenant_fence: restrictive ALL to public, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'report_tenant_fence', 'public.report', 'restrictive', 'all', array['public'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  $old$,
  check_expr => $old$
    casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  $old$);
alter policy report_tenant_fence on public.report
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
  )
  with check (casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid));

-- 93. public.report, policy report_update: UPDATE to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'report_update', 'public.report', 'permissive', 'update', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role'), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = any (array['pit_boss', 'admin'])
  $old$);
alter policy report_update on public.report
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'admin'])
  );

-- =============================================================================
-- public.staff
-- =============================================================================

-- 94. public.staff, policy staff_delete: DELETE to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'staff_delete', 'public.staff', 'permissive', 'delete', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id'), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = 'admin'
    and status = 'terminated'::public.staff_status
  $old$);
alter policy staff_delete on public.staff
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = 'admin'
    and status = 'terminated'::public.staff_status
  );

-- 95. public.staff, policy staff_insert: INSERT to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'staff_insert', 'public.staff', 'permissive', 'insert', array['authenticated'],
  check_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = 'admin'
  $old$);
alter policy staff_insert on public.staff
  with check (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = 'admin'
  );

-- 96. public.staff, policy staff_select: SELECT to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'staff_select', 'public.staff', 'permissive', 'select', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  $old$);
alter policy staff_select on public.staff
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
  );

-- 97. public.staff, policy staff_update: UPDATE to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'staff_update', 'public.staff', 'permissive', 'update', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = 'admin'
  $old$,
  check_expr => $old$
    casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = 'admin'
  $old$);
alter policy staff_update on public.staff
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = 'admin'
  )
  with check (
    casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = 'admin'
  );

-- =============================================================================
-- public.table_credit
-- =============================================================================

-- 98. public.table_credit, policy table_credit_delete: DELETE to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'table_credit_delete', 'public.table_credit', 'permissive', 'delete', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id'), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = 'admin'
  $old$);
alter policy table_credit_delete on public.table_credit
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = 'admin'
  );

-- 99. public.table_credit, policy table_credit_insert: INSERT to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'table_credit_insert', 'public.table_credit', 'permissive', 'insert', array['authenticated'],
  check_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = any (array['pit_boss', 'admin'])
  $old$);
alter policy table_credit_insert on public.table_credit
  with check (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'admin'])
  );

-- 100. public.table_credit, policy table_credit_select: SELECT to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'table_credit_select', 'public.table_credit', 'permissive', 'select', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  $old$);
alter policy table_credit_select on public.table_credit
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
  );

-- 101. public.table_credit, policy table_credit_update: UPDATE to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'table_credit_update', 'public.table_credit', 'permissive', 'update', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = any (array['pit_boss', 'cashier', 'admin'])
  $old$,
  check_expr => $old$
    casino_id = coalesce(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  $old$);
alter policy table_credit_update on public.table_credit
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'cashier', 'admin'])
  )
  with check (casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid));

-- =============================================================================
-- public.table_drop_event
-- =============================================================================

-- 102. public.table_drop_event, policy table_drop_event_insert: INSERT to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'table_drop_event_insert', 'public.table_drop_event', 'permissive', 'insert', array['authenticated'],
  check_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = any (array['pit_boss', 'admin'])
  $old$);
alter policy table_drop_event_insert on public.table_drop_event
  with check (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'admin'])
  );

-- 103. public.table_drop_event, policy table_drop_event_select: SELECT to authenticated, C → A
--     context-to-claim, initplan, merge-permissive
call pg_temp.rlsmith_expect(
  'table_drop_event_select', 'public.table_drop_event', 'permissive', 'select', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  $old$);
alter policy table_drop_event_select on public.table_drop_event
  using (
    (
      (select auth.uid()) is not null
      and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    )
    or (
      (select auth.uid()) is not null
      and casino_id = (select ((select auth.jwt()) ->> 'casino_id')::uuid)
      and counted_cents is not null
    )
  );

-- 104. public.table_drop_event, policy table_drop_event_select_count_team: SELECT to authenticated, A → dropped
--     initplan, merge-permissive, the SELECT policy of the same roles allows its rows
call pg_temp.rlsmith_expect(
  'table_drop_event_select_count_team', 'public.table_drop_event', 'permissive', 'select', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = (auth.jwt() ->> 'casino_id')::uuid
    and counted_cents is not null
  $old$,
  then_it_is => 'dropped');
drop policy if exists table_drop_event_select_count_team on public.table_drop_event;

-- 105. public.table_drop_event, policy table_drop_event_update: UPDATE to authenticated, A → A
--     initplan
call pg_temp.rlsmith_expect(
  'table_drop_event_update', 'public.table_drop_event', 'permissive', 'update', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    and auth.jwt() -> 'app_metadata' ->> 'staff_role' = any (array['pit_boss', 'cashier', 'admin'])
  $old$,
  check_expr => $old$casino_id = (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid$old$);
alter policy table_drop_event_update on public.table_drop_event
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'cashier', 'admin'])
  )
  with check (casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid));

-- =============================================================================
-- public.table_fill
-- =============================================================================

-- 106. public.table_fill, policy table_fill_delete: DELETE to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'table_fill_delete', 'public.table_fill', 'permissive', 'delete', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id'), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = 'admin'
  $old$);
alter policy table_fill_delete on public.table_fill
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = 'admin'
  );

-- 107. public.table_fill, policy table_fill_insert: INSERT to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'table_fill_insert', 'public.table_fill', 'permissive', 'insert', array['authenticated'],
  check_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = any (array['pit_boss', 'admin'])
  $old$);
alter policy table_fill_insert on public.table_fill
  with check (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'admin'])
  );

-- 108. public.table_fill, policy table_fill_select: SELECT to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'table_fill_select', 'public.table_fill', 'permissive', 'select', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  $old$);
alter policy table_fill_select on public.table_fill
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
  );

-- 109. public.table_fill, policy table_fill_update: UPDATE to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'table_fill_update', 'public.table_fill', 'permissive', 'update', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and nullif(current_setting('app.staff_role', true), '') = any (array['pit_boss', 'cashier', 'admin'])
  $old$,
  check_expr => $old$
    casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  $old$);
alter policy table_fill_update on public.table_fill
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'cashier', 'admin'])
  )
  with check (casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid));

-- =============================================================================
-- public.table_inventory_snapshot
-- =============================================================================

-- 110. public.table_inventory_snapshot, policy table_inventory_snapshot_delete: DELETE to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'table_inventory_snapshot_delete', 'public.table_inventory_snapshot', 'permissive', 'delete', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and current_setting('app.staff_role', true) = 'admin'
  $old$);
alter policy table_inventory_snapshot_delete on public.table_inventory_snapshot
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = 'admin'
  );

-- 111. public.table_inventory_snapshot, policy table_inventory_snapshot_insert: INSERT to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'table_inventory_snapshot_insert', 'public.table_inventory_snapshot', 'permissive', 'insert', array['authenticated'],
  check_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = any (array['pit_boss', 'admin'])
  $old$);
alter policy table_inventory_snapshot_insert on public.table_inventory_snapshot
  with check (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'admin'])
  );

-- 112. public.table_inventory_snapshot, policy table_inventory_snapshot_select: SELECT to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'table_inventory_snapshot_select', 'public.table_inventory_snapshot', 'permissive', 'select', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  $old$);
alter policy table_inventory_snapshot_select on public.table_inventory_snapshot
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
  );

-- 113. public.table_inventory_snapshot, policy table_inventory_snapshot_update: UPDATE to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'table_inventory_snapshot_update', 'public.table_inventory_snapshot', 'permissive', 'update', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = any (array['pit_boss', 'admin'])
  $old$);
alter policy table_inventory_snapshot_update on public.table_inventory_snapshot
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'admin'])
  );

-- =============================================================================
-- public.visit
-- =============================================================================

-- 114. public.visit, policy "Pit staff can update visits": UPDATE to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'Pit staff can update visits', 'public.visit', 'permissive', 'update', array['authenticated'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id'), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = any (array['pit_boss', 'admin'])
  $old$);
alter policy "Pit staff can update visits" on public.visit
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'admin'])
  );

-- 115. public.visit, policy "Staff can view visits": SELECT to public, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'Staff can view visits', 'public.visit', 'permissive', 'select', array['public'],
  using_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      nullif(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  $old$);
alter policy "Staff can view visits" on public.visit
  using (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
  );

-- 116. public.visit, policy visit_insert: INSERT to authenticated, C → A
--     context-to-claim, initplan
call pg_temp.rlsmith_expect(
  'visit_insert', 'public.visit', 'permissive', 'insert', array['authenticated'],
  check_expr => $old$
    auth.uid() is not null
    and casino_id = coalesce(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    and coalesce(
      nullif(current_setting('app.staff_role', true), ''),
      auth.jwt() -> 'app_metadata' ->> 'staff_role'
    ) = any (array['pit_boss', 'admin'])
  $old$);
alter policy visit_insert on public.visit
  with check (
    (select auth.uid()) is not null
    and casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)
    and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = any (array['pit_boss', 'admin'])
  );

-- Refuses to commit while a policy still reads a mapped session variable.
do $rlsmith$
declare
  left_over text;
begin
  select string_agg(format('%I on %I.%I', p.polname, n.nspname, c.relname), ', ' order by n.nspname, c.relname, p.polname)
  into left_over
  from pg_policy p
  join pg_class c on c.oid = p.polrelid
  join pg_namespace n on n.oid = c.relnamespace
  where concat_ws(' ', pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
    ~* 'current_setting[(]''(app[.]casino_id|app[.]actor_id|app[.]staff_role)''';
  if left_over is not null then
    raise exception 'rlsmith: these policies, created after the plan, still read a session variable: %; nothing was changed, run rlsmith plan again', left_over;
  end if;
end
$rlsmith$;

-- An object that was not as it was when the plan was made must be as an earlier run of this file left it.
call pg_temp.rlsmith_settle();
drop routine pg_temp.rlsmith_settle, pg_temp.rlsmith_expect, pg_temp.rlsmith_same, pg_temp.rlsmith_print, pg_temp.rlsmith_policy;

commit;
