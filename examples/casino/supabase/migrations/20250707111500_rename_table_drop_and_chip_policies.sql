-- "Drop" meant two things in the code. The table is table_drop_event now.
ALTER TABLE table_drop RENAME TO table_drop_event;
ALTER POLICY table_drop_select ON table_drop_event RENAME TO table_drop_event_select;
ALTER POLICY table_drop_insert ON table_drop_event RENAME TO table_drop_event_insert;
ALTER POLICY table_drop_update ON table_drop_event RENAME TO table_drop_event_update;

-- The four chip relations share their read and insert policies.
DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['table_inventory_snapshot', 'table_fill', 'table_credit', 'table_drop_event']
  LOOP
    EXECUTE format('DROP POLICY IF EXISTS %I ON public.%I', t || '_select', t);
    EXECUTE format($p$
      CREATE POLICY %I ON public.%I
        FOR SELECT TO authenticated
        USING (
          auth.uid() IS NOT NULL
          AND casino_id = COALESCE(
            NULLIF(current_setting('app.casino_id', true), '')::uuid,
            (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
          )
        )
    $p$, t || '_select', t);

    EXECUTE format('DROP POLICY IF EXISTS %I ON public.%I', t || '_insert', t);
    EXECUTE format($p$
      CREATE POLICY %I ON public.%I
        FOR INSERT TO authenticated
        WITH CHECK (
          auth.uid() IS NOT NULL
          AND casino_id = COALESCE(
            NULLIF(current_setting('app.casino_id', true), '')::uuid,
            (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
          )
          AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role')
            IN ('pit_boss', 'admin')
        )
    $p$, t || '_insert', t);
  END LOOP;
END;
$$;

DROP POLICY IF EXISTS table_inventory_snapshot_update ON table_inventory_snapshot;
-- blemish: bare-setting
CREATE POLICY table_inventory_snapshot_update ON table_inventory_snapshot
  FOR UPDATE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') IN ('pit_boss', 'admin')
  );

-- blemish: session-only-role
CREATE POLICY table_inventory_snapshot_delete ON table_inventory_snapshot
  FOR DELETE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND current_setting('app.staff_role', true) = 'admin'
  );

DROP POLICY IF EXISTS table_fill_update ON table_fill;
-- blemish: session-only-role
CREATE POLICY table_fill_update ON table_fill
  FOR UPDATE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND NULLIF(current_setting('app.staff_role', true), '') IN ('pit_boss', 'cashier', 'admin')
  )
  WITH CHECK (
    casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  );

-- blemish: bare-setting
CREATE POLICY table_fill_delete ON table_fill
  FOR DELETE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id'), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') = 'admin'
  );

DROP POLICY IF EXISTS table_credit_update ON table_credit;
-- blemish: bare-setting
CREATE POLICY table_credit_update ON table_credit
  FOR UPDATE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') IN ('pit_boss', 'cashier', 'admin')
  )
  WITH CHECK (
    casino_id = COALESCE(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  );

-- blemish: bare-setting
CREATE POLICY table_credit_delete ON table_credit
  FOR DELETE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id'), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') = 'admin'
  );

-- the count room reads drops with its own token
-- blemish: token-only wrong-path
CREATE POLICY table_drop_event_select_count ON table_drop_event
  FOR SELECT TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = (auth.jwt() ->> 'casino_id')::uuid
    AND counted_cents IS NOT NULL
  );

ALTER POLICY table_drop_event_select_count ON table_drop_event RENAME TO table_drop_event_select_count_team;
