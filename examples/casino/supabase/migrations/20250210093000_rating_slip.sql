-- Rating slips: how long a player sat at a table and what they bet on average.

CREATE TYPE rating_slip_status AS ENUM ('open', 'paused', 'closed');

CREATE TABLE rating_slip (
  id                 uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  casino_id          uuid NOT NULL REFERENCES casino (id) ON DELETE CASCADE,
  visit_id           uuid NOT NULL REFERENCES visit (id) ON DELETE CASCADE,
  gaming_table_id    uuid NOT NULL REFERENCES gaming_table (id),
  seat               seat_number,
  status             rating_slip_status NOT NULL DEFAULT 'open',
  average_bet_cents  money_cents NOT NULL DEFAULT 0,
  game_snapshot      jsonb NOT NULL DEFAULT '{}'::jsonb,
  start_time         timestamptz NOT NULL DEFAULT now(),
  end_time           timestamptz,
  updated_at         timestamptz NOT NULL DEFAULT now(),
  CHECK (end_time IS NULL OR end_time >= start_time)
);

CREATE INDEX rating_slip_casino_status_idx ON rating_slip (casino_id, status);
CREATE INDEX rating_slip_visit_idx ON rating_slip (visit_id);

CREATE TABLE rating_slip_pause (
  id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  casino_id       uuid NOT NULL REFERENCES casino (id) ON DELETE CASCADE,
  rating_slip_id  uuid NOT NULL REFERENCES rating_slip (id) ON DELETE CASCADE,
  started_at      timestamptz NOT NULL DEFAULT now(),
  ended_at        timestamptz,
  created_by      uuid REFERENCES staff (id),
  CHECK (ended_at IS NULL OR ended_at >= started_at)
);

CREATE TRIGGER rating_slip_updated_at BEFORE UPDATE ON rating_slip
  FOR EACH ROW EXECUTE FUNCTION set_updated_at();

ALTER TABLE rating_slip ENABLE ROW LEVEL SECURITY;
ALTER TABLE rating_slip_pause ENABLE ROW LEVEL SECURITY;

CREATE POLICY rating_slip_select ON rating_slip
  FOR SELECT TO authenticated
  USING (casino_id = current_setting('app.casino_id', true)::uuid);

CREATE POLICY rating_slip_insert ON rating_slip
  FOR INSERT TO authenticated
  WITH CHECK (
    casino_id = current_setting('app.casino_id', true)::uuid
    AND current_setting('app.staff_role', true) IN ('pit_boss', 'admin')
  );

CREATE POLICY rating_slip_update ON rating_slip
  FOR UPDATE TO authenticated
  USING (
    casino_id = current_setting('app.casino_id', true)::uuid
    AND current_setting('app.staff_role', true) IN ('pit_boss', 'admin')
  );

CREATE POLICY rating_slip_delete ON rating_slip
  FOR DELETE TO authenticated
  USING (
    casino_id = current_setting('app.casino_id', true)::uuid
    AND current_setting('app.staff_role', true) = 'admin'
  );

CREATE POLICY rating_slip_pause_read ON rating_slip_pause
  FOR SELECT TO authenticated
  USING (casino_id = current_setting('app.casino_id', true)::uuid);

CREATE POLICY rating_slip_pause_insert ON rating_slip_pause
  FOR INSERT TO authenticated
  WITH CHECK (casino_id = current_setting('app.casino_id', true)::uuid);

CREATE POLICY rating_slip_pause_update ON rating_slip_pause
  FOR UPDATE TO authenticated
  USING (casino_id = current_setting('app.casino_id', true)::uuid);
