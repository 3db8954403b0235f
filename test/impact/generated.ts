import type { UserConfig } from "../../src/config.ts";
import type { Db } from "../../src/db/port.ts";
import type { Tried } from "./brute-force.ts";

/** A database that is made by chance, always the same for one seed. */
export interface Generated {
  sql: string;
  relations: string[];
  config: UserConfig;
}

/** Numbers from 0 to 1 (mulberry32). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const META = "auth.jwt() -> 'app_metadata'";
const SHOP_VARIABLE = "nullif(current_setting('app.shop_id', true), '')::uuid";
const SHOP = `coalesce(${SHOP_VARIABLE}, (${META} ->> 'shop_id')::uuid)`;
const ROLE = `coalesce(nullif(current_setting('app.role', true), ''), ${META} ->> 'role')`;
const SHOPS = "string_to_array(current_setting('app.shops', true), ',')::uuid[]";

/** Conditions on a row of the table `t`. `inner`: other tables that may be read. */
const CONDITIONS: readonly ((t: string, inner: readonly string[]) => string)[] = [
  (t) => `${t}.shop_id = ${SHOP}`,
  (t) => `${t}.shop_id = ${SHOP_VARIABLE}`,
  (t) => `${t}.shop_id = (select ${SHOP})`,
  (t) => `${t}.shop_id = (${META} ->> 'shop_id')::uuid`,
  (t) => `${t}.shop_id is null or ${t}.shop_id = ${SHOP}`,
  (t) => `${t}.shop_id = public.current_shop()`,
  (t) => `${t}.shop_id = (select public.current_shop_atomic())`,
  (t) => `${t}.shop_id = public.current_shop_plpgsql()`,
  (t) => `${t}.shop_id = ${SHOP} and ${ROLE} in ('boss', 'clerk')`,
  (t) => `${t}.shop_id = ${SHOP} and (${t}.status = 'open' or ${ROLE} = 'boss')`,
  (t) => `${t}.owner_id = auth.uid()`,
  (t) => `${t}.owner_id = auth.uid() and ${t}.shop_id = ${SHOP}`,
  (t) => `${t}.shop_id = any (${SHOPS})`,
  (t) => `${t}.shop_ids && array[${SHOP}]`,
  (t) => `${SHOP} = any (${t}.shop_ids)`,
  (t) => `public.is_member(${t}.shop_id)`,
  (t) => `public.is_member(${t}.shop_id) and ${t}.shop_id = ${SHOP}`,
  (t) => `exists (select 1 from public.staff s where s.user_id = auth.uid() and s.shop_id = ${t}.shop_id)`,
  (t) =>
    `exists (select 1 from public.staff s where s.user_id = auth.uid() and s.shop_id = ${SHOP} and s.shop_id = ${t}.shop_id and s.role = ${ROLE})`,
  (t) => `${t}.shop_id in (select s.shop_id from public.staff s where s.status = 'active' and s.role = ${ROLE})`,
  (t) => `(select count(*) from public.staff s where s.shop_id = ${t}.shop_id) > 2`,
  (t, [parent = "staff"]) => `exists (select 1 from public.${parent} p where p.id = ${t}.parent_id)`,
  (t, [parent = "staff"]) =>
    `exists (select 1 from public.${parent} p join public.staff s on s.shop_id = p.shop_id where p.id = ${t}.parent_id and s.user_id = auth.uid())`,
  (t) => `case when ${t}.status = 'open' then ${t}.shop_id = ${SHOP} else ${t}.owner_id = auth.uid() end`,
  (t) => `${t}.status = 'open' and ${t}.shop_id = ${SHOP}`,
  (t) => `${t}.amount::text like '1%' and ${t}.shop_id = ${SHOP}`,
];

const TABLES = ["t0", "t1", "t2", "t3"];

const HELPERS = `
create function current_shop() returns uuid language sql stable as $$ select ${SHOP} $$;
create function current_shop_atomic() returns uuid language sql stable begin atomic select ${SHOP}; end;
create function current_shop_plpgsql() returns uuid language plpgsql stable as $$ begin return ${SHOP}; end $$;
create function is_member(shop uuid) returns boolean language sql stable security definer set search_path = '' as
  $$ select exists (select 1 from public.staff s where s.user_id = auth.uid() and s.shop_id = shop and s.status = 'active') $$;
`;

const uuidOf = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const shopOf = (n: number): string => uuidOf(900 + n);

