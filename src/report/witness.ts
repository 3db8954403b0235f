import type { Situation, Witness } from "../prove/index.ts";
import { nameKey } from "../pg/name.ts";
import { singleLined } from "./single-lined.ts";

const UUID = /^\{?[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}\}?$/i;

/** A witness as a person tells it: values by name (`casino A`) instead of uuids. */
export interface Told {
  /** `casino A's pit_boss (authenticated, by app_metadata.casino_id and app_metadata.staff_role)` */
  who: string;
  /** `app.casino_id = casino B`; one entry a setting */
  context: string[];
  /** `a row of public.visit with casino_id = casino B` */
  row: string;
  /** other rows that have to exist */
  others: string[];
  /** `allowed before, denied after` */
  outcome: string;
}

export function tell(witness: Witness): Told {
  const { situation } = witness;
  const name = namer();
  const claims = readClaims(situation);
  const { who, rest } = persona(claims, situation.role, name);
  const context = Object.entries(situation.settings)
    .filter(([setting]) => setting !== "request.jwt.claims")
    // empty is what a claim's own setting is where all claims come in one
    .filter(([setting, value]) => value !== "" || !/^request\.jwt\.claim(?:\.|$)/.test(setting))
    .map(([setting, value]) => `${setting} = ${value === "" ? "''" : name(setting.split(".").at(-1) ?? "", value)}`);
  const relation = nameKey(situation.relation);
  const values = (columns: readonly string[], row: Situation["row"]): string =>
    columns
      .map(
        (column) =>
          `${column} ${row[column] === null || row[column] === undefined ? "is null" : `= ${name(column, row[column])}`}`,
      )
      .join(", ");
  const own = values(witness.columns.row, situation.row);
  // values of claims come out of JSON here, with all of their characters
  return singleLined({
    who: [who, ...rest].join(", "),
    context,
    row: `${verb(situation)} a row of ${relation}${own === "" ? "" : ` with ${own}`}`,
    others: situation.rows.map(
      (row, index) =>
        `${nameKey(row.relation)} has a row with ${values(witness.columns.rows[index] ?? [], row.values)}`,
    ),
    outcome: `${WORDS[witness.before]} before, ${WORDS[witness.after]} after`,
  });
}

const WORDS = { allow: "allowed", deny: "denied", error: "an error" } as const;

/** One line. */
export function tellShort(witness: Witness): string {
  const { who, context, row, others, outcome } = tell(witness);
  return `${[who, ...context].join(", ")}: ${[row, ...others].join("; ")}: ${outcome}`;
}

const verb = ({ component }: Situation): string =>
  ({ SELECT: "reads", INSERT: "inserts", "UPDATE USING": "updates", "UPDATE CHECK": "updates to", DELETE: "deletes" })[
    component
  ];

/** `casino A` for the first value under `casino_id`, `casino B` for the second; the same value keeps its name. */
function namer(): (key: string, value: string) => string {
  const names = new Map<string, string>();
  const counts = new Map<string, number>();
  return (key, value) => {
    if (!UUID.test(value)) return /^[\w.@-]+$/.test(value) ? value : `'${value}'`;
    const plain = value.toLowerCase().replaceAll(/[{}-]/g, "");
    const known = names.get(plain);
    if (known !== undefined) return known;
    const noun = key === "sub" ? "user" : key.replace(/_?(uu)?id$/, "") || "row";
    const count = counts.get(noun) ?? 0;
    counts.set(noun, count + 1);
    const made = `${noun} ${String.fromCharCode(65 + (count % 26))}`;
    names.set(plain, made);
    return made;
  };
}

function readClaims(situation: Situation): Record<string, unknown> | null {
  const text = situation.settings["request.jwt.claims"];
  if (text === undefined || text === "") return null;
  return JSON.parse(text) as Record<string, unknown>;
}

/** The holder of the token: the tenant, the role, and the other claims. */
function persona(
  claims: Record<string, unknown> | null,
  role: string,
  name: (key: string, value: string) => string,
): { who: string; rest: string[] } {
  if (claims === null) return { who: `${role} without a token`, rest: [] };
  const leaves = leavesOf(claims, []);
  const tenant = leaves.find(
    ({ path, value }) => path.at(-1) !== "sub" && UUID.test(value) && path.at(-1)?.endsWith("_id") === true,
  );
  const job = leaves.find(({ path }) => path.at(-1)?.endsWith("role") === true);
  const rest = leaves
    .filter((leaf) => leaf !== tenant && leaf !== job)
    .map(({ path, value }) => `${path.at(-1) === "sub" ? "sub" : path.join(".")} = ${name(path.at(-1) ?? "", value)}`);
  // updateUser() of Supabase's client sets it (Supabase's documentation, User metadata)
  if (leaves.some(({ path }) => path[0] === "user_metadata" || path[0] === "raw_user_meta_data"))
    rest.push("of which users can write user_metadata themselves");
  const who = tenant ? name(tenant.path.at(-1) ?? "", tenant.value) : null;
  // the two sides may read the same claim in different places
  const by = [tenant, job].flatMap((leaf) => (leaf ? [leaf.path.join(".")] : [])).join(" and ");
  if (who !== null && job) return { who: `${who}'s ${job.value} (${role}, by ${by})`, rest };
  if (who !== null) return { who: `${role} of ${who} (by ${by})`, rest };
  if (job) return { who: `${role} with ${by} = ${job.value}`, rest };
  return { who: leaves.length === 0 ? `${role} with an empty token` : role, rest };
}

function leavesOf(node: unknown, path: readonly string[]): { path: readonly string[]; value: string }[] {
  if (node === null || node === undefined) return [{ path, value: "null" }];
  if (Array.isArray(node)) return [{ path, value: JSON.stringify(node) }];
  if (typeof node === "object") return Object.entries(node).flatMap(([key, inner]) => leavesOf(inner, [...path, key]));
  return [{ path, value: typeof node === "string" ? node : JSON.stringify(node) }];
}
