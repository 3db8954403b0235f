-- What the pit screen shows. security_invoker: the caller's policies apply, not the owner's.

CREATE VIEW active_rating_slips
WITH (security_invoker = true)
AS
SELECT
  r.id AS rating_slip_id,
  r.casino_id,
  v.id AS visit_id,
  v.player_id,
  t.label AS table_label,
  r.seat,
  r.status,
  r.average_bet_cents,
  now() - r.start_time AS elapsed
FROM rating_slip r
JOIN visit v ON v.id = r.visit_id
JOIN gaming_table t ON t.id = r.gaming_table_id
WHERE r.status <> 'closed';

GRANT SELECT ON active_rating_slips TO authenticated;
