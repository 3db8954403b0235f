-- Three casinos, small. Fixed ids, so that a test can name a row.
-- The last digits say what it is: casino 1 to 3; everything of casino 2 has a 2 in the same place.

INSERT INTO casino (id, name, location) VALUES
  ('c0000000-0000-4000-8000-000000000001', 'Harbor Casino', 'North pier'),
  ('c0000000-0000-4000-8000-000000000002', 'Desert Casino', 'Route 9'),
  ('c0000000-0000-4000-8000-000000000003', 'Lakeside Casino', 'East shore');

INSERT INTO casino_settings (casino_id, timezone)
SELECT id, 'America/Los_Angeles' FROM casino;

-- logins: pit boss, cashier, admin of each casino; one suspended pit boss at casino 1
INSERT INTO auth.users (id, aud, role, email, raw_app_meta_data, raw_user_meta_data, created_at, updated_at) VALUES
  ('a0000000-0000-4000-8000-000000000011', 'authenticated', 'authenticated', 'pit-boss@casino1.example', '{"provider": "email"}', '{}', now(), now()),
  ('a0000000-0000-4000-8000-000000000012', 'authenticated', 'authenticated', 'cashier@casino1.example', '{"provider": "email"}', '{}', now(), now()),
  ('a0000000-0000-4000-8000-000000000013', 'authenticated', 'authenticated', 'admin@casino1.example', '{"provider": "email"}', '{}', now(), now()),
  ('a0000000-0000-4000-8000-000000000021', 'authenticated', 'authenticated', 'pit-boss@casino2.example', '{"provider": "email"}', '{}', now(), now()),
  ('a0000000-0000-4000-8000-000000000022', 'authenticated', 'authenticated', 'cashier@casino2.example', '{"provider": "email"}', '{}', now(), now()),
  ('a0000000-0000-4000-8000-000000000023', 'authenticated', 'authenticated', 'admin@casino2.example', '{"provider": "email"}', '{}', now(), now()),
  ('a0000000-0000-4000-8000-000000000031', 'authenticated', 'authenticated', 'pit-boss@casino3.example', '{"provider": "email"}', '{}', now(), now()),
  ('a0000000-0000-4000-8000-000000000032', 'authenticated', 'authenticated', 'cashier@casino3.example', '{"provider": "email"}', '{}', now(), now()),
  ('a0000000-0000-4000-8000-000000000033', 'authenticated', 'authenticated', 'admin@casino3.example', '{"provider": "email"}', '{}', now(), now()),
  ('a0000000-0000-4000-8000-000000000019', 'authenticated', 'authenticated', 'suspended@casino1.example', '{"provider": "email"}', '{}', now(), now());

-- the trigger on staff writes the claims into auth.users
INSERT INTO staff (id, casino_id, user_id, employee_no, full_name, role, status) VALUES
  ('b0000000-0000-4000-8000-000000000011', 'c0000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000011', 'E101', 'Pit Boss 1', 'pit_boss', 'active'),
  ('b0000000-0000-4000-8000-000000000012', 'c0000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000012', 'E102', 'Cashier 1', 'cashier', 'active'),
  ('b0000000-0000-4000-8000-000000000013', 'c0000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000013', 'E103', 'Admin 1', 'admin', 'active'),
  ('b0000000-0000-4000-8000-000000000014', 'c0000000-0000-4000-8000-000000000001', NULL, 'E104', 'Dealer 1', 'dealer', 'active'),
  ('b0000000-0000-4000-8000-000000000021', 'c0000000-0000-4000-8000-000000000002', 'a0000000-0000-4000-8000-000000000021', 'E201', 'Pit Boss 2', 'pit_boss', 'active'),
  ('b0000000-0000-4000-8000-000000000022', 'c0000000-0000-4000-8000-000000000002', 'a0000000-0000-4000-8000-000000000022', 'E202', 'Cashier 2', 'cashier', 'active'),
  ('b0000000-0000-4000-8000-000000000023', 'c0000000-0000-4000-8000-000000000002', 'a0000000-0000-4000-8000-000000000023', 'E203', 'Admin 2', 'admin', 'active'),
  ('b0000000-0000-4000-8000-000000000024', 'c0000000-0000-4000-8000-000000000002', NULL, 'E204', 'Dealer 2', 'dealer', 'active'),
  ('b0000000-0000-4000-8000-000000000031', 'c0000000-0000-4000-8000-000000000003', 'a0000000-0000-4000-8000-000000000031', 'E301', 'Pit Boss 3', 'pit_boss', 'active'),
  ('b0000000-0000-4000-8000-000000000032', 'c0000000-0000-4000-8000-000000000003', 'a0000000-0000-4000-8000-000000000032', 'E302', 'Cashier 3', 'cashier', 'active'),
  ('b0000000-0000-4000-8000-000000000033', 'c0000000-0000-4000-8000-000000000003', 'a0000000-0000-4000-8000-000000000033', 'E303', 'Admin 3', 'admin', 'active'),
  ('b0000000-0000-4000-8000-000000000034', 'c0000000-0000-4000-8000-000000000003', NULL, 'E304', 'Dealer 3', 'dealer', 'active'),
  ('b0000000-0000-4000-8000-000000000019', 'c0000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000019', 'E109', 'Pit Boss 1 (suspended)', 'pit_boss', 'suspended');

