-- The write paths of the floor application. Each function sets the context itself: behind the pooler a
-- SET in an earlier statement may have gone to another connection.

DROP FUNCTION set_rls_context(uuid, uuid, text);

CREATE FUNCTION set_rls_context(
  p_actor_id        uuid,
  p_casino_id       uuid,
  p_staff_role      text,
  p_correlation_id  text DEFAULT NULL
)
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
BEGIN
  PERFORM set_config('app.actor_id', coalesce(p_actor_id::text, ''), true);
  PERFORM set_config('app.casino_id', coalesce(p_casino_id::text, ''), true);
  PERFORM set_config('app.staff_role', coalesce(p_staff_role, ''), true);

  IF p_correlation_id IS NOT NULL THEN
    PERFORM set_config('app.correlation_id', p_correlation_id, true);
    PERFORM set_config('application_name', left('floor:' || p_correlation_id, 63), true);
  END IF;
END;
$$;

COMMENT ON FUNCTION set_rls_context(uuid, uuid, text, text) IS
  'Sets app.actor_id, app.casino_id, app.staff_role and the correlation id for the current transaction.';

REVOKE ALL ON FUNCTION set_rls_context(uuid, uuid, text, text) FROM PUBLIC, anon;
GRANT EXECUTE ON FUNCTION set_rls_context(uuid, uuid, text, text) TO authenticated, service_role;

CREATE FUNCTION rpc_create_player(
  p_actor_id    uuid,
  p_casino_id   uuid,
  p_staff_role  text,
  p_first_name  text,
  p_last_name   text,
  p_birth_date  date DEFAULT NULL
)
RETURNS uuid
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public
AS $$
DECLARE
  v_player_id uuid;
BEGIN
  PERFORM set_config('app.actor_id', p_actor_id::text, true);
  PERFORM set_config('app.casino_id', p_casino_id::text, true);
  PERFORM set_config('app.staff_role', p_staff_role, true);

  INSERT INTO player (first_name, last_name, birth_date)
  VALUES (p_first_name, p_last_name, p_birth_date)
  RETURNING id INTO v_player_id;

  INSERT INTO player_casino (player_id, casino_id, enrolled_by)
  VALUES (v_player_id, p_casino_id, p_actor_id);

  INSERT INTO player_loyalty (player_id, casino_id)
  VALUES (v_player_id, p_casino_id);

  RETURN v_player_id;
END;
$$;

REVOKE ALL ON FUNCTION rpc_create_player(uuid, uuid, text, text, text, date) FROM PUBLIC, anon;
GRANT EXECUTE ON FUNCTION rpc_create_player(uuid, uuid, text, text, text, date) TO authenticated, service_role;

CREATE FUNCTION rpc_start_visit(
  p_actor_id    uuid,
  p_casino_id   uuid,
  p_staff_role  text,
  p_player_id   uuid,
  p_kind        visit_kind DEFAULT 'gaming'
)
RETURNS visit
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public
AS $$
DECLARE
  v_visit visit;
BEGIN
  PERFORM set_rls_context(p_actor_id, p_casino_id, p_staff_role);

  -- a second check-in returns the visit that is open already
  SELECT * INTO v_visit
  FROM visit
  WHERE casino_id = p_casino_id AND player_id = p_player_id AND ended_at IS NULL
  ORDER BY started_at DESC
  LIMIT 1;

  IF FOUND THEN
    RETURN v_visit;
  END IF;

  INSERT INTO visit (casino_id, player_id, kind)
  VALUES (p_casino_id, p_player_id, p_kind)
  RETURNING * INTO v_visit;

  RETURN v_visit;
END;
$$;

REVOKE ALL ON FUNCTION rpc_start_visit(uuid, uuid, text, uuid, visit_kind) FROM PUBLIC, anon;
GRANT EXECUTE ON FUNCTION rpc_start_visit(uuid, uuid, text, uuid, visit_kind) TO authenticated, service_role;

CREATE FUNCTION rpc_end_visit(p_actor_id uuid, p_casino_id uuid, p_staff_role text, p_visit_id uuid)
RETURNS visit
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public
AS $$
DECLARE
  v_visit visit;
