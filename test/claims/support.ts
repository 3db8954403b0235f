import { analyseFunctions } from "../../src/classify/functions/functions.ts";
import { classify } from "../../src/classify/classify.ts";
import { readClaims } from "../../src/claims/claims.ts";
import { claimsFindings } from "../../src/claims/judge/judge.ts";
import type { ClaimsFacts } from "../../src/claims/report.ts";
import { unknown } from "../../src/claims/source/answer.ts";
import type { TokenOptions } from "../../src/claims/members/tokens.ts";
import { parseConfig, type UserConfig } from "../../src/config.ts";
import type { Db } from "../../src/db/port.ts";
import type { Finding } from "../../src/finding.ts";
import { causeWords } from "../../src/report/claims-cause.ts";
import { inspect } from "../../src/inspect/inspect.ts";

export const SOURCE = { kind: "function", schema: "auth", name: "jwt" } as const;

/** A members table and a sync that does all it has to. */
export const TABLE = `
create type member_status as enum ('active', 'suspended');
create table staff (
  id uuid primary key default gen_random_uuid(),
  casino_id uuid not null,
  user_id uuid unique references auth.users (id) on delete set null,
  role text not null check (role in ('dealer', 'boss')),
  status member_status not null default 'active',
  updated_at timestamptz not null default now()
);
`;
const CLEAR = `update auth.users set raw_app_meta_data = raw_app_meta_data - 'casino_id' - 'role' where id =`;
const WRITE = `update auth.users
    set raw_app_meta_data = coalesce(raw_app_meta_data, '{}') || jsonb_build_object('casino_id', new.casino_id, 'role', new.role) where id = new.user_id;`;

/** A sync function by its parts; what is left out is not done. */
export const syncFunction = (parts: { relink?: boolean; status?: boolean; remove?: boolean }): string => `
create function sync_claims() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  ${parts.remove ? `if tg_op = 'DELETE' then ${CLEAR} old.user_id; return old; end if;` : ""}
  ${parts.relink ? `if tg_op = 'UPDATE' and old.user_id is distinct from new.user_id then ${CLEAR} old.user_id; end if;` : ""}
  ${parts.status ? `if new.status <> 'active' then ${CLEAR} new.user_id; return new; end if;` : ""}
  ${WRITE}
  return new;
end $$;
`;
export const ALL = { relink: true, status: true, remove: true };

export const trigger = (events: string): string =>
  `create trigger sync after ${events} on staff for each row execute function sync_claims();`;

/** Facts and findings of a database that may be written to: it is its own scratch database. */
export async function look(
  db: Db,
  options: { config?: UserConfig; tokens?: Partial<TokenOptions>; scratch?: boolean } = {},
): Promise<{ facts: ClaimsFacts; findings: Finding[]; codes: string[] }> {
  const catalog = await inspect(db);
  const functions = analyseFunctions(catalog, SOURCE);
  const classified = classify(catalog, SOURCE, functions);
  const config = options.config ? parseConfig(options.config, "test") : null;
  const tokens = { expirySeconds: 3600, since: null, now: null, ...options.tokens };
  const facts = await readClaims(db, { catalog, facts: functions, classified, config }, tokens, async (probe) =>
    options.scratch === false
      ? unknown({ kind: "raised", sqlstate: "0A000", message: "no scratch" })
      : probe(db, catalog),
  );
  const findings = claimsFindings(facts, causeWords);
  return { facts, findings, codes: findings.map(({ code, severity }) => `${severity} ${code}`) };
}
