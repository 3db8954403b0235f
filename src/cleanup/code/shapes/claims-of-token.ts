import { decide, isTestFile, record, type Scene } from "../draft.ts";
import { sqlTextsIn, type SqlText } from "../find/driver.ts";
import type { Module } from "../syntax/module.ts";
import { memberName, type Node } from "../syntax/node.ts";
import { CLAIMS_SETTING, cutSettings, receiverOf, retiredItems, settingTexts, stringified, valueOf } from "./driver.ts";
import type { ProjectShape } from "./shape.ts";

export const claimsOfToken: ProjectShape = {
  id: "claims-of-token",
  title: "delete variables beside the claims of a verified token, or set these claims in their place",
  why: "The claims come from a token whose signature was checked, and so do the values of the variables. The policies read the tenant from the claims, in the same transaction.",
  examples: [
    {
      before: `export async function asUser(client: Client, token: string) {
  const claims = verifyToken(token);
  await client.query("select set_config('request.jwt.claims', $1, true)", [JSON.stringify(claims)]);
  await client.query("select set_config('app.tenant_id', $1, true)", [claims.app_metadata.tenant_id]);
  return client.query("select id from invoice");
}
`,
      after: `export async function asUser(client: Client, token: string) {
  const claims = verifyToken(token);
  await client.query("select set_config('request.jwt.claims', $1, true)", [JSON.stringify(claims)]);
  return client.query("select id from invoice");
}
`,
    },
    {
      before: `export async function asUser(client: Client, token: string) {
  const claims = await verifyToken(token);
  await client.query("begin");
  await client.query("set local role authenticated");
  await client.query("select set_config('app.tenant_id', $1, true)", [claims.app_metadata.tenant_id]);
  return client.query("select id from invoice");
}
`,
      after: `export async function asUser(client: Client, token: string) {
  const claims = await verifyToken(token);
  await client.query("begin");
  await client.query("set local role authenticated");
  await client.query("select set_config('request.jwt.claims', $1, true)", [JSON.stringify(claims)]);
  return client.query("select id from invoice");
}
`,
    },
  ],
  find(scene) {
    for (const text of settingTexts(scene)) {
      if (isTestFile(text.module.path) || !text.around || !text.query) continue;
      const edits = scene.frozen.has(text.module.path) ? null : editsOf(text, scene);
      const what = retiredItems(text, scene)
        .map(({ setting }) => setting)
        .join(", ");
      if (edits) record(scene, { path: text.module.path, at: text.node.start, shape: claimsOfToken.id, what }, edits);
    }
  },
};

function editsOf(text: SqlText, scene: Scene) {
  const { module, query, settings } = text;
  const items = retiredItems(text, scene);
  if (!query || !settings || items.length === 0 || !settings.items.every(({ isLocal }) => isLocal)) return null;
  const token = tokenClaims(text);
  if (token) {
    const isOfToken = items.every((item) => isMemberOf(valueOf(item, text)?.node, token, module));
    if (isOfToken) return cutSettings(text, items, scene);
    decide(scene, {
      path: module.path,
      at: text.node.start,
      reason: "driver-other-tenant",
      what: items.map(({ setting }) => setting).join(", "),
    });
    return null;
  }
  const claims = verifiedClaims(text);
  if (claims === null || items.length !== settings.items.length || items.length !== query.values?.length) return null;
  const name = module.text.slice(claims.start, claims.end);
  // only where the transaction already takes a role that the policies bind
  if (!hasRole(text) || setsClaims(text)) return null;
  const binding = module.bindingOf.get(claims);
  if (binding) scene.draft.added.add(binding);
  const [first, last] = [query.values[0], query.values.at(-1)];
  const { path } = module;
  return first && last
    ? [
        {
          path,
          start: text.start,
          end: text.start + text.view.length,
          text: "select set_config('request.jwt.claims', $1, true)",
        },
        { path, start: first.start, end: last.end, text: `JSON.stringify(${name})` },
      ]
    : null;
}

const sameConnection = (text: SqlText): SqlText[] =>
  sqlTextsIn(text.module).filter((one) => one.around === text.around && receiverOf(one) === receiverOf(text));

const setsClaims = (text: SqlText): boolean =>
  sameConnection(text).some((one) => one.settings?.items.some(({ setting }) => setting === CLAIMS_SETTING));

const hasRole = (text: SqlText): boolean =>
  sameConnection(text).some(
    (one) =>
      one.node.start < text.node.start &&
      (/^\s*set\s+local\s+role\s/i.test(one.view) || one.settings?.items.some(({ setting }) => setting === "role")),
  );

/** The claims of a verified token that the same connection is given. */
function tokenClaims(text: SqlText): Node | null {
  for (const one of sameConnection(text)) {
    const item = one.settings?.items.find(({ setting }) => setting === CLAIMS_SETTING);
    const value = item?.isLocal ? valueOf(item, one)?.node : null;
    const object = value ? stringified(value) : null;
    if (object?.type === "Identifier" && isVerified(object, text.module)) return object;
  }
  return null;
}

/** True for `claims.app_metadata.tenant_id` of these claims. */
function isMemberOf(value: Node | null | undefined, claims: Node, module: Module): boolean {
  let at = value ?? null;
  while (at && (at.type === "MemberExpression" || at.type === "ChainExpression" || at.type === "TSNonNullExpression"))
    at = at.type === "MemberExpression" ? at.object : at.expression;
  return at?.type === "Identifier" && at !== value && module.bindingOf.get(at) === module.bindingOf.get(claims);
}

const VERIFIES = /^(?:jwtVerify|verify\w*|\w*[vV]erif(?:y|ied)\w*)$/;

/** `const claims = await verify…(token)` */
function isVerified(name: Node, module: Module): boolean {
  const [id] = module.bindingOf.get(name)?.declarations ?? [];
  const declarator = id && module.parents.get(id);
  if (declarator?.type !== "VariableDeclarator" || declarator.id !== id) return false;
  const made = declarator.init?.type === "AwaitExpression" ? declarator.init.argument : declarator.init;
  if (made?.type !== "CallExpression") return false;
  const called = made.callee.type === "Identifier" ? made.callee.name : memberName(made.callee);
  return VERIFIES.test(called ?? "");
}

/** The name of the verified claims of which the values are members. */
function verifiedClaims(text: SqlText): Node | null {
  const roots = (text.query?.values ?? []).map((one) => {
    let at = one;
    while (at.type === "MemberExpression" || at.type === "ChainExpression")
      at = at.type === "MemberExpression" ? at.object : at.expression;
    return at;
  });
  const [first] = roots;
  const isSame = (one: Node): boolean =>
    first !== undefined && text.module.bindingOf.get(one) === text.module.bindingOf.get(first);
  return first?.type === "Identifier" && roots.every(isSame) && isVerified(first, text.module) ? first : null;
}
