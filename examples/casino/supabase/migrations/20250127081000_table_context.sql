-- Gaming tables, their limits, the dealers on them, and the chips that go in and out.

CREATE TABLE gaming_table (
  id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  casino_id   uuid NOT NULL REFERENCES casino (id) ON DELETE CASCADE,
  label       text NOT NULL,
  pit         text,
  game        game_type NOT NULL,
  status      table_status NOT NULL DEFAULT 'closed',
  created_at  timestamptz NOT NULL DEFAULT now(),
  updated_at  timestamptz NOT NULL DEFAULT now(),
  UNIQUE (casino_id, label)
);

CREATE TABLE gaming_table_settings (
  id               uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  casino_id        uuid NOT NULL REFERENCES casino (id) ON DELETE CASCADE,
  gaming_table_id  uuid NOT NULL REFERENCES gaming_table (id) ON DELETE CASCADE,
  min_bet_cents    money_cents NOT NULL DEFAULT 1000,
  max_bet_cents    money_cents NOT NULL DEFAULT 500000,
  active_from      timestamptz NOT NULL DEFAULT now(),
  active_to        timestamptz,
  CONSTRAINT gaming_table_settings_limits CHECK (max_bet_cents >= min_bet_cents)
);

CREATE TABLE game_settings (
  id                  uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  casino_id           uuid NOT NULL REFERENCES casino (id) ON DELETE CASCADE,
  game                game_type NOT NULL,
  house_edge          numeric(6, 3) NOT NULL DEFAULT 1.500 CHECK (house_edge BETWEEN 0 AND 100),
  decisions_per_hour  integer NOT NULL DEFAULT 60 CHECK (decisions_per_hour > 0),
  seats_available     seat_number NOT NULL DEFAULT 7,
  updated_at          timestamptz NOT NULL DEFAULT now(),
  UNIQUE (casino_id, game)
);

CREATE TABLE dealer_rotation (
  id               uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  casino_id        uuid NOT NULL REFERENCES casino (id) ON DELETE CASCADE,
  gaming_table_id  uuid NOT NULL REFERENCES gaming_table (id) ON DELETE CASCADE,
  dealer_id        uuid NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
  started_at       timestamptz NOT NULL DEFAULT now(),
  ended_at         timestamptz,
  CHECK (ended_at IS NULL OR ended_at >= started_at)
);