-- players 1 to 3 are enrolled at the casino of the same number, player 4 at casinos 1 and 2
INSERT INTO player (id, first_name, last_name, birth_date) VALUES
  ('d0000000-0000-4000-8000-000000000001', 'Player', 'One', '1965-01-11'),
  ('d0000000-0000-4000-8000-000000000002', 'Player', 'Two', '1970-02-12'),
  ('d0000000-0000-4000-8000-000000000003', 'Player', 'Three', '1975-03-13'),
  ('d0000000-0000-4000-8000-000000000004', 'Player', 'Four', '1980-04-14');

INSERT INTO player_casino (player_id, casino_id, enrolled_by) VALUES
  ('d0000000-0000-4000-8000-000000000001', 'c0000000-0000-4000-8000-000000000001', 'b0000000-0000-4000-8000-000000000011'),
  ('d0000000-0000-4000-8000-000000000002', 'c0000000-0000-4000-8000-000000000002', 'b0000000-0000-4000-8000-000000000021'),
  ('d0000000-0000-4000-8000-000000000003', 'c0000000-0000-4000-8000-000000000003', 'b0000000-0000-4000-8000-000000000031'),
  ('d0000000-0000-4000-8000-000000000004', 'c0000000-0000-4000-8000-000000000001', 'b0000000-0000-4000-8000-000000000011'),
  ('d0000000-0000-4000-8000-000000000004', 'c0000000-0000-4000-8000-000000000002', 'b0000000-0000-4000-8000-000000000021');

INSERT INTO player_loyalty (player_id, casino_id, balance, tier)
SELECT player_id, casino_id, 120, 'bronze' FROM player_casino;

INSERT INTO gaming_table (id, casino_id, label, pit, game, status) VALUES
  ('e0000000-0000-4000-8000-000000000011', 'c0000000-0000-4000-8000-000000000001', 'BJ-01', 'Pit 1', 'blackjack', 'open'),
  ('e0000000-0000-4000-8000-000000000012', 'c0000000-0000-4000-8000-000000000001', 'RL-01', 'Pit 1', 'roulette', 'closed'),
  ('e0000000-0000-4000-8000-000000000021', 'c0000000-0000-4000-8000-000000000002', 'BJ-01', 'Pit 1', 'blackjack', 'open'),
  ('e0000000-0000-4000-8000-000000000022', 'c0000000-0000-4000-8000-000000000002', 'RL-01', 'Pit 1', 'roulette', 'closed'),
  ('e0000000-0000-4000-8000-000000000031', 'c0000000-0000-4000-8000-000000000003', 'BJ-01', 'Pit 1', 'blackjack', 'open'),
  ('e0000000-0000-4000-8000-000000000032', 'c0000000-0000-4000-8000-000000000003', 'RL-01', 'Pit 1', 'roulette', 'closed');

INSERT INTO gaming_table_settings (casino_id, gaming_table_id)
SELECT casino_id, id FROM gaming_table;

INSERT INTO game_settings (casino_id, game, house_edge, decisions_per_hour)
SELECT c.id, g.game, g.house_edge, g.decisions
FROM casino c
CROSS JOIN (VALUES ('blackjack'::game_type, 0.750, 70), ('roulette'::game_type, 5.260, 40)) AS g (game, house_edge, decisions);

INSERT INTO dealer_rotation (casino_id, gaming_table_id, dealer_id)
SELECT t.casino_id, t.id, s.id
FROM gaming_table t
JOIN staff s ON s.casino_id = t.casino_id AND s.role = 'dealer'
WHERE t.status = 'open';

-- one open visit per enrolment
INSERT INTO visit (id, casino_id, player_id) VALUES
  ('f0000000-0000-4000-8000-000000000011', 'c0000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-000000000001'),
  ('f0000000-0000-4000-8000-000000000022', 'c0000000-0000-4000-8000-000000000002', 'd0000000-0000-4000-8000-000000000002'),
  ('f0000000-0000-4000-8000-000000000033', 'c0000000-0000-4000-8000-000000000003', 'd0000000-0000-4000-8000-000000000003'),
  ('f0000000-0000-4000-8000-000000000014', 'c0000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-000000000004'),
  ('f0000000-0000-4000-8000-000000000024', 'c0000000-0000-4000-8000-000000000002', 'd0000000-0000-4000-8000-000000000004');

