import { decide, isTestFile, record, type Scene } from "../draft.ts";
import type { SqlText } from "../find/driver.ts";
import { claimOfToken, isSameToken, type TokenClaims } from "../find/token.ts";
import type { SettingItem } from "../sql/items.ts";
import type { Edit } from "../syntax/cut.ts";
import type { Node } from "../syntax/node.ts";
import {
  CLAIMS_SETTING,
  cutSettings,
  isOneSequence,
  retiredItems,
  roleBefore,
  sameConnection,
  setsClaims,
  settingTexts,
  stringified,
  valueOf,
} from "./driver.ts";
import { nameClaims } from "./name-claims.ts";
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

function editsOf(text: SqlText, scene: Scene): Edit[] | null {
  const { module, query, settings } = text;
  const items = retiredItems(text, scene);
  if (!query || !settings || items.length === 0 || !settings.items.every(({ isLocal }) => isLocal)) return null;
  const token = tokenClaims(text);
  const claims = items.map((item) => claimsOf(item, text, scene));
  if (token !== null) {
    if (claims.every((one) => one?.code === token)) return cutSettings(text, items, scene);
    decide(scene, {
      path: module.path,
      at: text.node.start,
      reason: "driver-other-tenant",
      what: items.map(({ setting }) => setting).join(", "),
    });
    return null;
  }
  const [first] = claims;
  const isWhole = items.length === settings.items.length && items.length === query.values?.length;
  if (!first || !isWhole || query.driver !== "pg" || !claims.every((one) => isSameToken(one, first))) return null;
  // only where the transaction already takes a role that the policies bind
  if (roleBefore(text) === null || setsClaims(text)) return null;
  const [from, to] = [query.values?.[0], query.values?.at(-1)];
  if (!from || !to) return null;
  const { path } = module;
  const edits: Edit[] = [
    {
      path,
      start: text.start,
      end: text.start + text.view.length,
      text: "select set_config('request.jwt.claims', $1, true)",
    },
    { path, start: from.start, end: to.end, text: `JSON.stringify(${first.code})` },
  ];
  const naming = nameClaims(first, edits, module, scene);
  if (!naming) return null;
  const binding = module.bindingOf.get(first.root);
  if (binding && !first.unnamed) scene.draft.added.add(binding);
  return [...edits, ...naming];
}

/** The verified claims that the value of an item comes from, under the path that the policies read. */
export function claimsOf(item: SettingItem, text: SqlText, { retired }: Scene): TokenClaims | null {
  const path = retired.settings.get(item.setting ?? "");
  const value = valueOf(item, text)?.node;
  return path && value ? claimOfToken(value, path, text.module) : null;
}

/** The code of the claims of a verified token that the same connection is given. */
function tokenClaims(text: SqlText): string | null {
  for (const one of sameConnection(text)) {
    if (!holdsAt(one, text)) continue;
    const item = one.settings?.items.find(({ setting }) => setting === CLAIMS_SETTING);
    const value = item?.isLocal ? valueOf(item, one)?.node : null;
    const object = value ? stringified(value) : null;
    const claims = object && claimOfToken(object, [], one.module);
    if (claims) return claims.code;
  }
  return null;
}

/** True if what one statement sets holds where another one is: it is sent before, or nothing is sent between them. */
function holdsAt(one: SqlText, text: SqlText): boolean {
  const { parents } = text.module;
  let statement: Node | undefined = one.node;
  while (statement && parents.get(statement)?.type !== "BlockStatement") statement = parents.get(statement);
  const block = statement && parents.get(statement);
  const isInBlock = block !== undefined && text.node.start >= block.start && text.node.end <= block.end;
  if (one.node.start <= text.node.start) return isInBlock;
  return isOneSequence([text.node, one.node], text.module);
}
