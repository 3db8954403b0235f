-- Tenants and the people who work for them.

CREATE TABLE casino (
  id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name        text NOT NULL CHECK (length(name) > 0),
  location    text,
  status      text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'inactive')),
  created_at  timestamptz NOT NULL DEFAULT now(),
  updated_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE casino_settings (
  id                     uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  casino_id              uuid NOT NULL UNIQUE REFERENCES casino (id) ON DELETE CASCADE,
  timezone               text NOT NULL DEFAULT 'America/Los_Angeles',
  gaming_day_start       time NOT NULL DEFAULT '06:00',
  watchlist_floor_cents  money_cents NOT NULL DEFAULT 300000,
  ctr_threshold_cents    money_cents NOT NULL DEFAULT 1000000,
  created_at             timestamptz NOT NULL DEFAULT now(),
  updated_at             timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE staff (
  id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  casino_id    uuid NOT NULL REFERENCES casino (id) ON DELETE CASCADE,
  user_id      uuid UNIQUE REFERENCES auth.users (id) ON DELETE SET NULL,
  employee_no  text NOT NULL,
  full_name    text NOT NULL,
  role         staff_role NOT NULL DEFAULT 'dealer',
  status       staff_status NOT NULL DEFAULT 'active',
  created_at   timestamptz NOT NULL DEFAULT now(),
  updated_at   timestamptz NOT NULL DEFAULT now(),
  UNIQUE (casino_id, employee_no),
  -- dealers are scheduled, they do not log in
  CONSTRAINT staff_dealer_has_no_login CHECK (role <> 'dealer' OR user_id IS NULL)
);

CREATE INDEX staff_casino_id_idx ON staff (casino_id);

CREATE TRIGGER casino_updated_at BEFORE UPDATE ON casino
  FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE TRIGGER casino_settings_updated_at BEFORE UPDATE ON casino_settings
  FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE TRIGGER staff_updated_at BEFORE UPDATE ON staff
  FOR EACH ROW EXECUTE FUNCTION set_updated_at();

ALTER TABLE casino ENABLE ROW LEVEL SECURITY;
ALTER TABLE casino_settings ENABLE ROW LEVEL SECURITY;
ALTER TABLE staff ENABLE ROW LEVEL SECURITY;

CREATE POLICY casino_read ON casino
  FOR SELECT TO authenticated
  USING (id = current_setting('app.casino_id', true)::uuid);

CREATE POLICY casino_update ON casino
  FOR UPDATE TO authenticated
  USING (
    id = current_setting('app.casino_id', true)::uuid
    AND current_setting('app.staff_role', true) = 'admin'
  );

CREATE POLICY casino_settings_select ON casino_settings
  FOR SELECT TO authenticated
  USING (casino_id = current_setting('app.casino_id', true)::uuid);

CREATE POLICY casino_settings_update ON casino_settings
  FOR UPDATE TO authenticated
  USING (
    casino_id = current_setting('app.casino_id', true)::uuid
    AND current_setting('app.staff_role', true) = 'admin'
  );

CREATE POLICY staff_select ON staff
  FOR SELECT TO authenticated
  USING (casino_id = current_setting('app.casino_id', true)::uuid);

CREATE POLICY staff_read_self ON staff
  FOR SELECT TO authenticated
  USING (user_id = auth.uid());

CREATE POLICY staff_insert ON staff
  FOR INSERT TO authenticated
  WITH CHECK (
    casino_id = current_setting('app.casino_id', true)::uuid
    AND current_setting('app.staff_role', true) = 'admin'
  );

CREATE POLICY staff_update ON staff
  FOR UPDATE TO authenticated
  USING (
    casino_id = current_setting('app.casino_id', true)::uuid
    AND current_setting('app.staff_role', true) = 'admin'
  );
