const ORG = "nullif(current_setting('app.org_id', true), '')::uuid";
const ORG_CLAIM = "(auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid";

/** Statements that a function with uses has beside its own, in turn. */
const USES: readonly [declared: string, statements: string][] = [
  ["", "  perform set_context(p_actor, p_org, 'clerk');\n"],
  [
    `  v_org uuid := coalesce(${ORG}, ${ORG_CLAIM});\n`,
    "  if p_org is distinct from v_org then\n    raise exception 'forbidden';\n  end if;\n",
  ],
  [
    "  v_org uuid;\n",
    `  v_org := ${ORG};\n  if v_org is null then\n    v_org := ${ORG_CLAIM};\n  end if;\n  insert into item (id, org_id) values (gen_random_uuid(), v_org);\n`,
  ],
  [
    `  v_role text := nullif(current_setting('app.role', true), '');\n`,
    "  if v_role is null or v_role not in ('clerk', 'manager') then\n    raise exception 'forbidden';\n  end if;\n",
  ],
  [
    "",
    `  perform public.set_context(p_actor, p_org, 'clerk');\n  delete from item i where i.org_id = ${ORG} and i.note = 'Größe';\n`,
  ],
];

/** An invented schema after its policies were moved: functions, of which the first ones use the session variables. */
export function generatedFunctions(count: number, withUses: number): string {
  const statements = [
    "create table item (id uuid primary key, org_id uuid, note text, amount numeric)",
    `create function set_context(p_actor uuid, p_org uuid, p_role text) returns void language plpgsql as $f$
begin
  perform set_config('app.actor_id', p_actor::text, true);
  perform set_config('app.org_id', p_org::text, true);
  perform set_config('app.role', p_role, true);
end $f$`,
  ];
  for (let n = 0; n < count - 1; n += 1) {
    const [declared, used] = n < withUses ? (USES[n % USES.length] ?? ["", ""]) : ["", ""];
    statements.push(`create function work_${n}(p_actor uuid, p_org uuid, p_id uuid) returns bigint language plpgsql as $f$
declare
${declared}  v_count bigint;
  v_item item%rowtype;
begin
${used}  -- the ${n}th: „${n}“
  select * into v_item from item i where i.id = p_id;
  if not found then
    insert into item (id, org_id, note, amount) values (p_id, p_org, 'new ${n}', ${n});
  else
    update item set amount = amount + ${n}, note = v_item.note || ' and ${n}' where id = p_id;
  end if;
  for v_item in select * from item i where i.org_id = p_org order by i.note loop
    v_count := coalesce(v_count, 0) + 1;
    exit when v_count > ${n + 10};
  end loop;
  return v_count;
exception
  when unique_violation then
    return -1;
end $f$`);
  }
  return `${statements.join(";\n")};\n`;
}

const CLIENT = `export interface Client {
  rpc(name: string, args: Record<string, unknown>): Promise<{ data: unknown; error: Error | null }>;
  from(table: string): { select(columns: string): Promise<{ data: unknown[] | null; error: Error | null }> };
}
declare const client: Client;
export const createClient = async (): Promise<Client> => client;
export interface Person {
  id: string;
  orgId: string;
  role: string;
}
`;

const CONTEXT = `import type { Client, Person } from "../db";

export async function injectContext(db: Client, person: Person): Promise<void> {
  const { error } = await db.rpc("set_context", { p_actor: person.id, p_org: person.orgId, p_role: person.role });
  if (error) throw error;
}
`;

/** An invented application, file by file: a tenth of its files set the variables. */
export function generatedCode(files: number): Map<string, string> {
  const made = new Map<string, string>([
    [
      "tsconfig.json",
      `${JSON.stringify({ compilerOptions: { strict: true, noEmit: true, target: "es2022", module: "esnext", moduleResolution: "bundler", types: [], skipLibCheck: true }, include: ["src"] }, null, 2)}\n`,
    ],
    [
      "package.json",
      `${JSON.stringify({ name: "generated", private: true, dependencies: { "@supabase/supabase-js": "^2.0.0" } }, null, 2)}\n`,
    ],
    ["src/db.ts", CLIENT],
    ["src/lib/context.ts", CONTEXT],
  ]);
  for (let n = 0; made.size < files + 2; n += 1) made.set(`src/area_${n % 20}/action_${n}.ts`, action(n));
  return made;
}

function action(n: number): string {
  const [imported, call] =
    n % 20 === 0
      ? [`import { injectContext } from "../lib/context";\n`, "  await injectContext(db, person);\n"]
      : n % 20 === 10
        ? ["", `  await db.rpc("set_context", { p_actor: person.id, p_org: person.orgId, p_role: "clerk" });\n`]
        : ["", ""];
  const helpers = Array.from(
    { length: 6 },
    (_, h) => `
/** The ${h}th of ${n}. */
export function part${h}(values: readonly number[]): { total: number; label: string } {
  let total = ${h};
  for (const value of values) {
    if (value < ${n}) continue;
    total += value * ${h + 1};
  }
  return { total, label: \`part ${h} of \${total}\` };
}
`,
  ).join("");
  return `import { createClient, type Person } from "../db";
${imported}
export interface Result${n} {
  rows: unknown[];
  total: number;
}

export async function action${n}(person: Person): Promise<Result${n}> {
  const db = await createClient();
${call}  const { data, error } = await db.from("item").select("id, note, amount");
  if (error) throw error;
  const { total } = part0((data ?? []).map((_, index) => index));
  return { rows: data ?? [], total: total + person.role.length };
}
${helpers}`;
}