-- a running and a closed slip for every visit
INSERT INTO rating_slip (casino_id, visit_id, gaming_table_id, seat, status, average_bet_cents, start_time, end_time)
SELECT v.casino_id, v.id, t.id, n.seat::smallint, n.status::rating_slip_status, 2500, now() - interval '2 hours',
       CASE WHEN n.status = 'closed' THEN now() - interval '1 hour' END
FROM visit v
JOIN gaming_table t ON t.casino_id = v.casino_id AND t.status = 'open'
CROSS JOIN (VALUES (2, 'closed'), (3, 'open')) AS n (seat, status);

INSERT INTO rating_slip_pause (casino_id, rating_slip_id, started_at, ended_at)
SELECT casino_id, id, start_time + interval '10 minutes', start_time + interval '20 minutes'
FROM rating_slip
WHERE status = 'closed';

-- the ledgers fill their outboxes by trigger
INSERT INTO loyalty_ledger (casino_id, player_id, staff_id, points, reason)
SELECT pc.casino_id, pc.player_id, s.id, x.points, x.reason::loyalty_reason
FROM player_casino pc
JOIN staff s ON s.casino_id = pc.casino_id AND s.role = 'pit_boss' AND s.status = 'active'
CROSS JOIN (VALUES (150, 'promotion'), (-30, 'redeem')) AS x (points, reason);

INSERT INTO player_financial_transaction (casino_id, player_id, visit_id, direction, tender, amount_cents, created_by)
SELECT v.casino_id, v.player_id, v.id, 'in', 'cash', 50000, s.id
FROM visit v
JOIN staff s ON s.casino_id = v.casino_id AND s.role = 'cashier';

INSERT INTO mtl_entry (casino_id, player_id, visit_id, staff_id, direction, amount_cents, area)
SELECT v.casino_id, v.player_id, v.id, s.id, 'in', 350000, 'pit'
FROM visit v
JOIN staff s ON s.casino_id = v.casino_id AND s.role = 'pit_boss' AND s.status = 'active';

INSERT INTO mtl_audit_note (mtl_entry_id, staff_id, note)
SELECT id, staff_id, 'Seen at the table' FROM mtl_entry;

INSERT INTO table_inventory_snapshot (casino_id, gaming_table_id, snapshot_type, chipset, total_cents)
SELECT casino_id, id, 'open', '{"2500": 40}'::jsonb, 100000 FROM gaming_table;

INSERT INTO table_fill (casino_id, gaming_table_id, request_id, chipset, amount_cents)
SELECT casino_id, id, 'fill-' || label, '{"2500": 20}'::jsonb, 50000 FROM gaming_table WHERE status = 'open';

INSERT INTO table_credit (casino_id, gaming_table_id, request_id, chipset, amount_cents)
SELECT casino_id, id, 'credit-' || label, '{"500": 20}'::jsonb, 10000 FROM gaming_table WHERE status = 'open';

INSERT INTO table_drop_event (casino_id, gaming_table_id, drop_box_no, counted_cents)
SELECT casino_id, id, 'BOX-' || label, 75000 FROM gaming_table WHERE status = 'open';

INSERT INTO floor_layout (casino_id, name, status)
SELECT id, 'Main floor', 'approved' FROM casino;

INSERT INTO floor_layout_version (layout_id, version_no, status)
SELECT id, n, CASE n WHEN 1 THEN 'approved' ELSE 'draft' END::layout_status
FROM floor_layout, generate_series(1, 2) AS n;

INSERT INTO floor_pit (layout_version_id, label, sequence)
SELECT id, 'Pit 1', 1 FROM floor_layout_version;

INSERT INTO floor_table_slot (layout_version_id, floor_pit_id, preferred_table_id, x, y)
SELECT p.layout_version_id, p.id, t.id, 10, 20
FROM floor_pit p
JOIN floor_layout_version v ON v.id = p.layout_version_id
JOIN floor_layout l ON l.id = v.layout_id
JOIN gaming_table t ON t.casino_id = l.casino_id;

INSERT INTO floor_layout_activation (casino_id, layout_version_id, request_id)
SELECT l.casino_id, v.id, 'opening'
FROM floor_layout_version v
JOIN floor_layout l ON l.id = v.layout_id
WHERE v.version_no = 1;

INSERT INTO audit_log (casino_id, actor_id, domain, action)
SELECT casino_id, id, 'seed', 'shift_started' FROM staff WHERE role <> 'dealer';

INSERT INTO report (casino_id, kind, status, requested_by)
SELECT casino_id, 'shift', 'ready', id FROM staff WHERE role = 'admin';
