-- Floor plans: a layout has versions, a version has pits and table slots, one version is active at a time.

CREATE TYPE layout_status AS ENUM ('draft', 'approved', 'retired');

CREATE TABLE floor_layout (
  id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  casino_id   uuid NOT NULL REFERENCES casino (id) ON DELETE CASCADE,
  name        text NOT NULL,
  status      layout_status NOT NULL DEFAULT 'draft',
  created_by  uuid REFERENCES staff (id),
  created_at  timestamptz NOT NULL DEFAULT now(),
  UNIQUE (casino_id, name)
);

CREATE TABLE floor_layout_version (
  id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  layout_id   uuid NOT NULL REFERENCES floor_layout (id) ON DELETE CASCADE,
  version_no  integer NOT NULL DEFAULT 1 CHECK (version_no > 0),
  status      layout_status NOT NULL DEFAULT 'draft',
  notes       text,
  created_by  uuid REFERENCES staff (id),
  created_at  timestamptz NOT NULL DEFAULT now(),
  UNIQUE (layout_id, version_no)
);

CREATE TABLE floor_pit (
  id                 uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  layout_version_id  uuid NOT NULL REFERENCES floor_layout_version (id) ON DELETE CASCADE,
  label              text NOT NULL,
  sequence           integer NOT NULL DEFAULT 0,
  UNIQUE (layout_version_id, label)
);

CREATE TABLE floor_table_slot (
  id                  uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  layout_version_id   uuid NOT NULL REFERENCES floor_layout_version (id) ON DELETE CASCADE,
  floor_pit_id        uuid REFERENCES floor_pit (id) ON DELETE SET NULL,
  preferred_table_id  uuid REFERENCES gaming_table (id) ON DELETE SET NULL,
  x                   numeric(8, 2) NOT NULL DEFAULT 0,
  y                   numeric(8, 2) NOT NULL DEFAULT 0,
  rotation            smallint NOT NULL DEFAULT 0 CHECK (rotation BETWEEN 0 AND 359)
);

-- renamed to floor_layout_activation in August
CREATE TABLE layout_activation (
  id                 uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  casino_id          uuid NOT NULL REFERENCES casino (id) ON DELETE CASCADE,
  layout_version_id  uuid NOT NULL REFERENCES floor_layout_version (id),
  request_id         text NOT NULL,
  activated_by       uuid REFERENCES staff (id),
  activated_at       timestamptz NOT NULL DEFAULT now(),
  deactivated_at     timestamptz,
  UNIQUE (casino_id, request_id),
  CHECK (deactivated_at IS NULL OR deactivated_at >= activated_at)
);

ALTER TABLE floor_layout ENABLE ROW LEVEL SECURITY;
ALTER TABLE floor_layout_version ENABLE ROW LEVEL SECURITY;
ALTER TABLE floor_pit ENABLE ROW LEVEL SECURITY;
ALTER TABLE floor_table_slot ENABLE ROW LEVEL SECURITY;
ALTER TABLE layout_activation ENABLE ROW LEVEL SECURITY;

CREATE POLICY floor_layout_select ON floor_layout
  FOR SELECT TO authenticated
  USING (casino_id = current_setting('app.casino_id', true)::uuid);

CREATE POLICY floor_layout_write ON floor_layout
  FOR ALL TO authenticated
  USING (
    casino_id = current_setting('app.casino_id', true)::uuid
    AND current_setting('app.staff_role', true) = 'admin'
  );

CREATE POLICY floor_layout_version_select ON floor_layout_version
  FOR SELECT TO authenticated
  USING (
    EXISTS (
      SELECT 1
      FROM floor_layout l
      WHERE l.id = floor_layout_version.layout_id
        AND l.casino_id = current_setting('app.casino_id', true)::uuid
    )
  );

CREATE POLICY floor_layout_version_insert ON floor_layout_version
  FOR INSERT TO authenticated
  WITH CHECK (
    EXISTS (
      SELECT 1
      FROM floor_layout l
      WHERE l.id = floor_layout_version.layout_id
        AND l.casino_id = current_setting('app.casino_id', true)::uuid
    )
    AND current_setting('app.staff_role', true) IN ('pit_boss', 'admin')
  );

CREATE POLICY floor_layout_version_update ON floor_layout_version
  FOR UPDATE TO authenticated
  USING (
    EXISTS (
      SELECT 1
      FROM floor_layout l
      WHERE l.id = floor_layout_version.layout_id
        AND l.casino_id = current_setting('app.casino_id', true)::uuid
    )
    AND current_setting('app.staff_role', true) IN ('pit_boss', 'admin')
  );

CREATE POLICY floor_pit_select ON floor_pit
  FOR SELECT TO authenticated
  USING (
    EXISTS (
      SELECT 1
      FROM floor_layout_version v
      JOIN floor_layout l ON l.id = v.layout_id
      WHERE v.id = floor_pit.layout_version_id
        AND l.casino_id = current_setting('app.casino_id', true)::uuid
    )
  );

CREATE POLICY floor_pit_write ON floor_pit
  FOR ALL TO authenticated
  USING (
    EXISTS (
      SELECT 1
      FROM floor_layout_version v
      JOIN floor_layout l ON l.id = v.layout_id
      WHERE v.id = floor_pit.layout_version_id
        AND l.casino_id = current_setting('app.casino_id', true)::uuid
    )
    AND current_setting('app.staff_role', true) = 'admin'
  );

CREATE POLICY floor_table_slot_select ON floor_table_slot
  FOR SELECT TO authenticated
  USING (
    EXISTS (
      SELECT 1
      FROM floor_layout_version v
      JOIN floor_layout l ON l.id = v.layout_id
      WHERE v.id = floor_table_slot.layout_version_id
        AND l.casino_id = current_setting('app.casino_id', true)::uuid
    )
  );

CREATE POLICY floor_table_slot_write ON floor_table_slot
  FOR ALL TO authenticated
  USING (
    EXISTS (
      SELECT 1
      FROM floor_layout_version v
      JOIN floor_layout l ON l.id = v.layout_id
      WHERE v.id = floor_table_slot.layout_version_id
        AND l.casino_id = current_setting('app.casino_id', true)::uuid
    )
    AND current_setting('app.staff_role', true) = 'admin'
  );

CREATE POLICY layout_activation_select ON layout_activation
  FOR SELECT TO authenticated
  USING (casino_id = current_setting('app.casino_id', true)::uuid);

CREATE POLICY layout_activation_insert ON layout_activation
  FOR INSERT TO authenticated
  WITH CHECK (
    casino_id = current_setting('app.casino_id', true)::uuid
    AND current_setting('app.staff_role', true) = 'admin'
  );

-- first try at reading the token instead of the session
-- blemish: token-only wrong-path
CREATE POLICY layout_activation_select_claims ON layout_activation
  FOR SELECT TO authenticated
  USING (
    auth.uid() IS NOT NULL
    AND casino_id = (auth.jwt() ->> 'casino_id')::uuid
  );
