-- Cage transactions. Append-only, like the loyalty ledger.

CREATE TYPE txn_direction AS ENUM ('in', 'out');
CREATE TYPE tender_type AS ENUM ('cash', 'chips', 'marker');

CREATE TABLE player_financial_transaction (
  id               uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  casino_id        uuid NOT NULL REFERENCES casino (id) ON DELETE CASCADE,
  player_id        uuid NOT NULL REFERENCES player (id),
  visit_id         uuid REFERENCES visit (id),
  direction        txn_direction NOT NULL,
  tender           tender_type NOT NULL DEFAULT 'cash',
  amount_cents     money_cents NOT NULL CHECK (amount_cents > 0),
  signed_cents     bigint GENERATED ALWAYS AS (
                     CASE WHEN direction = 'in' THEN amount_cents::bigint ELSE -(amount_cents::bigint) END
                   ) STORED,
  idempotency_key  uuid NOT NULL DEFAULT gen_random_uuid(),
  gaming_day       date NOT NULL DEFAULT current_date,
  created_by       uuid REFERENCES staff (id),
  created_at       timestamptz NOT NULL DEFAULT now(),
  UNIQUE (casino_id, idempotency_key)
);

CREATE INDEX player_financial_transaction_day_idx ON player_financial_transaction (casino_id, gaming_day);

CREATE TABLE finance_outbox (
  id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  casino_id       uuid NOT NULL REFERENCES casino (id) ON DELETE CASCADE,
  transaction_id  uuid NOT NULL REFERENCES player_financial_transaction (id) ON DELETE CASCADE,
  event_type      text NOT NULL DEFAULT 'transaction_recorded',
  payload         jsonb NOT NULL DEFAULT '{}'::jsonb,
  status          outbox_status NOT NULL DEFAULT 'pending',
  created_at      timestamptz NOT NULL DEFAULT now(),
  processed_at    timestamptz
);

CREATE TRIGGER player_financial_transaction_immutable
  BEFORE UPDATE OR DELETE ON player_financial_transaction
  FOR EACH ROW EXECUTE FUNCTION reject_ledger_change();

-- SECURITY DEFINER: nobody but this trigger writes the finance outbox
CREATE FUNCTION enqueue_finance_event()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
BEGIN
  INSERT INTO public.finance_outbox (casino_id, transaction_id, payload)
  VALUES (NEW.casino_id, NEW.id,
          jsonb_build_object('player_id', NEW.player_id, 'signed_cents', NEW.signed_cents));
  RETURN NEW;
END;
$$;

CREATE TRIGGER player_financial_transaction_outbox AFTER INSERT ON player_financial_transaction
  FOR EACH ROW EXECUTE FUNCTION enqueue_finance_event();

ALTER TABLE player_financial_transaction ENABLE ROW LEVEL SECURITY;
ALTER TABLE finance_outbox ENABLE ROW LEVEL SECURITY;

CREATE POLICY player_financial_transaction_select ON player_financial_transaction
  FOR SELECT TO authenticated
  USING (casino_id = current_setting('app.casino_id', true)::uuid);

CREATE POLICY player_financial_transaction_insert ON player_financial_transaction
  FOR INSERT TO authenticated
  WITH CHECK (casino_id = current_setting('app.casino_id', true)::uuid);

CREATE POLICY finance_outbox_select ON finance_outbox
  FOR SELECT TO authenticated
  USING (
    casino_id = current_setting('app.casino_id', true)::uuid
    AND current_setting('app.staff_role', true) = 'admin'
  );

CREATE POLICY finance_outbox_update ON finance_outbox
  FOR UPDATE TO authenticated
  USING (
    casino_id = current_setting('app.casino_id', true)::uuid
    AND current_setting('app.staff_role', true) = 'admin'
  );
