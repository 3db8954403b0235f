import type { UserConfig } from "../../../src/config.ts";
import { quoteIdent } from "../../../src/pg/identifier.ts";
import { quoteName } from "../../../src/pg/name.ts";
import { newRandom, type Random } from "../../prove/fuzz/random.ts";
import { SHAPES, type Shape } from "./shapes.ts";

/** A project that nobody wrote: its statements, and the config with every question answered. */
export interface Project {
  seed: number;
  shape: Shape;
  sql: string;
  /** relations with tenants, as SQL names */
  relations: readonly string[];
  config: UserConfig;
}

const NAMES = ["orders", "Order Lines", "user", 'quo"ted', "ümlaut", "notes", "a.b", "select", "Visits", "x1"];
const COMMANDS = ["all", "all", "select", "select", "insert", "update", "delete"];

/** The project of a seed: one of the six shapes, one to three relations with random policies, helpers and views. */
export function projectOf(seed: number): Project {
  const random = newRandom(seed);
  const shape = random.pick(SHAPES);
  const relations = random
    .shuffled(NAMES)
    .slice(0, 1 + random.int(3))
    .map((name) => quoteName({ schema: "public", name }));
  const uid = shape.isSupabase ? "auth.uid()" : `(${shape.claims} ->> 'sub')::uuid`;
  const maker: Maker = { random, shape, uid, helper: helperOf(random, shape) };
  const statements = [
    shape.setup,
    `create table public.members (id uuid primary key, user_id uuid, org_id uuid, role text);`,
    shape.perRelation.replaceAll("%", "public.members"),
    `create policy own_membership on public.members for select using (user_id = ${uid});`,
    maker.helper.sql,
    ...relations.map(
      (relation) =>
        `create table ${relation} (id uuid primary key, org_id uuid, owner uuid, title text default 'x', kind text);
         ${shape.perRelation.replaceAll("%", relation)}`,
    ),
    viewOf(maker),
    ...relations.flatMap((relation) => policiesOn(maker, relation)),
  ];
  return { seed, shape, sql: statements.join("\n"), relations, config: configOf(maker) };
}

interface Helper {
  sql: string;
  call: string;
}

interface Maker {
  random: Random;
  shape: Shape;
  uid: string;
  helper: Helper;
}

const claimOf = ({ claims }: Shape, name: string): string => `(${claims} -> 'app_metadata' ->> '${name}')`;
const ORG = "current_setting('app.org_id', true)";
const ROLE = "current_setting('app.role', true)";

/** A function that gives the tenant: from the variable, from both, or from the token. */
function helperOf(random: Random, shape: Shape): Helper {
  const claim = `${claimOf(shape, "org_id")}::uuid`;
  const body = random.pick([`nullif(${ORG}, '')::uuid`, `coalesce(nullif(${ORG}, '')::uuid, ${claim})`, claim]);
  const [language, text] = random.chance(0.3) ? ["plpgsql", `begin return ${body}; end`] : ["sql", `select ${body}`];
  const rights = random.chance(0.3) ? "security definer set search_path = ''" : "";
  return {
    sql: `create function public.current_org() returns uuid language ${language} stable ${rights} as $$ ${text} $$;`,
    call: "public.current_org()",
  };
}

/** A view of the tenants of whoever asks, with the rights of its owner or of the one who asks. */
function viewOf({ random, shape, uid }: Maker): string {
  const invoker = random.chance(0.5) ? "with (security_invoker = true)" : "";
  return `create view public.my_orgs ${invoker} as select m.org_id as id from public.members m where m.user_id = ${uid};
    grant select on public.my_orgs to ${shape.role}, ${shape.anonymous};`;
}

