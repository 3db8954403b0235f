-- Writes that any member of staff could do until now are gated by role.

DROP POLICY IF EXISTS rating_slip_update ON rating_slip;
-- blemish: session-only-role
CREATE POLICY rating_slip_update ON rating_slip
  FOR UPDATE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND NULLIF(current_setting('app.staff_role', true), '') IN ('pit_boss', 'admin')
  )
  WITH CHECK (
    casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND NULLIF(current_setting('app.staff_role', true), '') IN ('pit_boss', 'admin')
  );

DROP POLICY IF EXISTS rating_slip_pause_update ON rating_slip_pause;
CREATE POLICY rating_slip_pause_update ON rating_slip_pause
  FOR UPDATE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND auth.uid() IN (
      SELECT s.user_id
      FROM staff s
      WHERE s.id = COALESCE(
          NULLIF(current_setting('app.actor_id', true), '')::uuid,
          (auth.jwt() -> 'app_metadata' ->> 'staff_id')::uuid
        )
        AND s.role IN ('pit_boss', 'admin')
        AND s.status = 'active'
    )
  );

DROP POLICY IF EXISTS loyalty_ledger_insert ON loyalty_ledger;
-- blemish: session-only-role
CREATE POLICY loyalty_ledger_insert ON loyalty_ledger
  FOR INSERT TO authenticated
  WITH CHECK (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND current_setting('app.staff_role', true) IN ('pit_boss', 'admin')
  );

-- blemish: bare-setting
CREATE POLICY loyalty_ledger_select_cashier ON loyalty_ledger
  FOR SELECT TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') = 'cashier'
    AND reason = 'redeem'
  );

DROP POLICY IF EXISTS gaming_table_settings_update ON gaming_table_settings;
-- blemish: session-only-role
CREATE POLICY gaming_table_settings_update ON gaming_table_settings
  FOR UPDATE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND current_setting('app.staff_role', true) IN ('pit_boss', 'admin')
  );

-- blemish: session-only-role
ALTER POLICY dealer_rotation_delete ON dealer_rotation
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND current_setting('app.staff_role', true) = 'admin'
  );

-- blemish: bare-setting
ALTER POLICY "Pit staff can update visits" ON visit
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id'), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') IN ('pit_boss', 'admin')
  );

DROP POLICY IF EXISTS mtl_audit_note_insert ON mtl_audit_note;
CREATE POLICY mtl_audit_note_insert ON mtl_audit_note
  FOR INSERT TO authenticated
  WITH CHECK (
    auth.uid() IS NOT NULL
    AND EXISTS (
      SELECT 1
      FROM mtl_entry e
      WHERE e.id = mtl_audit_note.mtl_entry_id
        AND e.casino_id = COALESCE(
            NULLIF(current_setting('app.casino_id', true), '')::uuid,
            (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
          )
    )
    AND auth.uid() IN (
      SELECT s.user_id
      FROM staff s
      WHERE s.id = COALESCE(
          NULLIF(current_setting('app.actor_id', true), '')::uuid,
          (auth.jwt() -> 'app_metadata' ->> 'staff_id')::uuid
        )
        AND s.role IN ('pit_boss', 'admin')
        AND s.status = 'active'
    )
  );

ALTER POLICY rating_slip_pause_read ON rating_slip_pause RENAME TO rating_slip_pause_select;
