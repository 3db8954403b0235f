-- Last batch of the hybrid context: audit log, reports, outboxes.

DROP POLICY IF EXISTS audit_log_select ON audit_log;
CREATE POLICY audit_log_select ON audit_log
  FOR SELECT TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND COALESCE(NULLIF(current_setting('app.staff_role', true), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') = 'admin'
  );

-- blemish: bare-setting
CREATE POLICY audit_log_select_own ON audit_log
  FOR SELECT TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND actor_id = COALESCE(NULLIF(current_setting('app.actor_id'), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'staff_id')::uuid)
  );
COMMENT ON POLICY audit_log_select_own ON audit_log IS
  'Everybody sees their own entries.';

DROP POLICY IF EXISTS audit_log_insert ON audit_log;
CREATE POLICY audit_log_insert ON audit_log
  FOR INSERT TO authenticated
  WITH CHECK (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND actor_id = COALESCE(NULLIF(current_setting('app.actor_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'staff_id')::uuid)
  );

DROP POLICY IF EXISTS report_select ON report;
CREATE POLICY report_select ON report
  FOR SELECT TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
  );

DROP POLICY IF EXISTS report_insert ON report;
-- blemish: bare-setting
CREATE POLICY report_insert ON report
  FOR INSERT TO authenticated
  WITH CHECK (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND requested_by = COALESCE(current_setting('app.actor_id', true)::uuid, (auth.jwt() -> 'app_metadata' ->> 'staff_id')::uuid)
  );

DROP POLICY IF EXISTS report_update ON report;
-- blemish: bare-setting
CREATE POLICY report_update ON report
  FOR UPDATE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND COALESCE(NULLIF(current_setting('app.staff_role'), ''), auth.jwt() -> 'app_metadata' ->> 'staff_role') IN ('pit_boss', 'admin')
  );

-- blemish: session-only-role
CREATE POLICY report_delete ON report
  FOR DELETE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND NULLIF(current_setting('app.staff_role', true), '') = 'admin'
  );

DROP POLICY IF EXISTS finance_outbox_select ON finance_outbox;
-- blemish: session-only-role
CREATE POLICY finance_outbox_select ON finance_outbox
  FOR SELECT TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND current_setting('app.staff_role', true) IN ('pit_boss', 'admin')
  );

DROP POLICY IF EXISTS finance_outbox_update ON finance_outbox;
