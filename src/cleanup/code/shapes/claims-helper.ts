import { decide, isTestFile, record, type Scene } from "../draft.ts";
import { isRoleOfUser } from "../retired.ts";
import { fragmentOf } from "../find/drivers/index.ts";
import type { SqlText } from "../find/driver.ts";
import { isPool } from "../find/pool.ts";
import { isSameToken, isSeen, type TokenClaims } from "../find/token.ts";
import type { Edit } from "../syntax/cut.ts";
import { nodesIn, type Node } from "../syntax/node.ts";
import { claimsOf } from "./claims-of-token.ts";
import {
  cutPart,
  cutSettings,
  isOneSequence,
  receiverOf,
  retiredItems,
  roleBefore,
  setsClaims,
  settingTexts,
  statementOf,
} from "./driver.ts";
import { hasOwnSql, helperFor } from "./helper-call.ts";
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
    const groups = new Map<string, SqlText[]>();
    for (const text of settingTexts(scene)) {
      if (!text.around || !text.query || isTestFile(text.module.path) || setsClaims(text)) continue;
      if (isPool(text, scene.project)) continue;
      const key = JSON.stringify([text.module.path, text.around.start, text.query.driver, receiverOf(text)]);
      groups.set(key, [...(groups.get(key) ?? []), text]);
    }
    for (const texts of groups.values()) replace(texts, scene);
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
  const [first, ...others] = texts;
  const claims = first ? commonClaims(texts, scene) : null;
  if (!first?.query || claims === null) return;
  const { module, query } = first;
  if (
    !isOneSequence(
      texts.map(({ node }) => node),
      module,
    )
  )
    return;
  const role = roleBefore(first);
  if (role !== null && !isRoleOfUser(role, scene.retired)) return;
  const tag = fragmentOf(first.node, module)?.tag ?? null;
  const helper = hasOwnSql(query.driver, tag, module) ? helperFor(query.driver, module, scene) : null;
  const own = helper && callEdits(first, `await ${helper.name}(${receiverOf(first) ?? ""}, ${claims.code})`, scene);
  const cuts = others.map((text) => cutSettings(text, retiredItems(text, scene), scene));
  if (!helper || !own || cuts.includes(null)) return;
  const edits = [...own, ...cuts.flatMap((one) => one ?? [])];
  const naming = nameClaims(claims, edits, module, scene);
  if (!naming) return;
  const what = texts.flatMap((text) => retiredItems(text, scene).map(({ setting }) => setting)).join(", ");
  const change = { path: module.path, at: first.node.start, shape: claimsHelper.id, what };
  if (!record(scene, change, [...edits, ...naming, helper.imports])) return;
  for (const [path, text] of helper.files) scene.draft.created.set(path, text);
  keepNames([query.receiver, ...(claims.unnamed ? [] : [claims.root])], first, scene);
  if (role !== "authenticated")
    decide(scene, { path: module.path, at: first.node.start, reason: "role-of-token", what: claims.code });
}

/** The names stay in use. */
export function keepNames(nodes: readonly Node[], { module }: SqlText, { draft }: Scene): void {
  for (const one of nodes.flatMap((node) => [...nodesIn(node)])) {
    const binding = module.bindingOf.get(one);
    if (binding) draft.added.add(binding);
  }
}

/** Put a call in the place of a statement, or before it where something of it stays. */
function callEdits(text: SqlText, call: string, scene: Scene): Edit[] | null {
  const statement = statementOf(text);
  const items = retiredItems(text, scene);
  const { path, text: source } = text.module;
  // what nobody awaits may not be sent, and the function around it need not be async
  const isAwaited = text.query && text.module.parents.get(text.query.call)?.type === "AwaitExpression";
  if (!statement || !text.settings || !isAwaited) return null;
  const end = source.slice(statement.start, statement.end).endsWith(";") ? ";" : "";
  if (items.length === text.settings.items.length)
    return [{ path, start: statement.start, end: statement.end, text: call + end }];
  const rest = cutPart(text, items);
  const indent = /[ \t]*$/.exec(source.slice(0, statement.start))?.[0] ?? "";
  const line = source.includes("\r\n") ? "\r\n" : "\n";
  return (
    rest && [{ path, start: statement.start, end: statement.start, text: `${call}${end}${line}${indent}` }, ...rest]
  );
}
