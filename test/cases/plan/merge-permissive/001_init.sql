CREATE TABLE note (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL,
  owner uuid,
  state text NOT NULL DEFAULT 'open'
);
ALTER TABLE note ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON note TO authenticated;
GRANT SELECT ON note TO anon;

CREATE POLICY note_read ON note FOR SELECT TO authenticated
  USING (tenant_id = coalesce(nullif(current_setting('app.tenant_id', true), ''), auth.jwt() ->> 'tenant_id')::uuid AND auth.uid() IS NOT NULL);
COMMENT ON POLICY note_read ON note IS 'Members read.';
-- the same for a part of the rows: nothing is left of it
CREATE POLICY note_read_open ON note FOR SELECT TO authenticated
  USING (tenant_id = coalesce(nullif(current_setting('app.tenant_id', true), ''), auth.jwt() ->> 'tenant_id')::uuid AND auth.uid() IS NOT NULL AND state = 'open');
-- for every role, and so for authenticated too
CREATE POLICY note_display ON note FOR SELECT
  USING (tenant_id = coalesce(nullif(current_setting('app.tenant_id', true), ''), auth.jwt() ->> 'tenant_id')::uuid AND state = 'shown');
COMMENT ON POLICY note_display ON note IS 'What a display shows.';

-- USING and WITH CHECK of the two are ORed each for itself
CREATE POLICY note_edit ON note FOR UPDATE TO authenticated
  USING (tenant_id = coalesce(nullif(current_setting('app.tenant_id', true), ''), auth.jwt() ->> 'tenant_id')::uuid)
  WITH CHECK (tenant_id = coalesce(nullif(current_setting('app.tenant_id', true), ''), auth.jwt() ->> 'tenant_id')::uuid AND state <> 'shown');
CREATE POLICY note_edit_own ON note FOR UPDATE TO authenticated
  USING (tenant_id = coalesce(nullif(current_setting('app.tenant_id', true), ''), auth.jwt() ->> 'tenant_id')::uuid AND owner = auth.uid());

CREATE POLICY note_add ON note FOR INSERT TO authenticated
  WITH CHECK (tenant_id = coalesce(nullif(current_setting('app.tenant_id', true), ''), auth.jwt() ->> 'tenant_id')::uuid);
