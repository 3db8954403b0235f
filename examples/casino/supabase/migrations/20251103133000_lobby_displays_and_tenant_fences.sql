-- The lobby displays have no login: a small proxy connects as anon and sets app.casino_id for the display.

-- blemish: no-identity-guard
CREATE POLICY gaming_table_lobby_display ON gaming_table
  FOR SELECT
  USING (
    casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND status = 'open'
  );
COMMENT ON POLICY gaming_table_lobby_display ON gaming_table IS
  'Lobby displays: open tables of the casino the display belongs to.';

-- blemish: no-identity-guard
CREATE POLICY casino_lobby_display ON casino
  FOR SELECT
  USING (
    id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND status = 'active'
  );

-- Whatever permissive policies are added later, these two relations stay inside the tenant.
CREATE POLICY mtl_entry_tenant_fence ON mtl_entry
  AS RESTRICTIVE
  FOR ALL TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  );
COMMENT ON POLICY mtl_entry_tenant_fence ON mtl_entry IS
  'Restrictive: ANDed with every other policy of mtl_entry.';

CREATE POLICY report_tenant_fence ON report
  AS RESTRICTIVE
  FOR ALL
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  )
  WITH CHECK (
    casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  );
