import { decide, isTestFile, record, type Scene } from "../draft.ts";
import { sqlTextsIn, type SqlText } from "../find/driver.ts";
import type { Edit } from "../syntax/cut.ts";
import { keyName, type Node } from "../syntax/node.ts";
import { claimsOfItems, keepValues, objectText, widthOf, type Claim } from "./claims-object.ts";
import {
  CLAIMS_SETTING,
  cutSettings,
  isOneSequence,
  receiverOf,
  retiredItems,
  settingTexts,
  stringified,
  valueOf,
} from "./driver.ts";
import type { ProjectShape } from "./shape.ts";

export const claimsInTransaction: ProjectShape = {
  id: "claims-in-transaction",
  title: "move the tenant into the claims that the same transaction sets",
  why: "On a direct connection nobody else sets the claims. The transaction already sets `request.jwt.claims` from an object; it gets the values that the variables had, under the names that the policies read. No token vouches for such claims, so a person confirms who the transaction acts as.",
  examples: [
    {
      before: `export async function asTenant(client: Client, scope: Scope) {
  await client.query("set local role authenticated");
  await client.query("select set_config('request.jwt.claims', $1, true)", [
    JSON.stringify({ sub: scope.userId, role: "authenticated" }),
  ]);
  await client.query("select set_config('app.tenant_id', $1, true)", [scope.tenantId]);
}
`,
      after: `export async function asTenant(client: Client, scope: Scope) {
  await client.query("set local role authenticated");
  await client.query("select set_config('request.jwt.claims', $1, true)", [
    JSON.stringify({
      sub: scope.userId,
      role: "authenticated",
      app_metadata: { tenant_id: scope.tenantId },
    }),
  ]);
}
`,
    },
    {
      before: `export async function asTenant(client: Client, scope: Scope) {
  await client.query(
    \`select set_config('app.tenant_id', $1, true),
            set_config('app.correlation_id', $2, true),
            set_config('request.jwt.claims', $3, true)\`,
    [scope.tenantId, scope.correlationId, JSON.stringify({ sub: scope.userId })],
  );
}
`,
      after: `export async function asTenant(client: Client, scope: Scope) {
  await client.query(
    \`select set_config('app.correlation_id', $1, true),
            set_config('request.jwt.claims', $2, true)\`,
    [scope.correlationId, JSON.stringify({
      sub: scope.userId,
      app_metadata: { tenant_id: scope.tenantId },
    })],
  );
}
`,
      note: "settings that are no tenancy stay, and the parameters are numbered anew",
    },
  ],
  find(scene) {
    const groups = new Map<Node, SqlText[]>();
    for (const text of settingTexts(scene)) {
      if (!text.around || isTestFile(text.module.path)) continue;
      groups.set(text.around, [...(groups.get(text.around) ?? []), text]);
    }
    for (const [around, texts] of groups) moveClaims(around, texts, scene);
  },
};

function moveClaims(around: Node, texts: readonly SqlText[], scene: Scene): void {
  const [first] = texts;
  const receiver = first && receiverOf(first);
  if (!first || receiver === null || !texts.every((one) => receiverOf(one) === receiver)) return;
  const found = claimsIn(first, around, receiver ?? "");
  if (found === null) return;
  if (!isOneSequence([...texts.map(({ node }) => node), found], first.module)) return;
  const all = claimsOfItems(texts, scene);
  if (all === null) return;
  const cuts = texts.map((text) => cutSettings(text, retiredItems(text, scene), scene));
  const claims = addClaims(found, all, first.module);
  if (claims === null || cuts.some((one) => one === null)) return;
  const what = all.map(({ path }) => path.join(".")).join(", ");
  const { module, node } = first;
  const change = { path: module.path, at: node.start, shape: claimsInTransaction.id, what };
  if (record(scene, change, [...cuts.flatMap((one) => one ?? []), ...claims]))
    decide(scene, { path: module.path, at: found.start, reason: "claims-made-by-hand", what });
  keepValues(texts, scene);
}

/** The object that the transaction sends as claims: `JSON.stringify({ … })`. */
function claimsIn(text: SqlText, around: Node, receiver: string): Extract<Node, { type: "ObjectExpression" }> | null {
  for (const one of sqlTextsIn(text.module)) {
    if (one.around !== around || receiverOf(one) !== receiver) continue;
    const item = one.settings?.items.find(({ setting }) => setting === CLAIMS_SETTING);
    const value = item && valueOf(item, one)?.node;
    const object = value ? stringified(value) : null;
    if (object?.type === "ObjectExpression" && item?.isLocal) return object;
  }
  return null;
}

/** Add claims to an object, under their paths. Null: one of them is there already. */
function addClaims(
  object: Extract<Node, { type: "ObjectExpression" }>,
  claims: readonly Claim[],
  { path, text }: { path: string; text: string },
): Edit[] | null {
  const newLine = text.includes("\r\n") ? "\r\n" : "\n";
  const heads = new Set(claims.map((one) => one.path[0]));
  const isThere = object.properties.some(
    (one) => one.type !== "Property" || one.computed || heads.has(keyName(one.key) ?? ""),
  );
  const last = object.properties.at(-1);
  if (isThere || !last) return null;
  const added = objectText(claims);
  const inside = text.slice(object.start, object.end);
  const lineStart = text.lastIndexOf("\n", object.start) + 1;
  const width = text.indexOf("\n", object.end) - lineStart + added.length + 2;
  const indent = /^[ \t]*/.exec(text.slice(lineStart))?.[0] ?? "";
  const step = indent.startsWith("\t") ? "\t" : "  ";
  if (inside.includes("\n")) {
    const own = /\n([ \t]*)[^\n]*$/.exec(text.slice(0, last.start))?.[1] ?? indent;
    return [{ path, start: last.end, end: last.end, text: `,${newLine}${own}${added}` }];
  }
  if (width <= widthOf(text)) return [{ path, start: last.end, end: last.end, text: `, ${added}` }];
  const gaps = object.properties
    .slice(1)
    .map((one, n) => ({ start: object.properties[n]?.end ?? one.start, end: one.start }));
  const isPlain = gaps.every(({ start, end }) => /^\s*,\s*$/.test(text.slice(start, end)));
  const first = object.properties[0];
  if (!isPlain || !first) return [{ path, start: last.end, end: last.end, text: `, ${added}` }];
  const line = `${newLine}${indent}${step}`;
  return [
    { path, start: object.start + 1, end: first.start, text: line },
    ...gaps.map(({ start, end }) => ({ path, start, end, text: `,${line}` })),
    { path, start: last.end, end: object.end - 1, text: `,${line}${added},${newLine}${indent}` },
  ];
}