CREATE TABLE table_inventory_snapshot (
  id               uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  casino_id        uuid NOT NULL REFERENCES casino (id) ON DELETE CASCADE,
  gaming_table_id  uuid NOT NULL REFERENCES gaming_table (id) ON DELETE CASCADE,
  snapshot_type    text NOT NULL CHECK (snapshot_type IN ('open', 'close', 'rundown')),
  chipset          jsonb NOT NULL DEFAULT '{}'::jsonb,
  total_cents      money_cents NOT NULL DEFAULT 0,
  counted_by       uuid REFERENCES staff (id),
  created_at       timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE table_fill (
  id               uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  casino_id        uuid NOT NULL REFERENCES casino (id) ON DELETE CASCADE,
  gaming_table_id  uuid NOT NULL REFERENCES gaming_table (id) ON DELETE CASCADE,
  request_id       text NOT NULL,
  chipset          jsonb NOT NULL DEFAULT '{}'::jsonb,
  amount_cents     money_cents NOT NULL,
  requested_by     uuid REFERENCES staff (id),
  received_by      uuid REFERENCES staff (id),
  created_at       timestamptz NOT NULL DEFAULT now(),
  UNIQUE (casino_id, request_id)
);

CREATE TABLE table_credit (
  id               uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  casino_id        uuid NOT NULL REFERENCES casino (id) ON DELETE CASCADE,
  gaming_table_id  uuid NOT NULL REFERENCES gaming_table (id) ON DELETE CASCADE,
  request_id       text NOT NULL,
  chipset          jsonb NOT NULL DEFAULT '{}'::jsonb,
  amount_cents     money_cents NOT NULL,
  authorized_by    uuid REFERENCES staff (id),
  received_by      uuid REFERENCES staff (id),
  created_at       timestamptz NOT NULL DEFAULT now(),
  UNIQUE (casino_id, request_id)
);

-- renamed to table_drop_event in July
CREATE TABLE table_drop (
  id               uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  casino_id        uuid NOT NULL REFERENCES casino (id) ON DELETE CASCADE,
  gaming_table_id  uuid NOT NULL REFERENCES gaming_table (id) ON DELETE CASCADE,
  drop_box_no      text NOT NULL,
  gaming_day       date NOT NULL DEFAULT current_date,
  removed_by       uuid REFERENCES staff (id),
  removed_at       timestamptz NOT NULL DEFAULT now(),
  counted_cents    money_cents,
  UNIQUE (casino_id, drop_box_no, gaming_day)
);

CREATE TRIGGER gaming_table_updated_at BEFORE UPDATE ON gaming_table
  FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE TRIGGER game_settings_updated_at BEFORE UPDATE ON game_settings
  FOR EACH ROW EXECUTE FUNCTION set_updated_at();

DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY[
    'gaming_table', 'gaming_table_settings', 'game_settings', 'dealer_rotation',
    'table_inventory_snapshot', 'table_fill', 'table_credit', 'table_drop'
  ]
  LOOP
    EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', t);
  END LOOP;
END;
$$;

CREATE POLICY gaming_table_select ON gaming_table
  FOR SELECT TO authenticated
  USING (casino_id = current_setting('app.casino_id', true)::uuid);

CREATE POLICY gaming_table_insert ON gaming_table
  FOR INSERT TO authenticated
  WITH CHECK (
    casino_id = current_setting('app.casino_id', true)::uuid
    AND current_setting('app.staff_role', true) IN ('pit_boss', 'admin')
  );

CREATE POLICY gaming_table_update ON gaming_table
  FOR UPDATE TO authenticated
  USING (
    casino_id = current_setting('app.casino_id', true)::uuid
    AND current_setting('app.staff_role', true) IN ('pit_boss', 'admin')
  );

CREATE POLICY gaming_table_settings_select ON gaming_table_settings
  FOR SELECT TO authenticated
  USING (casino_id = current_setting('app.casino_id', true)::uuid);

CREATE POLICY gaming_table_settings_insert ON gaming_table_settings
  FOR INSERT TO authenticated
  WITH CHECK (
    casino_id = current_setting('app.casino_id', true)::uuid
    AND current_setting('app.staff_role', true) IN ('pit_boss', 'admin')
  );

CREATE POLICY gaming_table_settings_update ON gaming_table_settings
  FOR UPDATE TO authenticated
  USING (
    casino_id = current_setting('app.casino_id', true)::uuid
    AND current_setting('app.staff_role', true) IN ('pit_boss', 'admin')
  );

CREATE POLICY game_settings_select ON game_settings
  FOR SELECT TO authenticated
  USING (casino_id = current_setting('app.casino_id', true)::uuid);

CREATE POLICY game_settings_insert ON game_settings
  FOR INSERT TO authenticated
  WITH CHECK (
    casino_id = current_setting('app.casino_id', true)::uuid
    AND current_setting('app.staff_role', true) IN ('pit_boss', 'admin')
  );

CREATE POLICY game_settings_update ON game_settings
  FOR UPDATE TO authenticated
  USING (
    casino_id = current_setting('app.casino_id', true)::uuid
    AND current_setting('app.staff_role', true) IN ('pit_boss', 'admin')
  );

CREATE POLICY dealer_rotation_select ON dealer_rotation
  FOR SELECT TO authenticated
  USING (casino_id = current_setting('app.casino_id', true)::uuid);

CREATE POLICY dealer_rotation_insert ON dealer_rotation
  FOR INSERT TO authenticated
  WITH CHECK (
    casino_id = current_setting('app.casino_id', true)::uuid
    AND current_setting('app.staff_role', true) IN ('pit_boss', 'admin')
  );

CREATE POLICY dealer_rotation_update ON dealer_rotation
  FOR UPDATE TO authenticated
  USING (
    casino_id = current_setting('app.casino_id', true)::uuid
    AND current_setting('app.staff_role', true) IN ('pit_boss', 'admin')
  );

CREATE POLICY table_inventory_snapshot_select ON table_inventory_snapshot
  FOR SELECT TO authenticated
  USING (casino_id = current_setting('app.casino_id', true)::uuid);

CREATE POLICY table_inventory_snapshot_insert ON table_inventory_snapshot
  FOR INSERT TO authenticated
  WITH CHECK (
    casino_id = current_setting('app.casino_id', true)::uuid
    AND current_setting('app.staff_role', true) IN ('pit_boss', 'admin')
  );

CREATE POLICY table_fill_select ON table_fill
  FOR SELECT TO authenticated
  USING (casino_id = current_setting('app.casino_id', true)::uuid);

CREATE POLICY table_fill_insert ON table_fill
  FOR INSERT TO authenticated
  WITH CHECK (
    casino_id = current_setting('app.casino_id', true)::uuid
    AND current_setting('app.staff_role', true) IN ('pit_boss', 'admin')
  );

CREATE POLICY table_fill_update ON table_fill
  FOR UPDATE TO authenticated
  USING (
    casino_id = current_setting('app.casino_id', true)::uuid
    AND current_setting('app.staff_role', true) IN ('pit_boss', 'admin')
  );

CREATE POLICY table_credit_select ON table_credit
  FOR SELECT TO authenticated
  USING (casino_id = current_setting('app.casino_id', true)::uuid);

CREATE POLICY table_credit_insert ON table_credit
  FOR INSERT TO authenticated
  WITH CHECK (
    casino_id = current_setting('app.casino_id', true)::uuid
    AND current_setting('app.staff_role', true) IN ('pit_boss', 'admin')
  );

CREATE POLICY table_credit_update ON table_credit
  FOR UPDATE TO authenticated
  USING (
    casino_id = current_setting('app.casino_id', true)::uuid
    AND current_setting('app.staff_role', true) IN ('pit_boss', 'admin')
  );

CREATE POLICY table_drop_select ON table_drop
  FOR SELECT TO authenticated
  USING (casino_id = current_setting('app.casino_id', true)::uuid);

CREATE POLICY table_drop_insert ON table_drop
  FOR INSERT TO authenticated
  WITH CHECK (
    casino_id = current_setting('app.casino_id', true)::uuid
    AND current_setting('app.staff_role', true) IN ('pit_boss', 'admin')
  );

CREATE POLICY table_drop_update ON table_drop
  FOR UPDATE TO authenticated
  USING (
    casino_id = current_setting('app.casino_id', true)::uuid
    AND current_setting('app.staff_role', true) IN ('pit_boss', 'admin')
  );
