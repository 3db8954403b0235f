import { decide, type Scene } from "../draft.ts";
import type { SqlText } from "../find/driver.ts";
import { styleOf } from "../helper/index.ts";
import { API_ROLES, decidedFor } from "../retired.ts";
import { claimsOfItems, keepValues, objectText, widthOf, type Claim } from "./claims-object.ts";
import { retiredItems, roleBefore } from "./driver.ts";
import { helperEdits, helperTexts, keepNames, recordHelper } from "./helper-edits.ts";
import type { ProjectShape } from "./shape.ts";

export const claimsDecided: ProjectShape = {
  id: "claims-decided",
  title: "set claims of the variables' values, where the config decides that nobody's token vouches for them",
  why: "A person has decided, with a reason, whom the transaction acts as. The values that the variables had become claims under the names that the policies read; the role is the one that the transaction has taken, or the one of the decision. What the code checks before stays as it is.",
  examples: [
    {
      decided: [
        { pattern: "app/lobby.ts", decision: "claims", role: null, reason: "a display acts as the tenant in its URL" },
      ],
      before: {
        "app/lobby.ts": `import type { ClientBase } from "pg";

export async function lobby(client: ClientBase, tenant: string) {
  await client.query("begin");
  await client.query("set local role anon");
  await client.query("select set_config('app.tenant_id', $1, true)", [tenant]);
  const { rows } = await client.query("select label from bill");
  await client.query("commit");
  return rows;
}
`,
      },
      after: {
        "app/lobby.ts": `import type { ClientBase } from "pg";
import { setClaims } from "./pg-claims";

export async function lobby(client: ClientBase, tenant: string) {
  await client.query("begin");
  await client.query("set local role anon");
  await setClaims(client, {
    role: "anon",
    app_metadata: { tenant_id: tenant },
  });
  const { rows } = await client.query("select label from bill");
  await client.query("commit");
  return rows;
}
`,
        "app/pg-claims.ts": `interface Client {
  query(text: string, values: string[]): PromiseLike<unknown>;
}

/** Take the role and the claims of a verified token until the transaction ends. The policies read them. */
export async function setClaims(client: Client, claims: object): Promise<void> {
  await client.query(\`select set_config('role', $1, true), set_config('request.jwt.claims', $2, true)\`, [
    roleOf(claims),
    JSON.stringify(claims),
  ]);
}

/** The role that the token names. Throws where it is none that the policies are for, such as \`service_role\`. */
function roleOf(claims: object): string {
  const role: unknown = "role" in claims ? claims.role : undefined;
  if (role !== "authenticated" && role !== "anon") throw new Error("the token names a role that is not taken");
  return role;
}
`,
      },
    },
    {
      decided: [
        { pattern: "jobs/*", decision: "claims", role: "authenticated", reason: "a job acts as the tenant of its row" },
      ],
      before: {
        "jobs/pg-claims.ts": `export async function setClaims(client: Client, claims: object) {
  await client.query("select set_config('role', 'authenticated', true), set_config('request.jwt.claims', $1, true)", [
    JSON.stringify(claims),
  ]);
}
`,
        "jobs/report.ts": `import { withTransaction } from "../db";

export const report = (job: Job) =>
  withTransaction(async (client) => {
    await client.query("select set_config('app.tenant_id', $1, true), set_config('app.trace', $2, true)", [
      job.tenantId,
      job.id,
    ]);
    return client.query("select id from bill");
  });
`,
      },
      after: {
        "jobs/pg-claims.ts": `export async function setClaims(client: Client, claims: object) {
  await client.query("select set_config('role', 'authenticated', true), set_config('request.jwt.claims', $1, true)", [
    JSON.stringify(claims),
  ]);
}
`,
        "jobs/report.ts": `import { withTransaction } from "../db";
import { setClaims } from "./pg-claims";

export const report = (job: Job) =>
  withTransaction(async (client) => {
    await setClaims(client, { role: "authenticated", app_metadata: { tenant_id: job.tenantId } });
    await client.query("select set_config('app.trace', $1, true)", [
      job.id,
    ]);
    return client.query("select id from bill");
  });
`,
      },
      note: "the decision names the role where the transaction takes none; settings that are no tenancy stay",
    },
  ],
  find(scene) {
    for (const texts of helperTexts(scene)) replace(texts, scene);
  },
};

function replace(texts: readonly SqlText[], scene: Scene): void {
  const [first] = texts;
  const decided = first && decidedFor(first.module.path, scene.retired);
  if (!first?.query || decided?.decision !== "claims") return;
  const { module, query } = first;
  const role = roleOf(first, decided.role, scene);
  const claims = claimsOfItems(texts, scene);
  if (role === null || claims === null || isClash(claims)) return;
  const put = helperEdits(texts, objectCode(role, claims, first, scene), scene);
  const what = texts.flatMap((text) => retiredItems(text, scene).map(({ setting }) => setting)).join(", ");
  const change = { path: module.path, at: first.node.start, shape: claimsDecided.id, what };
  if (!put || !recordHelper(scene, change, put, [])) return;
  // the report shows it with the reason of the config
  decide(scene, { path: module.path, at: first.node.start, reason: "claims-made-by-hand", what });
  keepNames([query.receiver], first, scene);
  keepValues(texts, scene);
}

/** The role that the transaction has taken, or else the one of the decision. Null: none, another one, or no policy is for it. */
function roleOf(text: SqlText, decided: string | null, { retired }: Scene): string | null {
  const taken = roleBefore(text);
  const role = taken ?? decided;
  if (role === null || (decided !== null && role !== decided)) return null;
  return (retired.roles ?? API_ROLES).includes(role) ? role : null;
}

/** True if two claims cannot stand in one object, or one of them is the role. */
const isClash = (claims: readonly Claim[]): boolean =>
  claims.some(
    (one, n) =>
      one.path.length === 0 ||
      one.path[0] === "role" ||
      claims.some((other, m) => m !== n && one.path.every((key, at) => other.path[at] === key)),
  );

/** The object in the place of a statement: on one line where it fits, otherwise a claim a line. */
function objectCode(role: string, claims: readonly Claim[], { module, node }: SqlText, { project }: Scene): string {
  const { singleQuotes, lineEnd } = styleOf(module, project);
  const all: Claim[] = [{ path: ["role"], code: singleQuotes ? `'${role}'` : JSON.stringify(role) }, ...claims];
  const line = module.text.slice(module.text.lastIndexOf("\n", node.start) + 1, node.start);
  const indent = /^[ \t]*/.exec(line)?.[0] ?? "";
  const one = `{ ${objectText(all)} }`;
  // `await setClaims(client, …);`
  if (indent.length + one.length + CALL_WIDTH <= widthOf(module.text)) return one;
  const step = indent.startsWith("\t") ? "\t" : "  ";
  const heads = [...new Set(all.map(({ path }) => path[0]))];
  const parts = heads.map((head) => `${indent}${step}${objectText(all.filter(({ path }) => path[0] === head))},`);
  return ["{", ...parts, `${indent}}`].join(lineEnd);
}

const CALL_WIDTH = "await setClaims(client, );".length;
