-- Multiple transaction log: every cash movement that may add up to a report.

CREATE TABLE mtl_entry (
  id               uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  casino_id        uuid NOT NULL REFERENCES casino (id) ON DELETE CASCADE,
  player_id        uuid REFERENCES player (id),
  visit_id         uuid REFERENCES visit (id),
  staff_id         uuid REFERENCES staff (id),
  direction        txn_direction NOT NULL,
  amount_cents     money_cents NOT NULL CHECK (amount_cents > 0),
  area             text NOT NULL DEFAULT 'pit' CHECK (area IN ('pit', 'cage', 'slots', 'poker')),
  gaming_day       date NOT NULL DEFAULT current_date,
  idempotency_key  uuid NOT NULL DEFAULT gen_random_uuid(),
  occurred_at      timestamptz NOT NULL DEFAULT now(),
  UNIQUE (casino_id, idempotency_key)
);

CREATE TABLE mtl_audit_note (
  id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  mtl_entry_id  uuid NOT NULL REFERENCES mtl_entry (id) ON DELETE CASCADE,
  staff_id      uuid REFERENCES staff (id),
  note          text NOT NULL CHECK (length(note) > 0),
  created_at    timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX mtl_entry_day_idx ON mtl_entry (casino_id, gaming_day, player_id);
CREATE INDEX mtl_audit_note_entry_idx ON mtl_audit_note (mtl_entry_id);

CREATE TRIGGER mtl_entry_immutable BEFORE UPDATE OR DELETE ON mtl_entry
  FOR EACH ROW EXECUTE FUNCTION reject_ledger_change();

ALTER TABLE mtl_entry ENABLE ROW LEVEL SECURITY;
ALTER TABLE mtl_audit_note ENABLE ROW LEVEL SECURITY;

CREATE POLICY mtl_entry_select ON mtl_entry
  FOR SELECT TO authenticated
  USING (casino_id = current_setting('app.casino_id', true)::uuid);

CREATE POLICY mtl_entry_insert ON mtl_entry
  FOR INSERT TO authenticated
  WITH CHECK (
    casino_id = current_setting('app.casino_id', true)::uuid
    AND current_setting('app.staff_role', true) IN ('pit_boss', 'cashier', 'admin')
  );

CREATE POLICY mtl_audit_note_select ON mtl_audit_note
  FOR SELECT TO authenticated
  USING (
    EXISTS (
      SELECT 1
      FROM mtl_entry e
      WHERE e.id = mtl_audit_note.mtl_entry_id
        AND e.casino_id = current_setting('app.casino_id', true)::uuid
    )
  );

CREATE POLICY mtl_audit_note_insert ON mtl_audit_note
  FOR INSERT TO authenticated
  WITH CHECK (
    EXISTS (
      SELECT 1
      FROM mtl_entry e
      WHERE e.id = mtl_audit_note.mtl_entry_id
        AND e.casino_id = current_setting('app.casino_id', true)::uuid
    )
    AND current_setting('app.staff_role', true) IN ('pit_boss', 'admin')
  );
