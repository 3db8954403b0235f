import { decide, type Scene } from "../draft.ts";
import { isRoleOfUser } from "../retired.ts";
import type { SqlText } from "../find/driver.ts";
import { isSameToken, isSeen, type TokenClaims } from "../find/token.ts";
import { claimsOf } from "./claims-of-token.ts";
import { retiredItems, roleBefore } from "./driver.ts";
import { helperEdits, helperTexts, keepNames, recordHelper } from "./helper-edits.ts";
import { nameClaims } from "./name-claims.ts";
import type { ProjectShape } from "./shape.ts";

export const claimsHelper: ProjectShape = {
  id: "claims-helper",
  title: "set the claims of a verified token in the place of the variables",
  why: "On a direct connection nobody else sets the claims. The values come from a token whose signature was checked, under the names that the policies read; a small function that is written once takes the role of the token and its claims, in the same transaction. A role that it takes anew is for a person to confirm.",
  examples: [
    {
      before: {
        "db/invoices.ts": `import { sql } from "drizzle-orm";
import { db } from "./client";
import { verifyToken } from "../token";

export async function invoices(token: string) {
  const claims = await verifyToken(token);
  return db.transaction(async (tx) => {
    await tx.execute(sql\`select set_config('app.tenant_id', \${claims.app_metadata.tenant_id}, true)\`);
    return tx.execute(sql\`select id from invoice\`);
  });
}
`,
      },
      after: {
        "db/invoices.ts": `import { sql } from "drizzle-orm";
import { db } from "./client";
import { verifyToken } from "../token";
import { setClaims } from "./drizzle-claims";

export async function invoices(token: string) {
  const claims = await verifyToken(token);
  return db.transaction(async (tx) => {
    await setClaims(tx, claims);
    return tx.execute(sql\`select id from invoice\`);
  });
}
`,
        "db/drizzle-claims.ts": `import { sql, type SQL } from "drizzle-orm";

interface Transaction {
  execute(query: SQL): PromiseLike<unknown>;
}

/** Take the role and the claims of a verified token until the transaction ends. The policies read them. */
export async function setClaims(tx: Transaction, claims: object): Promise<void> {
  await tx.execute(
    sql\`select set_config('role', \${roleOf(claims)}, true), set_config('request.jwt.claims', \${JSON.stringify(claims)}, true)\`,
  );
}

/** The role that the token names. Throws where it is none that the policies are for, such as \`service_role\`. */
function roleOf(claims: object): string {
  const role: unknown = "role" in claims ? claims.role : undefined;
  if (role !== "authenticated" && role !== "anon") throw new Error("the token names a role that is not taken");
  return role;
}
`,
      },
      note: "the helper is written once, and its tests with it where the project has tests",
    },
    {
      before: {
        "lib/db/knex-claims.js": `export async function setClaims(trx, claims) {
  await trx.raw("select set_config('role', ?, true), set_config('request.jwt.claims', ?, true)", [
    claims.role,
    JSON.stringify(claims),
  ]);
}
`,
        "lib/bills.js": `import { jwtVerify } from "jose";

export async function bills(knex, token, key, trace) {
  const { payload } = await jwtVerify(token, key);
  const { tenant_id: tenant } = payload.app_metadata;
  return knex.transaction(async (trx) => {
    await trx.raw("select set_config('app.trace', ?, true), set_config('app.tenant_id', ?, true)", [trace, tenant]);
    return trx("bill").select("id");
  });
}
`,
      },
      after: {
        "lib/db/knex-claims.js": `export async function setClaims(trx, claims) {
  await trx.raw("select set_config('role', ?, true), set_config('request.jwt.claims', ?, true)", [
    claims.role,
    JSON.stringify(claims),
  ]);
}
`,
        "lib/bills.js": `import { jwtVerify } from "jose";
import { setClaims } from "./db/knex-claims";

export async function bills(knex, token, key, trace) {
  const { payload } = await jwtVerify(token, key);
  return knex.transaction(async (trx) => {
    await setClaims(trx, payload);
    await trx.raw("select set_config('app.trace', ?, true)", [trace]);
    return trx("bill").select("id");
  });
}
`,
      },
      note: "settings that are no tenancy stay; a helper that is there is used",
    },
  ],
  find(scene) {
    for (const texts of helperTexts(scene)) replace(texts, scene);
  },
};

/** The claims that all values come from; null: they come from no token, or from several. */
export function commonClaims(texts: readonly SqlText[], scene: Scene): TokenClaims | null {
  const claims = texts.flatMap((text) => {
    const items = retiredItems(text, scene);
    const isLocal = items.length > 0 && (text.settings?.items.every((one) => one.isLocal) ?? false);
    return isLocal ? items.map((item) => claimsOf(item, text, scene)) : [null];
  });
  const [first] = claims;
  const isSame = first && claims.every((one) => isSameToken(one, first));
  return isSame && texts.every(({ module, node }) => isSeen(first.root, node, module)) ? first : null;
}

function replace(texts: readonly SqlText[], scene: Scene): void {
  const [first] = texts;
  const claims = first ? commonClaims(texts, scene) : null;
  if (!first?.query || claims === null) return;
  const { module, query } = first;
  const role = roleBefore(first);
  if (role !== null && !isRoleOfUser(role, scene.retired)) return;
  const put = helperEdits(texts, claims.code, scene);
  if (!put) return;
  const { edits } = put;
  const naming = nameClaims(claims, edits, module, scene);
  if (!naming) return;
  const what = texts.flatMap((text) => retiredItems(text, scene).map(({ setting }) => setting)).join(", ");
  const change = { path: module.path, at: first.node.start, shape: claimsHelper.id, what };
  if (!recordHelper(scene, change, put, naming)) return;
  keepNames([query.receiver, ...(claims.unnamed ? [] : [claims.root])], first, scene);
  if (role !== "authenticated")
    decide(scene, { path: module.path, at: first.node.start, reason: "role-of-token", what: claims.code });
}