function tenantCondition({ random, shape, uid, helper }: Maker): string {
  const claim = claimOf(shape, "org_id");
  return random.weighted([
    [3, () => `org_id = ${ORG}::uuid`],
    [3, () => `org_id = nullif(${ORG}, '')::uuid`],
    [4, () => `org_id = coalesce(nullif(${ORG}, '')::uuid, ${claim}::uuid)`],
    [1, () => `org_id = coalesce(${ORG}::uuid, ${claim}::uuid)`],
    [1, () => `org_id = (select nullif(${ORG}, '')::uuid)`],
    [2, () => `org_id = ${helper.call}`],
    [1, () => `org_id = (select ${helper.call})`],
    [2, () => `org_id = ${claim}::uuid`],
    [1, () => `org_id::text = ${ORG}`],
    [1, () => `org_id in (select m.org_id from public.members m where m.user_id = ${uid})`],
    [1, () => `exists (select 1 from public.my_orgs o where o.id = org_id)`],
    [1, () => `org_id = nullif(${ORG}, '')::uuid and org_id = ${claim}::uuid`],
  ]);
}

function furtherCondition({ random, shape, uid }: Maker): string {
  const claim = claimOf(shape, "role");
  return random.weighted([
    [2, () => `${ROLE} = 'admin'`],
    [2, () => `coalesce(nullif(${ROLE}, ''), ${claim}) in ('admin', 'manager')`],
    [1, () => `${ROLE} = any (array['admin', 'manager'])`],
    [1, () => `${claim} = 'admin'`],
    [2, () => `owner = ${uid}`],
    [1, () => "kind <> 'secret'"],
    [1, () => `${uid} is not null`],
  ]);
}

function condition(maker: Maker): string {
  const { random } = maker;
  const tenant = tenantCondition(maker);
  const whole = random.weighted([
    [5, () => tenant],
    [5, () => `(${tenant}) and (${furtherCondition(maker)})`],
    [1, () => `(${tenant}) and ((${furtherCondition(maker)}) or (${furtherCondition(maker)}))`],
    [1, () => `(${tenant}) or ((${tenantCondition(maker)}) and (${furtherCondition(maker)}))`],
    [1, () => furtherCondition(maker)],
    [0.3, () => "true"],
    [0.3, () => "false"],
  ]);
  return random.chance(0.08) ? `(${whole}) or current_setting('app.bypass', true) = 'on'` : whole;
}

function policiesOn(maker: Maker, relation: string): string[] {
  const { random, shape } = maker;
  return Array.from({ length: 1 + random.int(4) }, (_, index) => {
    const command = random.pick(COMMANDS);
    const kind = random.chance(0.12) ? "as restrictive" : "";
    const to = random.pick(["public", shape.role, shape.role]);
    const using = command === "insert" ? "" : `using (${condition(maker)})`;
    const own = command === "insert" || (command !== "select" && command !== "delete" && random.chance(0.6));
    const check = own ? `with check (${condition(maker)})` : "";
    const name = quoteIdent(random.pick([`p${index}`, `Policy ${index}`, `it's ${index}`, `p"${index}`]));
    return `create policy ${name} on ${relation} ${kind} for ${command} to ${to} ${using} ${check};`;
  });
}

/** Every question answered by chance, and some of the rule sets. */
function configOf({ random, shape }: Maker): UserConfig {
  const decision = random.weighted<UserConfig["sessionOnly"]>([
    [4, () => [{ policy: "public.*", decision: "claim", reason: "every request carries the claim" }, everyFunction]],
    [1, () => [{ policy: "public.*", decision: "keep", reason: "the old job sets it" }, everyFunction]],
  ]);
  return {
    claims: shape.source,
    requests: { claims: "sent", reason: "the gateway sets them" },
    context: {
      "app.org_id": { claim: "app_metadata.org_id", type: "uuid" },
      "app.role": { claim: "app_metadata.role", type: "text" },
    },
    flags: { "app.bypass": { decision: "remove", reason: "nothing sets it" } },
    sessionOnly: decision ?? [],
    rules: {
      splitForAll: random.chance(0.3),
      denyPolicy: random.pick(["keep", "keep", "drop", "restrictive"]),
      initplan: random.pick(["touched", "touched", "all"]),
      mergePermissive: random.chance(0.2),
      toAuthenticated: shape.isSupabase && random.chance(0.2),
      inlineHelpers: random.chance(0.2),
    },
  };
}

const everyFunction = { function: "public.*", decision: "claim", reason: "every request carries the claim" } as const;
