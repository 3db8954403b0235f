-- Operations: who did what, and the reports that come out of it.

CREATE TABLE audit_log (
  id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  casino_id       uuid NOT NULL REFERENCES casino (id) ON DELETE CASCADE,
  actor_id        uuid REFERENCES staff (id),
  domain          text NOT NULL,
  action          text NOT NULL,
  details         jsonb NOT NULL DEFAULT '{}'::jsonb,
  correlation_id  text,
  created_at      timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX audit_log_casino_created_idx ON audit_log (casino_id, created_at DESC);

CREATE TABLE report (
  id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  casino_id     uuid NOT NULL REFERENCES casino (id) ON DELETE CASCADE,
  kind          text NOT NULL CHECK (kind IN ('shift', 'gaming_day', 'mtl', 'loyalty')),
  params        jsonb NOT NULL DEFAULT '{}'::jsonb,
  status        text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'ready', 'failed')),
  requested_by  uuid REFERENCES staff (id),
  created_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TRIGGER audit_log_immutable BEFORE UPDATE OR DELETE ON audit_log
  FOR EACH ROW EXECUTE FUNCTION reject_ledger_change();
CREATE TRIGGER report_updated_at BEFORE UPDATE ON report
  FOR EACH ROW EXECUTE FUNCTION set_updated_at();

ALTER TABLE audit_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE report ENABLE ROW LEVEL SECURITY;

CREATE POLICY audit_log_select ON audit_log
  FOR SELECT TO authenticated
  USING (
    casino_id = current_setting('app.casino_id', true)::uuid
    AND current_setting('app.staff_role', true) = 'admin'
  );

CREATE POLICY audit_log_insert ON audit_log
  FOR INSERT TO authenticated
  WITH CHECK (casino_id = current_setting('app.casino_id', true)::uuid);

CREATE POLICY audit_log_no_update ON audit_log
  FOR UPDATE TO authenticated
  USING (false);

CREATE POLICY audit_log_no_delete ON audit_log
  FOR DELETE TO authenticated
  USING (false);

CREATE POLICY report_select ON report
  FOR SELECT TO authenticated
  USING (casino_id = current_setting('app.casino_id', true)::uuid);

CREATE POLICY report_insert ON report
  FOR INSERT TO authenticated
  WITH CHECK (casino_id = current_setting('app.casino_id', true)::uuid);

CREATE POLICY report_update ON report
  FOR UPDATE TO authenticated
  USING (casino_id = current_setting('app.casino_id', true)::uuid);