/** A database of four tables whose policies are chosen by chance, with members whose claims are not all right. */
export function generated(seed: number): Generated {
  const random = chance(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const pick = <T>(all: readonly T[]): T => all[below(all.length)] as T;
  const users = Array.from({ length: 9 }, (_, n) => n + 1);
  const metadata = (n: number): object => {
    const own = {
      shop_id: shopOf(n % 3),
      role: pick(["boss", "clerk", "viewer"]),
      shops: [shopOf(n % 3), shopOf((n + 1) % 3)],
    };
    const { shop_id: _shop, ...withoutShop } = own;
    const { role: _role, ...withoutRole } = own;
    const flaws: object[] = [
      {},
      withoutShop,
      withoutRole,
      { ...own, shop_id: shopOf((n + 1) % 3) },
      { ...own, shop_id: "no uuid" },
      { ...own, shop_id: "" },
      { ...own, shop_id: null },
      { ...own, role: "boss " },
      { ...own, shops: [] },
      { ...own, shop_id: shopOf(n % 3).toUpperCase() },
    ];
    return random() < 0.45 ? pick(flaws) : own;
  };
  const shop = (): string => (random() < 0.15 ? "null" : `'${shopOf(below(3))}'`);
  const rows = (table: string, n: number): string =>
    `insert into ${table} values (${n}, ${shop()}, array[${[shop(), shop()].join(", ")}]::uuid[], '${uuidOf(1 + below(9))}', ${1 + below(12)}, '${pick(["open", "closed"])}', ${pick(["1.0", "1.00", "20", "15.5"])});`;
  const policy = (table: string, name: string, inner: readonly string[], kind: string): string =>
    `create policy ${name} on ${table} as ${kind} for ${pick(["select", "all"])} to ${pick(["authenticated", "public"])} using (${pick(CONDITIONS)(table, inner)});`;
  const sql = [
    "create table staff (id int primary key, user_id uuid, shop_id uuid, role text not null, status text not null);",
    ...TABLES.map(
      (table) =>
        `create table ${table} (id int primary key, shop_id uuid, shop_ids uuid[], owner_id uuid, parent_id int, status text, amount numeric);`,
    ),
    HELPERS,
    ...users.map(
      (n) =>
        `insert into auth.users (id, aud, role, email, raw_app_meta_data) values ('${uuidOf(n)}', 'authenticated', 'authenticated', '${n}@example.com', '${JSON.stringify(metadata(n))}');`,
    ),
    ...users.flatMap((n, i) => [
      `insert into staff values (${i + 1}, '${uuidOf(n)}', '${shopOf(n % 3)}', '${pick(["boss", "clerk"])}', '${random() < 0.85 ? "active" : "left"}');`,
      ...(random() < 0.15
        ? [`insert into staff values (${i + 101}, '${uuidOf(n)}', '${shopOf((n + 1) % 3)}', 'clerk', 'active');`]
        : []),
    ]),
    ...TABLES.flatMap((table) => Array.from({ length: 12 }, (_, n) => rows(table, n + 1))),
    ...TABLES.flatMap((table, n) => [
      `alter table ${table} enable row level security;`,
      policy(table, `${table}_one`, TABLES.slice(0, n).toReversed(), "permissive"),
      ...(random() < 0.4 ? [policy(table, `${table}_two`, TABLES.slice(0, n), "permissive")] : []),
      ...(random() < 0.25 ? [policy(table, `${table}_fence`, TABLES.slice(0, n), "restrictive")] : []),
    ]),
    ...(random() < 0.5
      ? [
          "alter table staff enable row level security;",
          `create policy staff_read on staff for select using (${pick([`shop_id = ${SHOP}`, "user_id = auth.uid()", `user_id = auth.uid() or shop_id = ${SHOP_VARIABLE}`])});`,
        ]
      : []),
    "grant select on all tables in schema public to authenticated, anon;",
  ];
  return {
    sql: sql.join("\n"),
    relations: ["public.staff", ...TABLES.map((table) => `public.${table}`)],
    config: {
      requests: { claims: "sent", reason: "the API sets them" },
      context: {
        "app.shop_id": { claim: "app_metadata.shop_id", type: "uuid" },
        "app.role": { claim: "app_metadata.role", type: "text" },
        "app.shops": { claim: "app_metadata.shops", type: "uuid[]" },
      },
      sessionOnly: [
        { policy: "public.*", decision: "claim", reason: "every request carries the claim" },
        { function: "public.*", decision: "claim", reason: "every request carries the claim" },
      ],
      claimsSync: {
        relation: "public.staff",
        user: "user_id",
        claims: {
          "app_metadata.shop_id": "shop_id",
          "app_metadata.role": "role",
          "app_metadata.shops": "array[shop_id]",
        },
        active: "status = 'active'",
      },
      rules: { initplan: pick(["touched", "all"]), mergePermissive: random() < 0.5, splitForAll: random() < 0.3 },
    },
  };
}

/** The users of such a database: what their tokens hold, and what the application sets for each of their active rows. */
export async function usersOf(db: Db): Promise<Tried[]> {
  const users = await db.query<{ id: string; meta: object }>(
    "select id::text, raw_app_meta_data as meta from auth.users order by id",
  );
  const staff = await db.query<{ user: string; shop: string; role: string }>(
    `select user_id::text as "user", shop_id::text as shop, role from staff where status = 'active'`,
  );
  return [
    ...users.map(({ id, meta }): Tried => ({
      id,
      role: "authenticated",
      claims: { sub: id, role: "authenticated", app_metadata: meta },
      variables: staff
        .filter(({ user }) => user === id)
        .map(({ shop, role }) => ({ "app.shop_id": shop, "app.role": role, "app.shops": shop })),
    })),
    { id: null, role: "anon", claims: { role: "anon" }, variables: [] },
  ];
}
