-- A player is one person; player_casino says at which casinos that person is enrolled.

CREATE TABLE player (
  id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  first_name  text NOT NULL,
  last_name   text NOT NULL,
  full_name   text GENERATED ALWAYS AS (first_name || ' ' || last_name) STORED,
  birth_date  date,
  created_at  timestamptz NOT NULL DEFAULT now(),
  updated_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE player_casino (
  player_id    uuid NOT NULL REFERENCES player (id) ON DELETE CASCADE,
  casino_id    uuid NOT NULL REFERENCES casino (id) ON DELETE CASCADE,
  status       text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'inactive', 'banned')),
  enrolled_by  uuid REFERENCES staff (id) ON DELETE SET NULL,
  enrolled_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (player_id, casino_id)
);

CREATE INDEX player_casino_casino_id_idx ON player_casino (casino_id);

CREATE TABLE visit (
  id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  casino_id   uuid NOT NULL REFERENCES casino (id) ON DELETE CASCADE,
  player_id   uuid NOT NULL,
  kind        visit_kind NOT NULL DEFAULT 'gaming',
  gaming_day  date NOT NULL DEFAULT current_date,
  started_at  timestamptz NOT NULL DEFAULT now(),
  ended_at    timestamptz,
  is_open     boolean GENERATED ALWAYS AS (ended_at IS NULL) STORED,
  updated_at  timestamptz NOT NULL DEFAULT now(),
  FOREIGN KEY (player_id, casino_id) REFERENCES player_casino (player_id, casino_id),
  CONSTRAINT visit_times CHECK (ended_at IS NULL OR ended_at >= started_at)
);

CREATE INDEX visit_casino_day_idx ON visit (casino_id, gaming_day);
CREATE INDEX visit_player_idx ON visit (player_id);

CREATE TRIGGER player_updated_at BEFORE UPDATE ON player
  FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE TRIGGER visit_updated_at BEFORE UPDATE ON visit
  FOR EACH ROW EXECUTE FUNCTION set_updated_at();

ALTER TABLE player ENABLE ROW LEVEL SECURITY;
ALTER TABLE player_casino ENABLE ROW LEVEL SECURITY;
ALTER TABLE visit ENABLE ROW LEVEL SECURITY;

CREATE POLICY player_select ON player
  FOR SELECT TO authenticated
  USING (
    EXISTS (
      SELECT 1
      FROM player_casino pc
      WHERE pc.player_id = player.id
        AND pc.casino_id = current_setting('app.casino_id', true)::uuid
    )
  );

CREATE POLICY player_insert ON player
  FOR INSERT TO authenticated
  WITH CHECK (current_setting('app.staff_role', true) IN ('pit_boss', 'admin'));

CREATE POLICY player_update ON player
  FOR UPDATE TO authenticated
  USING (
    EXISTS (
      SELECT 1
      FROM player_casino pc
      WHERE pc.player_id = player.id
        AND pc.casino_id = current_setting('app.casino_id', true)::uuid
    )
  );

CREATE POLICY player_delete ON player
  FOR DELETE TO authenticated
  USING (current_setting('app.staff_role', true) = 'admin');

CREATE POLICY player_casino_select ON player_casino
  FOR SELECT
  USING (casino_id = current_setting('app.casino_id', true)::uuid);

CREATE POLICY player_casino_insert ON player_casino
  FOR INSERT TO authenticated
  WITH CHECK (casino_id = current_setting('app.casino_id', true)::uuid);

CREATE POLICY player_casino_update ON player_casino
  FOR UPDATE TO authenticated
  USING (
    casino_id = current_setting('app.casino_id', true)::uuid
    AND current_setting('app.staff_role', true) IN ('pit_boss', 'admin')
  );

CREATE POLICY visit_select ON visit
  FOR SELECT TO authenticated
  USING (casino_id = current_setting('app.casino_id', true)::uuid);

CREATE POLICY visit_insert ON visit
  FOR INSERT TO authenticated
  WITH CHECK (casino_id = current_setting('app.casino_id', true)::uuid);

CREATE POLICY visit_update ON visit
  FOR UPDATE TO authenticated
  USING (casino_id = current_setting('app.casino_id', true)::uuid);

CREATE POLICY visit_delete ON visit
  FOR DELETE TO authenticated
  USING (
    casino_id = current_setting('app.casino_id', true)::uuid
    AND current_setting('app.staff_role', true) = 'admin'
  );
