-- Session variables get lost behind the transaction pooler: the first statement of a request sometimes
-- lands on a connection without them, and the floor sees empty lists. From here on a policy takes the
-- session variable when it is there and the claim from the token when it is not.

DROP POLICY IF EXISTS casino_read ON casino;
CREATE POLICY casino_read ON casino
  FOR SELECT TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  );

ALTER POLICY casino_read ON casino RENAME TO casino_select;

-- blemish: bare-setting
ALTER POLICY casino_update ON casino
  USING (
    auth.uid() IS NOT NULL
    AND id = COALESCE(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') = 'admin'
  )
  WITH CHECK (
    id = COALESCE(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  );

DROP POLICY IF EXISTS casino_settings_select ON casino_settings;
CREATE POLICY casino_settings_select ON casino_settings
  FOR SELECT TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  );

DROP POLICY IF EXISTS casino_settings_insert ON casino_settings;
-- blemish: session-only-role
CREATE POLICY casino_settings_insert ON casino_settings
  FOR INSERT TO authenticated
  WITH CHECK (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND current_setting('app.staff_role', true) = 'admin'
  );

DROP POLICY IF EXISTS casino_settings_update ON casino_settings;
-- blemish: bare-setting
CREATE POLICY casino_settings_update ON casino_settings
  FOR UPDATE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') = 'admin'
  )
  WITH CHECK (
    casino_id = COALESCE(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') = 'admin'
  );

DROP POLICY IF EXISTS casino_settings_delete ON casino_settings;
CREATE POLICY casino_settings_delete ON casino_settings
  FOR DELETE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') = 'admin'
  );

DROP POLICY IF EXISTS staff_read_self ON staff;
DROP POLICY IF EXISTS staff_select ON staff;
CREATE POLICY staff_select ON staff
  FOR SELECT TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  );

-- Policies on staff must not query staff. A look-up such as
--   auth.uid() IN (SELECT s.user_id FROM staff s WHERE s.role = 'admin')
-- is run under the policies of staff, which would run the look-up again: 42P17, infinite recursion,
-- on every statement that touches staff or any relation whose policies look into staff.
-- So the role comes from the context here, never from the table.
DROP POLICY IF EXISTS staff_insert ON staff;
CREATE POLICY staff_insert ON staff
  FOR INSERT TO authenticated
  WITH CHECK (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') = 'admin'
  );

DROP POLICY IF EXISTS staff_update ON staff;
CREATE POLICY staff_update ON staff
  FOR UPDATE TO authenticated
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
COMMENT ON POLICY staff_update ON staff IS
  'Role is read from the context, not from staff: a sub-query on staff would recurse.';

DROP POLICY IF EXISTS staff_delete ON staff;
-- blemish: bare-setting
CREATE POLICY staff_delete ON staff
  FOR DELETE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id'), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') = 'admin'
    AND status = 'terminated'
  );

DROP POLICY IF EXISTS player_select ON player;
CREATE POLICY player_select ON player
  FOR SELECT TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND EXISTS (
      SELECT 1
      FROM player_casino pc
      WHERE pc.player_id = player.id
        AND pc.casino_id = COALESCE(
            NULLIF(current_setting('app.casino_id', true), '')::uuid,
            (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
          )
    )
  );
COMMENT ON POLICY player_select ON player IS
  'A player is visible to every casino the player is enrolled at.';

DROP POLICY IF EXISTS player_insert ON player;
CREATE POLICY player_insert ON player
  FOR INSERT TO authenticated
  WITH CHECK (
    auth.uid() IS NOT NULL
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') IN ('pit_boss', 'cashier', 'admin')
  );

DROP POLICY IF EXISTS player_update ON player;
-- blemish: bare-setting
CREATE POLICY player_update ON player
  FOR UPDATE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND EXISTS (
      SELECT 1
      FROM player_casino pc
      WHERE pc.player_id = player.id
        AND pc.casino_id = COALESCE(
            current_setting('app.casino_id', true)::uuid,
            (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
          )
    )
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') IN ('pit_boss', 'admin')
  );

DROP POLICY IF EXISTS player_delete ON player;

DROP POLICY IF EXISTS player_casino_select ON player_casino;
CREATE POLICY player_casino_select ON player_casino
  FOR SELECT
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  );

DROP POLICY IF EXISTS player_casino_insert ON player_casino;
-- blemish: bare-setting
CREATE POLICY player_casino_insert ON player_casino
  FOR INSERT TO authenticated
  WITH CHECK (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') IN ('pit_boss', 'cashier', 'admin')
  );

DROP POLICY IF EXISTS player_casino_update ON player_casino;
-- blemish: session-only-role
CREATE POLICY player_casino_update ON player_casino
  FOR UPDATE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND current_setting('app.staff_role', true) IN ('pit_boss', 'admin')
  )
  WITH CHECK (
    casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  );

DROP POLICY IF EXISTS visit_select ON visit;
DROP POLICY IF EXISTS "Staff can view visits" ON visit;
CREATE POLICY "Staff can view visits" ON visit
  FOR SELECT
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  );

DROP POLICY IF EXISTS visit_insert ON visit;
-- blemish: bare-setting
CREATE POLICY visit_insert ON visit
  FOR INSERT TO authenticated
  WITH CHECK (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      current_setting('app.casino_id', true)::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') IN ('pit_boss', 'admin')
  );

DROP POLICY IF EXISTS visit_update ON visit;
CREATE POLICY "Pit staff can update visits" ON visit
  FOR UPDATE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  );

DROP POLICY IF EXISTS visit_delete ON visit;
