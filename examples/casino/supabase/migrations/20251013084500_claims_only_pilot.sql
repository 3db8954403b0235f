-- Pilot: new policies read the token only, so that the realtime channels work without a session context.

-- blemish: token-only
CREATE POLICY player_loyalty_select_claims ON player_loyalty
  FOR SELECT TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
  );

-- blemish: token-only
CREATE POLICY loyalty_outbox_delete ON loyalty_outbox
  FOR DELETE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    AND (auth.jwt() -> 'app_metadata' ->> 'staff_role') = 'admin'
    AND status = 'sent'
  );

-- blemish: token-only
CREATE POLICY mtl_audit_note_compliance_read ON mtl_audit_note
  FOR SELECT TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND EXISTS (
      SELECT 1
      FROM mtl_entry e
      WHERE e.id = mtl_audit_note.mtl_entry_id
        AND e.casino_id = (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND (auth.jwt() -> 'app_metadata' ->> 'staff_role') = 'admin'
  );

-- blemish: token-only
CREATE POLICY game_settings_select_claims ON game_settings
  FOR SELECT TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
  );

DROP POLICY IF EXISTS gaming_table_insert ON gaming_table;
-- blemish: token-only
CREATE POLICY gaming_table_insert ON gaming_table
  FOR INSERT TO authenticated
  WITH CHECK (
    auth.uid() IS NOT NULL
    AND casino_id = (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    AND (auth.jwt() -> 'app_metadata' ->> 'staff_role') = 'admin'
  );

DROP POLICY IF EXISTS table_drop_event_update ON table_drop_event;
-- blemish: token-only
CREATE POLICY table_drop_event_update ON table_drop_event
  FOR UPDATE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    AND (auth.jwt() -> 'app_metadata' ->> 'staff_role') IN ('pit_boss', 'cashier', 'admin')
  )
  WITH CHECK (casino_id = (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid);

-- blemish: token-only
CREATE POLICY floor_table_slot_select_claims ON floor_table_slot
  FOR SELECT TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND EXISTS (
      SELECT 1
      FROM floor_layout_version v
      JOIN floor_layout l ON l.id = v.layout_id
      WHERE v.id = floor_table_slot.layout_version_id
        AND l.casino_id = (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  );

-- blemish: token-only
CREATE POLICY casino_rename_by_admin ON casino
  FOR UPDATE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND id = (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    AND (auth.jwt() -> 'app_metadata' ->> 'staff_role') = 'admin'
  )
  WITH CHECK (id = (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid);

-- blemish: token-only
CREATE POLICY finance_outbox_update ON finance_outbox
  FOR UPDATE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    AND (auth.jwt() -> 'app_metadata' ->> 'staff_role') = 'admin'
  );

-- blemish: token-only
CREATE POLICY finance_outbox_delete ON finance_outbox
  FOR DELETE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    AND (auth.jwt() -> 'app_metadata' ->> 'staff_role') = 'admin'
    AND status = 'sent'
  );
