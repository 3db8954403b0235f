-- The second half of the write paths: money, chips, dealers, layouts.

-- The only way a transaction gets in. The caller is looked up, the role is checked, then set.
CREATE FUNCTION rpc_record_financial_transaction(
  p_player_id        uuid,
  p_direction        txn_direction,
  p_tender           tender_type,
  p_amount_cents     bigint,
  p_idempotency_key  uuid,
  p_visit_id         uuid DEFAULT NULL
)
RETURNS uuid
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
DECLARE
  v_staff  public.staff;
  v_id     uuid;
BEGIN
  SELECT * INTO v_staff FROM public.staff s
  WHERE s.user_id = auth.uid() AND s.status = 'active';
  IF NOT FOUND OR v_staff.role NOT IN ('pit_boss', 'cashier', 'admin') THEN
    RAISE EXCEPTION 'FORBIDDEN' USING ERRCODE = '42501';
  END IF;
  -- a pit boss takes buy-ins, cash leaves only at the cage
  IF v_staff.role = 'pit_boss' AND p_direction <> 'in' THEN
    RAISE EXCEPTION 'CAGE_ONLY' USING ERRCODE = '42501';
  END IF;
  PERFORM public.set_rls_context(v_staff.id, v_staff.casino_id, v_staff.role::text);

  IF NOT EXISTS (
    SELECT 1 FROM public.player_casino pc
    WHERE pc.player_id = p_player_id AND pc.casino_id = v_staff.casino_id
  ) THEN
    RAISE EXCEPTION 'PLAYER_NOT_ENROLLED' USING ERRCODE = 'P0001';
  END IF;

  INSERT INTO public.player_financial_transaction
    (casino_id, player_id, visit_id, direction, tender, amount_cents, idempotency_key, created_by)
  VALUES
    (v_staff.casino_id, p_player_id, p_visit_id, p_direction, p_tender, p_amount_cents, p_idempotency_key, v_staff.id)
  ON CONFLICT (casino_id, idempotency_key) DO NOTHING
  RETURNING id INTO v_id;

  IF v_id IS NULL THEN
    SELECT t.id INTO v_id FROM public.player_financial_transaction t
    WHERE t.casino_id = v_staff.casino_id AND t.idempotency_key = p_idempotency_key;
  END IF;

  INSERT INTO public.audit_log (casino_id, actor_id, domain, action, details)
  VALUES (v_staff.casino_id, v_staff.id, 'finance', 'record_transaction', jsonb_build_object('transaction_id', v_id));

  RETURN v_id;
END;
$$;

REVOKE ALL ON FUNCTION rpc_record_financial_transaction(uuid, txn_direction, tender_type, bigint, uuid, uuid) FROM PUBLIC, anon;
GRANT EXECUTE ON FUNCTION rpc_record_financial_transaction(uuid, txn_direction, tender_type, bigint, uuid, uuid) TO authenticated, service_role;

-- The only way an MTL entry gets in.
CREATE FUNCTION rpc_create_mtl_entry(
  p_player_id        uuid,
  p_direction        txn_direction,
  p_amount_cents     bigint,
  p_area             text,
  p_idempotency_key  uuid,
  p_visit_id         uuid DEFAULT NULL
)
RETURNS uuid
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
DECLARE
  v_staff  public.staff;
  v_id     uuid;
BEGIN
  SELECT * INTO v_staff FROM public.staff s
  WHERE s.user_id = auth.uid() AND s.status = 'active';
  IF NOT FOUND OR v_staff.role NOT IN ('pit_boss', 'cashier', 'admin') THEN
    RAISE EXCEPTION 'FORBIDDEN' USING ERRCODE = '42501';
  END IF;
  PERFORM public.set_rls_context(v_staff.id, v_staff.casino_id, v_staff.role::text);

  INSERT INTO public.mtl_entry
    (casino_id, player_id, visit_id, staff_id, direction, amount_cents, area, idempotency_key)
  VALUES
    (v_staff.casino_id, p_player_id, p_visit_id, v_staff.id, p_direction, p_amount_cents, p_area, p_idempotency_key)
  RETURNING id INTO v_id;

  RETURN v_id;
END;
$$;

