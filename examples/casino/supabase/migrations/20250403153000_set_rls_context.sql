-- The request context in one place, so that the API does not call set_config itself.
-- Local to the transaction (third argument true): the pooler runs in transaction mode.

CREATE FUNCTION set_rls_context(p_actor_id uuid, p_casino_id uuid, p_staff_role text)
RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM set_config('app.actor_id', p_actor_id::text, true);
  PERFORM set_config('app.casino_id', p_casino_id::text, true);
  PERFORM set_config('app.staff_role', p_staff_role, true);
END;
$$;

COMMENT ON FUNCTION set_rls_context(uuid, uuid, text) IS
  'Sets app.actor_id, app.casino_id and app.staff_role for the current transaction.';
