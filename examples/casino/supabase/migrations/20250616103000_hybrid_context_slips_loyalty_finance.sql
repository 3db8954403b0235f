-- Second batch of the hybrid context: rating slips, loyalty, finance, MTL.

DROP POLICY IF EXISTS rating_slip_select ON rating_slip;
CREATE POLICY rating_slip_select ON rating_slip
  FOR SELECT TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  );

DROP POLICY IF EXISTS rating_slip_insert ON rating_slip;
-- blemish: bare-setting
CREATE POLICY rating_slip_insert ON rating_slip
  FOR INSERT TO authenticated
  WITH CHECK (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') IN ('pit_boss', 'admin')
  );

DROP POLICY IF EXISTS rating_slip_update ON rating_slip;
CREATE POLICY rating_slip_update ON rating_slip
  FOR UPDATE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  );

DROP POLICY IF EXISTS rating_slip_delete ON rating_slip;

DROP POLICY IF EXISTS rating_slip_pause_read ON rating_slip_pause;
-- blemish: bare-setting
CREATE POLICY rating_slip_pause_read ON rating_slip_pause
  FOR SELECT TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  );

DROP POLICY IF EXISTS rating_slip_pause_insert ON rating_slip_pause;
CREATE POLICY rating_slip_pause_insert ON rating_slip_pause
  FOR INSERT TO authenticated
  WITH CHECK (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') IN ('pit_boss', 'admin')
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
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') IN ('pit_boss', 'admin')
  );

DROP POLICY IF EXISTS player_loyalty_select ON player_loyalty;
CREATE POLICY player_loyalty_select ON player_loyalty
  FOR SELECT TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  );

DROP POLICY IF EXISTS player_loyalty_insert ON player_loyalty;
-- blemish: bare-setting
CREATE POLICY player_loyalty_insert ON player_loyalty
  FOR INSERT TO authenticated
  WITH CHECK (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') IN ('pit_boss', 'admin')
  );

DROP POLICY IF EXISTS player_loyalty_update ON player_loyalty;
-- blemish: bare-setting
CREATE POLICY player_loyalty_update ON player_loyalty
  FOR UPDATE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id'), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') IN ('pit_boss', 'admin')
  );

DROP POLICY IF EXISTS loyalty_ledger_select ON loyalty_ledger;
CREATE POLICY loyalty_ledger_select ON loyalty_ledger
  FOR SELECT TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') IN ('pit_boss', 'admin')
  );

DROP POLICY IF EXISTS loyalty_ledger_insert ON loyalty_ledger;
CREATE POLICY loyalty_ledger_insert ON loyalty_ledger
  FOR INSERT TO authenticated
  WITH CHECK (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  );

DROP POLICY IF EXISTS loyalty_ledger_no_update ON loyalty_ledger;
CREATE POLICY loyalty_ledger_no_update ON loyalty_ledger
  FOR UPDATE TO authenticated
  USING (false);

DROP POLICY IF EXISTS loyalty_ledger_no_delete ON loyalty_ledger;
CREATE POLICY loyalty_ledger_no_delete ON loyalty_ledger
  FOR DELETE TO authenticated
  USING (false);

DROP POLICY IF EXISTS loyalty_outbox_all ON loyalty_outbox;
-- blemish: bare-setting
CREATE POLICY loyalty_outbox_select ON loyalty_outbox
  FOR SELECT TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') IN ('pit_boss', 'admin')
  );

CREATE POLICY loyalty_outbox_insert ON loyalty_outbox
  FOR INSERT TO authenticated
  WITH CHECK (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') IN ('pit_boss', 'admin')
  );

CREATE POLICY loyalty_outbox_update ON loyalty_outbox
  FOR UPDATE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') = 'admin'
  );

DROP POLICY IF EXISTS player_financial_transaction_select ON player_financial_transaction;
CREATE POLICY "Cage and pit can read transactions" ON player_financial_transaction
  FOR SELECT TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') IN ('cashier', 'pit_boss', 'admin')
  );

DROP POLICY IF EXISTS player_financial_transaction_insert ON player_financial_transaction;
CREATE POLICY player_financial_transaction_insert ON player_financial_transaction
  FOR INSERT TO authenticated
  WITH CHECK (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  );

CREATE POLICY player_financial_transaction_no_update ON player_financial_transaction
  FOR UPDATE TO authenticated
  USING (false);

CREATE POLICY player_financial_transaction_no_delete ON player_financial_transaction
  FOR DELETE TO authenticated
  USING (false);

DROP POLICY IF EXISTS mtl_entry_select ON mtl_entry;
CREATE POLICY mtl_entry_select ON mtl_entry
  FOR SELECT TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') IN ('pit_boss', 'cashier', 'admin')
  );

DROP POLICY IF EXISTS mtl_entry_insert ON mtl_entry;
CREATE POLICY mtl_entry_insert ON mtl_entry
  FOR INSERT TO authenticated
  WITH CHECK (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') IN ('pit_boss', 'cashier', 'admin')
  );

CREATE POLICY mtl_entry_no_update ON mtl_entry
  FOR UPDATE TO authenticated
  USING (false);

CREATE POLICY mtl_entry_no_delete ON mtl_entry
  FOR DELETE TO authenticated
  USING (false);

DROP POLICY IF EXISTS mtl_audit_note_select ON mtl_audit_note;
CREATE POLICY mtl_audit_note_select ON mtl_audit_note
  FOR SELECT TO authenticated
  USING (
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
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') IN ('pit_boss', 'admin')
  );

-- blemish: bare-setting
CREATE POLICY mtl_audit_note_update ON mtl_audit_note
  FOR UPDATE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND EXISTS (
      SELECT 1
      FROM mtl_entry e
      WHERE e.id = mtl_audit_note.mtl_entry_id
        AND e.casino_id = COALESCE(
            NULLIF(current_setting('app.casino_id'), '')::uuid,
            (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
          )
    )
    AND staff_id = COALESCE(NULLIF(current_setting('app.actor_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'staff_id')::uuid)
  );
COMMENT ON POLICY mtl_audit_note_update ON mtl_audit_note IS
  'Authors may correct their own note.';
