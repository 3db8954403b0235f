-- Copy tenant, staff id and role into the token, for the paths that cannot call set_rls_context
-- (realtime, direct PostgREST reads, the lobby displays).

CREATE FUNCTION sync_staff_jwt_claims()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
BEGIN
  -- the login was taken away from this staff row, or moved to another user
  IF TG_OP = 'UPDATE' AND OLD.user_id IS NOT NULL AND OLD.user_id IS DISTINCT FROM NEW.user_id THEN
    UPDATE auth.users
    SET raw_app_meta_data = coalesce(raw_app_meta_data, '{}'::jsonb) - 'casino_id' - 'staff_id' - 'staff_role'
    WHERE id = OLD.user_id;
  END IF;

  IF NEW.user_id IS NULL THEN
    RETURN NEW;
  END IF;

  IF NEW.status = 'active' THEN
    UPDATE auth.users
    SET raw_app_meta_data = coalesce(raw_app_meta_data, '{}'::jsonb) || jsonb_build_object(
      'casino_id', NEW.casino_id,
      'staff_id', NEW.id,
      'staff_role', NEW.role
    )
    WHERE id = NEW.user_id;
  ELSE
    UPDATE auth.users
    SET raw_app_meta_data = coalesce(raw_app_meta_data, '{}'::jsonb) - 'casino_id' - 'staff_id' - 'staff_role'
    WHERE id = NEW.user_id;
  END IF;

  RETURN NEW;
END;
$$;

REVOKE ALL ON FUNCTION sync_staff_jwt_claims() FROM PUBLIC, anon, authenticated;

CREATE TRIGGER staff_sync_jwt_claims
  AFTER INSERT OR UPDATE OF role, casino_id, user_id, status ON staff
  FOR EACH ROW EXECUTE FUNCTION sync_staff_jwt_claims();

-- back-fill: staff who were there before the trigger
UPDATE auth.users u
SET raw_app_meta_data = coalesce(u.raw_app_meta_data, '{}'::jsonb) || jsonb_build_object(
  'casino_id', s.casino_id,
  'staff_id', s.id,
  'staff_role', s.role
)
FROM public.staff s
WHERE s.user_id = u.id
  AND s.status = 'active';
