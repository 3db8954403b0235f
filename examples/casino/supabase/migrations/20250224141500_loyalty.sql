-- Loyalty: one balance per player and casino, an append-only ledger behind it, and an outbox for the mailer.

CREATE TYPE loyalty_reason AS ENUM ('base_accrual', 'promotion', 'redeem', 'manual_adjust');
CREATE TYPE outbox_status AS ENUM ('pending', 'sent', 'failed');

CREATE TABLE player_loyalty (
  player_id    uuid NOT NULL,
  casino_id    uuid NOT NULL REFERENCES casino (id) ON DELETE CASCADE,
  balance      integer NOT NULL DEFAULT 0 CHECK (balance >= 0),
  tier         text NOT NULL DEFAULT 'bronze' CHECK (tier IN ('bronze', 'silver', 'gold', 'platinum')),
  preferences  jsonb NOT NULL DEFAULT '{}'::jsonb,
  updated_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (player_id, casino_id),
  FOREIGN KEY (player_id, casino_id) REFERENCES player_casino (player_id, casino_id) ON DELETE CASCADE
);

CREATE TABLE loyalty_ledger (
  id               uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  casino_id        uuid NOT NULL REFERENCES casino (id) ON DELETE CASCADE,
  player_id        uuid NOT NULL REFERENCES player (id),
  rating_slip_id   uuid REFERENCES rating_slip (id),
  staff_id         uuid REFERENCES staff (id),
  points           integer NOT NULL CHECK (points <> 0),
  reason           loyalty_reason NOT NULL,
  idempotency_key  uuid NOT NULL DEFAULT gen_random_uuid(),
  created_at       timestamptz NOT NULL DEFAULT now(),
  UNIQUE (casino_id, idempotency_key)
);

-- a slip earns its base points once
CREATE UNIQUE INDEX loyalty_ledger_slip_accrual_key ON loyalty_ledger (rating_slip_id)
  WHERE reason = 'base_accrual' AND rating_slip_id IS NOT NULL;

CREATE TABLE loyalty_outbox (
  id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  casino_id     uuid NOT NULL REFERENCES casino (id) ON DELETE CASCADE,
  ledger_id     uuid NOT NULL REFERENCES loyalty_ledger (id) ON DELETE CASCADE,
  event_type    text NOT NULL DEFAULT 'points_changed',
  payload       jsonb NOT NULL DEFAULT '{}'::jsonb,
  status        outbox_status NOT NULL DEFAULT 'pending',
  attempts      integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  created_at    timestamptz NOT NULL DEFAULT now(),
  processed_at  timestamptz
);

CREATE FUNCTION reject_ledger_change()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = ''
AS $$
BEGIN
  RAISE EXCEPTION 'LEDGER_IMMUTABLE: % is append-only', TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END;
$$;

CREATE TRIGGER loyalty_ledger_immutable BEFORE UPDATE OR DELETE ON loyalty_ledger
  FOR EACH ROW EXECUTE FUNCTION reject_ledger_change();

CREATE FUNCTION enqueue_loyalty_event()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
BEGIN
  INSERT INTO public.loyalty_outbox (casino_id, ledger_id, payload)
  VALUES (NEW.casino_id, NEW.id,
          jsonb_build_object('player_id', NEW.player_id, 'points', NEW.points, 'reason', NEW.reason));
  RETURN NEW;
END;
$$;

CREATE TRIGGER loyalty_ledger_outbox AFTER INSERT ON loyalty_ledger
  FOR EACH ROW EXECUTE FUNCTION enqueue_loyalty_event();

CREATE TRIGGER player_loyalty_updated_at BEFORE UPDATE ON player_loyalty
  FOR EACH ROW EXECUTE FUNCTION set_updated_at();

ALTER TABLE player_loyalty ENABLE ROW LEVEL SECURITY;
ALTER TABLE loyalty_ledger ENABLE ROW LEVEL SECURITY;
ALTER TABLE loyalty_outbox ENABLE ROW LEVEL SECURITY;

CREATE POLICY player_loyalty_select ON player_loyalty
  FOR SELECT TO authenticated
  USING (casino_id = current_setting('app.casino_id', true)::uuid);

CREATE POLICY player_loyalty_insert ON player_loyalty
  FOR INSERT TO authenticated
  WITH CHECK (
    casino_id = current_setting('app.casino_id', true)::uuid
    AND current_setting('app.staff_role', true) IN ('pit_boss', 'admin')
  );

CREATE POLICY player_loyalty_update ON player_loyalty
  FOR UPDATE TO authenticated
  USING (
    casino_id = current_setting('app.casino_id', true)::uuid
    AND current_setting('app.staff_role', true) IN ('pit_boss', 'admin')
  );

CREATE POLICY loyalty_ledger_select ON loyalty_ledger
  FOR SELECT TO authenticated
  USING (casino_id = current_setting('app.casino_id', true)::uuid);

CREATE POLICY loyalty_ledger_insert ON loyalty_ledger
  FOR INSERT TO authenticated
  WITH CHECK (
    casino_id = current_setting('app.casino_id', true)::uuid
    AND current_setting('app.staff_role', true) IN ('pit_boss', 'admin')
  );

CREATE POLICY loyalty_outbox_all ON loyalty_outbox
  FOR ALL TO authenticated
  USING (
    casino_id = current_setting('app.casino_id', true)::uuid
    AND current_setting('app.staff_role', true) = 'admin'
  );