BEGIN
  PERFORM set_rls_context(p_actor_id, p_casino_id, p_staff_role);

  IF EXISTS (
    SELECT 1 FROM rating_slip
    WHERE visit_id = p_visit_id AND casino_id = p_casino_id AND status <> 'closed'
  ) THEN
    RAISE EXCEPTION 'VISIT_HAS_OPEN_SLIPS' USING ERRCODE = 'P0001';
  END IF;

  UPDATE visit SET ended_at = now()
  WHERE id = p_visit_id AND casino_id = p_casino_id AND ended_at IS NULL
  RETURNING * INTO v_visit;

  IF v_visit.id IS NULL THEN
    RAISE EXCEPTION 'VISIT_NOT_FOUND' USING ERRCODE = 'P0002';
  END IF;

  RETURN v_visit;
END;
$$;

REVOKE ALL ON FUNCTION rpc_end_visit(uuid, uuid, text, uuid) FROM PUBLIC, anon;
GRANT EXECUTE ON FUNCTION rpc_end_visit(uuid, uuid, text, uuid) TO authenticated, service_role;

CREATE FUNCTION rpc_start_rating_slip(
  p_actor_id           uuid,
  p_casino_id          uuid,
  p_staff_role         text,
  p_visit_id           uuid,
  p_gaming_table_id    uuid,
  p_seat               smallint,
  p_average_bet_cents  bigint,
  p_correlation_id     text DEFAULT NULL
)
RETURNS rating_slip
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public
AS $$
DECLARE
  v_slip rating_slip;
BEGIN
  PERFORM set_rls_context(p_actor_id, p_casino_id, p_staff_role, p_correlation_id);

  IF NOT EXISTS (
    SELECT 1 FROM visit v
    WHERE v.id = p_visit_id AND v.casino_id = p_casino_id AND v.ended_at IS NULL
  ) THEN
    RAISE EXCEPTION 'VISIT_NOT_OPEN' USING ERRCODE = 'P0001';
  END IF;

  INSERT INTO rating_slip (casino_id, visit_id, gaming_table_id, seat, average_bet_cents, game_snapshot)
  SELECT p_casino_id, p_visit_id, t.id, p_seat, p_average_bet_cents,
         jsonb_build_object('game', t.game, 'house_edge', g.house_edge, 'decisions_per_hour', g.decisions_per_hour)
  FROM gaming_table t
  LEFT JOIN game_settings g ON g.casino_id = t.casino_id AND g.game = t.game
  WHERE t.id = p_gaming_table_id AND t.casino_id = p_casino_id AND t.status = 'open'
  RETURNING * INTO v_slip;

  IF v_slip.id IS NULL THEN
    RAISE EXCEPTION 'TABLE_NOT_OPEN' USING ERRCODE = 'P0001';
  END IF;

  RETURN v_slip;
END;
$$;

REVOKE ALL ON FUNCTION rpc_start_rating_slip(uuid, uuid, text, uuid, uuid, smallint, bigint, text) FROM PUBLIC, anon;
GRANT EXECUTE ON FUNCTION rpc_start_rating_slip(uuid, uuid, text, uuid, uuid, smallint, bigint, text) TO authenticated, service_role;

CREATE FUNCTION rpc_pause_rating_slip(p_actor_id uuid, p_casino_id uuid, p_staff_role text, p_rating_slip_id uuid)
RETURNS uuid
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public
AS $$
DECLARE
  v_pause_id uuid;
BEGIN
  PERFORM set_rls_context(p_actor_id, p_casino_id, p_staff_role);

  UPDATE rating_slip SET status = 'paused'
  WHERE id = p_rating_slip_id AND casino_id = p_casino_id AND status = 'open';
  IF NOT FOUND THEN
    RAISE EXCEPTION 'SLIP_NOT_OPEN' USING ERRCODE = 'P0001';
  END IF;

  INSERT INTO rating_slip_pause (casino_id, rating_slip_id, created_by)
  VALUES (p_casino_id, p_rating_slip_id, p_actor_id)
  RETURNING id INTO v_pause_id;

  RETURN v_pause_id;
END;
$$;

REVOKE ALL ON FUNCTION rpc_pause_rating_slip(uuid, uuid, text, uuid) FROM PUBLIC, anon;
GRANT EXECUTE ON FUNCTION rpc_pause_rating_slip(uuid, uuid, text, uuid) TO authenticated, service_role;

CREATE FUNCTION rpc_close_rating_slip(
  p_actor_id           uuid,
  p_casino_id          uuid,
  p_staff_role         text,
  p_rating_slip_id     uuid,
  p_average_bet_cents  bigint DEFAULT NULL,
  p_correlation_id     text DEFAULT NULL
)
RETURNS rating_slip
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public
AS $$
DECLARE
  v_slip rating_slip;
