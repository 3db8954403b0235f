-- Third batch: gaming tables, limits, rotations.

DROP POLICY IF EXISTS gaming_table_select ON gaming_table;
CREATE POLICY gaming_table_select ON gaming_table
  FOR SELECT TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  );

-- blemish: bare-setting
ALTER POLICY gaming_table_update ON gaming_table
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
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') IN ('pit_boss', 'admin')
  );

-- blemish: session-only-role
CREATE POLICY gaming_table_delete ON gaming_table
  FOR DELETE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND NULLIF(current_setting('app.staff_role', true), '') = 'admin'
  );

DROP POLICY IF EXISTS gaming_table_settings_select ON gaming_table_settings;
-- blemish: bare-setting
CREATE POLICY gaming_table_settings_select ON gaming_table_settings
  FOR SELECT TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  );

DROP POLICY IF EXISTS gaming_table_settings_insert ON gaming_table_settings;
-- blemish: bare-setting
CREATE POLICY gaming_table_settings_insert ON gaming_table_settings
  FOR INSERT TO authenticated
  WITH CHECK (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND COALESCE(current_setting('app.staff_role', true), auth.jwt() -> 'app_metadata' ->> 'staff_role') IN ('pit_boss', 'admin')
  );

DROP POLICY IF EXISTS gaming_table_settings_update ON gaming_table_settings;
CREATE POLICY gaming_table_settings_update ON gaming_table_settings
  FOR UPDATE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  );

DROP POLICY IF EXISTS game_settings_select ON game_settings;
CREATE POLICY game_settings_select ON game_settings
  FOR SELECT TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  );

DROP POLICY IF EXISTS game_settings_insert ON game_settings;
CREATE POLICY game_settings_admin_all ON game_settings
  FOR ALL TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') = 'admin'
  )
  WITH CHECK (
    casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') = 'admin'
  );
COMMENT ON POLICY game_settings_admin_all ON game_settings IS
  'Admins maintain house edge and pace. Overlaps game_settings_select on purpose.';

DROP POLICY IF EXISTS game_settings_update ON game_settings;
-- blemish: bare-setting
CREATE POLICY game_settings_update ON game_settings
  FOR UPDATE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id'), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') IN ('pit_boss', 'admin')
  );

DROP POLICY IF EXISTS dealer_rotation_select ON dealer_rotation;
CREATE POLICY dealer_rotation_select ON dealer_rotation
  FOR SELECT
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  );

DROP POLICY IF EXISTS dealer_rotation_insert ON dealer_rotation;
-- a suspended pit boss keeps the old token for up to an hour: look the role up
CREATE POLICY dealer_rotation_insert ON dealer_rotation
  FOR INSERT TO authenticated
  WITH CHECK (
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

DROP POLICY IF EXISTS dealer_rotation_update ON dealer_rotation;
-- blemish: bare-setting
CREATE POLICY dealer_rotation_update ON dealer_rotation
  FOR UPDATE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') IN ('pit_boss', 'admin')
  );

CREATE POLICY dealer_rotation_delete ON dealer_rotation
  FOR DELETE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  );