REVOKE ALL ON FUNCTION rpc_create_mtl_entry(uuid, txn_direction, bigint, text, uuid, uuid) FROM PUBLIC, anon;
GRANT EXECUTE ON FUNCTION rpc_create_mtl_entry(uuid, txn_direction, bigint, text, uuid, uuid) TO authenticated, service_role;

CREATE FUNCTION rpc_request_table_fill(
  p_actor_id         uuid,
  p_casino_id        uuid,
  p_staff_role       text,
  p_gaming_table_id  uuid,
  p_request_id       text,
  p_chipset          jsonb,
  p_amount_cents     bigint
)
RETURNS table_fill
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public
AS $$
DECLARE
  v_row table_fill;
BEGIN
  PERFORM set_rls_context(p_actor_id, p_casino_id, p_staff_role, p_request_id);

  IF p_staff_role NOT IN ('pit_boss', 'admin') THEN
    RAISE EXCEPTION 'FORBIDDEN' USING ERRCODE = '42501';
  END IF;

  INSERT INTO table_fill (casino_id, gaming_table_id, request_id, chipset, amount_cents, requested_by)
  SELECT p_casino_id, t.id, p_request_id, p_chipset, p_amount_cents, p_actor_id
  FROM gaming_table t
  WHERE t.id = p_gaming_table_id AND t.casino_id = p_casino_id
  ON CONFLICT (casino_id, request_id) DO UPDATE SET request_id = excluded.request_id
  RETURNING * INTO v_row;

  RETURN v_row;
END;
$$;

REVOKE ALL ON FUNCTION rpc_request_table_fill(uuid, uuid, text, uuid, text, jsonb, bigint) FROM PUBLIC, anon;
GRANT EXECUTE ON FUNCTION rpc_request_table_fill(uuid, uuid, text, uuid, text, jsonb, bigint) TO authenticated, service_role;

CREATE FUNCTION rpc_request_table_credit(
  p_actor_id         uuid,
  p_casino_id        uuid,
  p_staff_role       text,
  p_gaming_table_id  uuid,
  p_request_id       text,
  p_chipset          jsonb,
  p_amount_cents     bigint
)
RETURNS table_credit
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public
AS $$
DECLARE
  v_row table_credit;
BEGIN
  PERFORM set_rls_context(p_actor_id, p_casino_id, p_staff_role, p_request_id);

  IF p_staff_role NOT IN ('pit_boss', 'admin') THEN
    RAISE EXCEPTION 'FORBIDDEN' USING ERRCODE = '42501';
  END IF;

  INSERT INTO table_credit (casino_id, gaming_table_id, request_id, chipset, amount_cents, authorized_by)
  SELECT p_casino_id, t.id, p_request_id, p_chipset, p_amount_cents, p_actor_id
  FROM gaming_table t
  WHERE t.id = p_gaming_table_id AND t.casino_id = p_casino_id
  ON CONFLICT (casino_id, request_id) DO UPDATE SET request_id = excluded.request_id
  RETURNING * INTO v_row;

  RETURN v_row;
END;
$$;

REVOKE ALL ON FUNCTION rpc_request_table_credit(uuid, uuid, text, uuid, text, jsonb, bigint) FROM PUBLIC, anon;
GRANT EXECUTE ON FUNCTION rpc_request_table_credit(uuid, uuid, text, uuid, text, jsonb, bigint) TO authenticated, service_role;

CREATE FUNCTION rpc_log_table_drop(
  p_actor_id         uuid,
  p_casino_id        uuid,
  p_staff_role       text,
  p_gaming_table_id  uuid,
  p_drop_box_no      text,
  p_gaming_day       date DEFAULT current_date
)
RETURNS uuid
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public
AS $$
DECLARE
  v_id uuid;
BEGIN
  PERFORM set_rls_context(p_actor_id, p_casino_id, p_staff_role);

  INSERT INTO table_drop_event (casino_id, gaming_table_id, drop_box_no, gaming_day, removed_by)
  VALUES (p_casino_id, p_gaming_table_id, p_drop_box_no, p_gaming_day, p_actor_id)
  RETURNING id INTO v_id;

  RETURN v_id;
END;
$$;

REVOKE ALL ON FUNCTION rpc_log_table_drop(uuid, uuid, text, uuid, text, date) FROM PUBLIC, anon;
GRANT EXECUTE ON FUNCTION rpc_log_table_drop(uuid, uuid, text, uuid, text, date) TO authenticated, service_role;

