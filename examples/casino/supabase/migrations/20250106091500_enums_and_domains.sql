-- Shared types. Everything later builds on these.

CREATE TYPE staff_role AS ENUM ('dealer', 'pit_boss', 'cashier', 'admin');
CREATE TYPE staff_status AS ENUM ('active', 'suspended', 'terminated');
CREATE TYPE game_type AS ENUM ('blackjack', 'baccarat', 'roulette', 'poker');
CREATE TYPE table_status AS ENUM ('open', 'closed', 'maintenance');
CREATE TYPE visit_kind AS ENUM ('gaming', 'rewards_only');

-- money is kept in cents, always
CREATE DOMAIN money_cents AS bigint
  CHECK (VALUE >= 0);

CREATE DOMAIN seat_number AS smallint
  CHECK (VALUE BETWEEN 1 AND 9);

CREATE FUNCTION set_updated_at()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = ''
AS $$
BEGIN
  NEW.updated_at := now();
  RETURN NEW;
END;
$$;