BEGIN
  PERFORM set_rls_context(p_actor_id, p_casino_id, p_staff_role, p_correlation_id);

  UPDATE rating_slip_pause SET ended_at = now()
  WHERE rating_slip_id = p_rating_slip_id AND casino_id = p_casino_id AND ended_at IS NULL;

  UPDATE rating_slip
  SET status = 'closed', end_time = now(), average_bet_cents = coalesce(p_average_bet_cents, average_bet_cents)
  WHERE id = p_rating_slip_id AND casino_id = p_casino_id AND status <> 'closed'
  RETURNING * INTO v_slip;

  IF v_slip.id IS NULL THEN
    RAISE EXCEPTION 'SLIP_NOT_OPEN' USING ERRCODE = 'P0001';
  END IF;

  RETURN v_slip;
END;
$$;

REVOKE ALL ON FUNCTION rpc_close_rating_slip(uuid, uuid, text, uuid, bigint, text) FROM PUBLIC, anon;
GRANT EXECUTE ON FUNCTION rpc_close_rating_slip(uuid, uuid, text, uuid, bigint, text) TO authenticated, service_role;

-- Loyalty writes take nothing from the caller about who the caller is: the staff row decides.
CREATE FUNCTION rpc_accrue_loyalty(p_rating_slip_id uuid, p_points integer, p_idempotency_key uuid)
RETURNS integer
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
DECLARE
  v_staff      public.staff;
  v_player_id  uuid;
  v_balance    integer;
BEGIN
  SELECT * INTO v_staff FROM public.staff s
  WHERE s.user_id = auth.uid() AND s.status = 'active';
  IF NOT FOUND OR v_staff.role NOT IN ('pit_boss', 'admin') THEN
    RAISE EXCEPTION 'FORBIDDEN' USING ERRCODE = '42501';
  END IF;
  PERFORM public.set_rls_context(v_staff.id, v_staff.casino_id, v_staff.role::text);

  SELECT v.player_id INTO v_player_id
  FROM public.rating_slip r
  JOIN public.visit v ON v.id = r.visit_id
  WHERE r.id = p_rating_slip_id AND r.casino_id = v_staff.casino_id AND r.status = 'closed';
  IF NOT FOUND THEN
    RAISE EXCEPTION 'SLIP_NOT_CLOSED' USING ERRCODE = 'P0001';
  END IF;

  INSERT INTO public.loyalty_ledger (casino_id, player_id, rating_slip_id, staff_id, points, reason, idempotency_key)
  VALUES (v_staff.casino_id, v_player_id, p_rating_slip_id, v_staff.id, p_points, 'base_accrual', p_idempotency_key);

  INSERT INTO public.player_loyalty AS pl (player_id, casino_id, balance)
  VALUES (v_player_id, v_staff.casino_id, p_points)
  ON CONFLICT (player_id, casino_id) DO UPDATE SET balance = pl.balance + excluded.balance
  RETURNING pl.balance INTO v_balance;

  RETURN v_balance;
END;
$$;

REVOKE ALL ON FUNCTION rpc_accrue_loyalty(uuid, integer, uuid) FROM PUBLIC, anon;
GRANT EXECUTE ON FUNCTION rpc_accrue_loyalty(uuid, integer, uuid) TO authenticated, service_role;

CREATE FUNCTION rpc_redeem_loyalty(p_player_id uuid, p_points integer, p_idempotency_key uuid)
RETURNS integer
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
DECLARE
  v_staff    public.staff;
  v_balance  integer;
BEGIN
  SELECT * INTO v_staff FROM public.staff s
  WHERE s.user_id = auth.uid() AND s.status = 'active';
  IF NOT FOUND THEN
    RAISE EXCEPTION 'FORBIDDEN' USING ERRCODE = '42501';
  END IF;
  PERFORM public.set_rls_context(v_staff.id, v_staff.casino_id, v_staff.role::text);

  UPDATE public.player_loyalty
  SET balance = balance - p_points
  WHERE player_id = p_player_id AND casino_id = v_staff.casino_id AND balance >= p_points
  RETURNING balance INTO v_balance;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'INSUFFICIENT_POINTS' USING ERRCODE = 'P0001';
  END IF;

  INSERT INTO public.loyalty_ledger (casino_id, player_id, staff_id, points, reason, idempotency_key)
  VALUES (v_staff.casino_id, p_player_id, v_staff.id, -p_points, 'redeem', p_idempotency_key);

  RETURN v_balance;
END;
$$;