CREATE FUNCTION rpc_snapshot_table_inventory(
  p_actor_id         uuid,
  p_casino_id        uuid,
  p_staff_role       text,
  p_gaming_table_id  uuid,
  p_snapshot_type    text,
  p_chipset          jsonb,
  p_total_cents      bigint
)
RETURNS uuid
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public
AS $$
DECLARE
  v_id uuid;
BEGIN
  PERFORM set_rls_context(p_actor_id, p_casino_id, p_staff_role);

  INSERT INTO table_inventory_snapshot (casino_id, gaming_table_id, snapshot_type, chipset, total_cents, counted_by)
  VALUES (p_casino_id, p_gaming_table_id, p_snapshot_type, p_chipset, p_total_cents, p_actor_id)
  RETURNING id INTO v_id;

  RETURN v_id;
END;
$$;

REVOKE ALL ON FUNCTION rpc_snapshot_table_inventory(uuid, uuid, text, uuid, text, jsonb, bigint) FROM PUBLIC, anon;
GRANT EXECUTE ON FUNCTION rpc_snapshot_table_inventory(uuid, uuid, text, uuid, text, jsonb, bigint) TO authenticated, service_role;

CREATE FUNCTION rpc_rotate_dealer(
  p_actor_id         uuid,
  p_casino_id        uuid,
  p_gaming_table_id  uuid,
  p_dealer_id        uuid
)
RETURNS uuid
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public
AS $$
DECLARE
  v_role  staff_role;
  v_id    uuid;
BEGIN
  SELECT s.role INTO v_role FROM staff s
  WHERE s.id = p_actor_id AND s.casino_id = p_casino_id AND s.status = 'active';
  IF NOT FOUND OR v_role NOT IN ('pit_boss', 'admin') THEN
    RAISE EXCEPTION 'FORBIDDEN' USING ERRCODE = '42501';
  END IF;

  PERFORM set_config('app.actor_id', p_actor_id::text, true);
  PERFORM set_config('app.casino_id', p_casino_id::text, true);
  PERFORM set_config('app.staff_role', v_role::text, true);

  UPDATE dealer_rotation SET ended_at = now()
  WHERE casino_id = p_casino_id AND gaming_table_id = p_gaming_table_id AND ended_at IS NULL;

  INSERT INTO dealer_rotation (casino_id, gaming_table_id, dealer_id)
  VALUES (p_casino_id, p_gaming_table_id, p_dealer_id)
  RETURNING id INTO v_id;

  RETURN v_id;
END;
$$;

CREATE FUNCTION rpc_activate_floor_layout(p_layout_version_id uuid, p_request_id text)
RETURNS floor_layout_activation
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
DECLARE
  v_staff  public.staff;
  v_row    public.floor_layout_activation;
BEGIN
  SELECT * INTO v_staff FROM public.staff s
  WHERE s.user_id = auth.uid() AND s.status = 'active';
  IF NOT FOUND OR v_staff.role NOT IN ('pit_boss', 'admin') THEN
    RAISE EXCEPTION 'FORBIDDEN' USING ERRCODE = '42501';
  END IF;
  PERFORM public.set_rls_context(v_staff.id, v_staff.casino_id, v_staff.role::text);

  IF NOT EXISTS (
    SELECT 1
    FROM public.floor_layout_version v
    JOIN public.floor_layout l ON l.id = v.layout_id
    WHERE v.id = p_layout_version_id AND l.casino_id = v_staff.casino_id AND v.status = 'approved'
  ) THEN
    RAISE EXCEPTION 'LAYOUT_NOT_APPROVED' USING ERRCODE = 'P0001';
  END IF;

  UPDATE public.floor_layout_activation SET deactivated_at = now()
  WHERE casino_id = v_staff.casino_id AND deactivated_at IS NULL;

  INSERT INTO public.floor_layout_activation (casino_id, layout_version_id, request_id, activated_by)
  VALUES (v_staff.casino_id, p_layout_version_id, p_request_id, v_staff.id)
  RETURNING * INTO v_row;

  RETURN v_row;
END;
$$;

REVOKE ALL ON FUNCTION rpc_activate_floor_layout(uuid, text) FROM PUBLIC, anon;
GRANT EXECUTE ON FUNCTION rpc_activate_floor_layout(uuid, text) TO authenticated, service_role;
