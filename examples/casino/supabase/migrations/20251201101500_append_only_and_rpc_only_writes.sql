-- Append-only relations. The deny policies name the tenant as well, the policy linter asks for it.

DROP POLICY IF EXISTS loyalty_ledger_no_update ON loyalty_ledger;
CREATE POLICY loyalty_ledger_no_update ON loyalty_ledger
  FOR UPDATE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND false
  );

DROP POLICY IF EXISTS loyalty_ledger_no_delete ON loyalty_ledger;
CREATE POLICY loyalty_ledger_no_delete ON loyalty_ledger
  FOR DELETE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND false
  );

DROP POLICY IF EXISTS player_financial_transaction_no_update ON player_financial_transaction;
CREATE POLICY player_financial_transaction_no_update ON player_financial_transaction
  FOR UPDATE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND false
  );

DROP POLICY IF EXISTS player_financial_transaction_no_delete ON player_financial_transaction;
CREATE POLICY player_financial_transaction_no_delete ON player_financial_transaction
  FOR DELETE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND false
  );

DROP POLICY IF EXISTS mtl_entry_no_update ON mtl_entry;
CREATE POLICY mtl_entry_no_update ON mtl_entry
  FOR UPDATE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND false
  );

DROP POLICY IF EXISTS mtl_entry_no_delete ON mtl_entry;
CREATE POLICY mtl_entry_no_delete ON mtl_entry
  FOR DELETE TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND false
  );

-- Money is only written through the functions of 20250922: they look the caller up in staff, then set the role.

DROP POLICY IF EXISTS player_financial_transaction_insert ON player_financial_transaction;
-- blemish: session-only-role rpc-only
CREATE POLICY player_financial_transaction_insert ON player_financial_transaction
  FOR INSERT TO authenticated
  WITH CHECK (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND current_setting('app.staff_role', true) IN ('pit_boss', 'cashier', 'admin')
  );
COMMENT ON POLICY player_financial_transaction_insert ON player_financial_transaction IS
  'RPC only: app.staff_role is set by rpc_record_financial_transaction after it has checked the caller. A request without that variable must not insert.';

DROP POLICY IF EXISTS mtl_entry_insert ON mtl_entry;
-- blemish: session-only-role rpc-only
CREATE POLICY mtl_entry_insert ON mtl_entry
  FOR INSERT TO authenticated
  WITH CHECK (
    auth.uid() IS NOT NULL
    AND casino_id = COALESCE(
      NULLIF(current_setting('app.casino_id', true), '')::uuid,
      (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid
    )
    AND NULLIF(current_setting('app.staff_role', true), '') IN ('pit_boss', 'cashier', 'admin')
  );
COMMENT ON POLICY mtl_entry_insert ON mtl_entry IS
  'RPC only: app.staff_role is set by rpc_create_mtl_entry after it has checked the caller. A request without that variable must not insert.';

COMMENT ON POLICY audit_log_no_update ON audit_log IS
  'The audit log is append-only.';
COMMENT ON POLICY audit_log_no_delete ON audit_log IS
  'The audit log is append-only.';
COMMENT ON POLICY "Staff can view visits" ON visit IS
  'Everybody on shift sees the visits of their casino.';
COMMENT ON POLICY dealer_rotation_insert ON dealer_rotation IS
  'Looks the active staff row up, the token may be stale.';
