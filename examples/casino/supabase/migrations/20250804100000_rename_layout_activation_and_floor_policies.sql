-- Name the activation table like the rest of its family, and move the floor policies to the hybrid context.
ALTER TABLE layout_activation RENAME TO floor_layout_activation;

DROP POLICY IF EXISTS layout_activation_insert ON floor_layout_activation;
DROP POLICY IF EXISTS layout_activation_claims_read ON floor_layout_activation;
DROP POLICY IF EXISTS layout_activation_select ON floor_layout_activation;
DROP POLICY IF EXISTS floor_layout_activation_select ON floor_layout_activation;
-- blemish: bare-setting
CREATE POLICY floor_layout_activation_select ON floor_layout_activation
  FOR SELECT TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  );

-- blemish: session-only-role
CREATE POLICY floor_layout_activation_update ON floor_layout_activation
  FOR UPDATE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND current_setting('app.staff_role', true) IN ('admin', 'pit_boss')
  )
  WITH CHECK (
    casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  );

DROP POLICY IF EXISTS floor_layout_write ON floor_layout;
DROP POLICY IF EXISTS floor_layout_select ON floor_layout;
CREATE POLICY floor_layout_select ON floor_layout
  FOR SELECT TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  );

-- blemish: bare-setting
CREATE POLICY floor_layout_insert ON floor_layout
  FOR INSERT TO authenticated
  WITH CHECK (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') IN ('pit_boss', 'admin')
  );

-- blemish: bare-setting
CREATE POLICY floor_layout_update ON floor_layout
  FOR UPDATE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') IN ('pit_boss', 'admin')
  )
  WITH CHECK (
    casino_id = COALESCE(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  );

-- blemish: session-only-role
CREATE POLICY floor_layout_delete ON floor_layout
  FOR DELETE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND current_setting('app.staff_role', true) = 'admin'
    AND status = 'draft'
  );

DROP POLICY IF EXISTS floor_layout_version_select ON floor_layout_version;
CREATE POLICY floor_layout_version_select ON floor_layout_version
  FOR SELECT TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND EXISTS (
      SELECT 1
      FROM floor_layout l
      WHERE l.id = floor_layout_version.layout_id
        AND l.casino_id = COALESCE(
            NULLIF(current_setting('app.casino_id', true), '')::uuid,
            (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
          )
    )
  );

DROP POLICY IF EXISTS floor_layout_version_insert ON floor_layout_version;
-- blemish: bare-setting
CREATE POLICY floor_layout_version_insert ON floor_layout_version
  FOR INSERT TO authenticated
  WITH CHECK (
    auth.uid() IS NOT NULL
    AND EXISTS (
      SELECT 1
      FROM floor_layout l
      WHERE l.id = floor_layout_version.layout_id
        AND l.casino_id = COALESCE(
            current_setting('app.casino_id', true)::uuid,
            (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
          )
    )
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') IN ('pit_boss', 'admin')
  );

-- blemish: session-only-role
ALTER POLICY floor_layout_version_update ON floor_layout_version
  USING (
    auth.uid() IS NOT NULL
    AND EXISTS (
      SELECT 1
      FROM floor_layout l
      WHERE l.id = floor_layout_version.layout_id
        AND l.casino_id = COALESCE(
            NULLIF(current_setting('app.casino_id', true), '')::uuid,
            (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
          )
    )
    AND current_setting('app.staff_role', true) IN ('pit_boss', 'admin')
  );

DROP POLICY IF EXISTS floor_pit_write ON floor_pit;
DROP POLICY IF EXISTS floor_pit_select ON floor_pit;
CREATE POLICY floor_pit_select ON floor_pit
  FOR SELECT TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND EXISTS (
      SELECT 1
      FROM floor_layout_version v
      JOIN floor_layout l ON l.id = v.layout_id
      WHERE v.id = floor_pit.layout_version_id
        AND l.casino_id = COALESCE(
            NULLIF(current_setting('app.casino_id', true), '')::uuid,
            (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
          )
    )
  );
COMMENT ON POLICY floor_pit_select ON floor_pit IS
  'A pit has no tenant of its own: version, then layout, then casino.';

CREATE POLICY floor_pit_manage ON floor_pit
  FOR ALL TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND EXISTS (
      SELECT 1
      FROM floor_layout_version v
      JOIN floor_layout l ON l.id = v.layout_id
      WHERE v.id = floor_pit.layout_version_id
        AND l.casino_id = COALESCE(
            NULLIF(current_setting('app.casino_id', true), '')::uuid,
            (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
          )
    )
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') = 'admin'
  );

-- blemish: bare-setting
CREATE POLICY floor_pit_update ON floor_pit
  FOR UPDATE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND EXISTS (
      SELECT 1
      FROM floor_layout_version v
      JOIN floor_layout l ON l.id = v.layout_id
      WHERE v.id = floor_pit.layout_version_id
        AND l.casino_id = COALESCE(
            current_setting('app.casino_id', true)::uuid,
            (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
          )
    )
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') IN ('pit_boss', 'admin')
  );

-- blemish: bare-setting
CREATE POLICY floor_pit_delete ON floor_pit
  FOR DELETE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND EXISTS (
      SELECT 1
      FROM floor_layout_version v
      JOIN floor_layout l ON l.id = v.layout_id
      WHERE v.id = floor_pit.layout_version_id
        AND l.casino_id = COALESCE(
            NULLIF(current_setting('app.casino_id'), '')::uuid,
            (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
          )
    )
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') IN ('pit_boss', 'admin')
  );

DROP POLICY IF EXISTS floor_table_slot_write ON floor_table_slot;
DROP POLICY IF EXISTS floor_table_slot_select ON floor_table_slot;
CREATE POLICY floor_table_slot_select ON floor_table_slot
  FOR SELECT TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND EXISTS (
      SELECT 1
      FROM floor_layout_version v
      JOIN floor_layout l ON l.id = v.layout_id
      WHERE v.id = floor_table_slot.layout_version_id
        AND l.casino_id = COALESCE(
            NULLIF(current_setting('app.casino_id', true), '')::uuid,
            (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
          )
    )
  );

-- blemish: bare-setting
CREATE POLICY floor_table_slot_insert ON floor_table_slot
  FOR INSERT TO authenticated
  WITH CHECK (
    auth.uid() IS NOT NULL
    AND EXISTS (
      SELECT 1
      FROM floor_layout_version v
      JOIN floor_layout l ON l.id = v.layout_id
      WHERE v.id = floor_table_slot.layout_version_id
        AND l.casino_id = COALESCE(
            NULLIF(current_setting('app.casino_id'), '')::uuid,
            (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
          )
    )
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') IN ('pit_boss', 'admin')
  );

CREATE POLICY floor_table_slot_manage ON floor_table_slot
  FOR ALL TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND EXISTS (
      SELECT 1
      FROM floor_layout_version v
      JOIN floor_layout l ON l.id = v.layout_id
      WHERE v.id = floor_table_slot.layout_version_id
        AND l.casino_id = COALESCE(
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
        AND s.role = 'admin'
        AND s.status = 'active'
    )
  );
