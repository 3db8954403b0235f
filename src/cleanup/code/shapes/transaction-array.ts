import { decide, isTestFile, record, type Scene } from "../draft.ts";
import { isRoleOfUser } from "../retired.ts";
import { sqlTextsIn, type SqlText } from "../find/driver.ts";
import { positionOf } from "../find/calls.ts";
import { claimOfToken } from "../find/token.ts";
import { cutItems, type Edit } from "../syntax/cut.ts";
import type { Module } from "../syntax/module.ts";
import { memberName, type Node } from "../syntax/node.ts";
import { commonClaims } from "./claims-helper.ts";
import { CLAIMS_SETTING, receiverOf, retiredItems, roleBefore, settingTexts, stringified, valueOf } from "./driver.ts";
import { helperFor } from "./helper-call.ts";
import { keepNames } from "./helper-edits.ts";
import { nameClaims } from "./name-claims.ts";
import type { ProjectShape } from "./shape.ts";

export const transactionArray: ProjectShape = {
  id: "transaction-array",
  title: "replace elements of `$transaction([…])` that set the variables, with their places in the result",
  why: "The elements share a transaction. Where one sets the claims of a verified token, those that set variables go; otherwise the first becomes the call that sets the claims. Each place in the result that is read moves along.",
  examples: [
    {
      before: {
        "db/prisma-claims.ts": `export const setClaims = (tx, claims) => tx.$executeRaw\`select set_config('request.jwt.claims', \${JSON.stringify(claims)}, true)\`;
`,
        "db/bills.ts": `import { prisma } from "./prisma";
import { verifyToken } from "../token";

export async function bills(token: string) {
  const claims = verifyToken(token);
  const [, , rows] = await prisma.$transaction([
    prisma.$executeRaw\`select set_config('app.tenant_id', \${claims.app_metadata.tenant_id}, true)\`,
    prisma.$executeRawUnsafe("select set_config('app.tenant_id', $1, true)", claims.app_metadata.tenant_id),
    prisma.bill.findMany(),
  ]);
  return rows;
}
`,
      },
      after: {
        "db/prisma-claims.ts": `export const setClaims = (tx, claims) => tx.$executeRaw\`select set_config('request.jwt.claims', \${JSON.stringify(claims)}, true)\`;
`,
        "db/bills.ts": `import { prisma } from "./prisma";
import { verifyToken } from "../token";
import { setClaims } from "./prisma-claims";

export async function bills(token: string) {
  const claims = verifyToken(token);
  const [, rows] = await prisma.$transaction([
    setClaims(prisma, claims),
    prisma.bill.findMany(),
  ]);
  return rows;
}
`,
      },
    },
    {
      before: `export async function bills(prisma: Prisma, token: string) {
  const claims = verifyToken(token);
  const results = await prisma.$transaction([
    prisma.$executeRaw\`select set_config('request.jwt.claims', \${JSON.stringify(claims)}, true)\`,
    prisma.$executeRaw\`select set_config('app.tenant_id', \${claims.app_metadata.tenant_id}, true)\`,
    prisma.bill.findMany(),
    prisma.bill.count(),
  ]);
  return { rows: results[2], count: results[3] };
}
`,
      after: `export async function bills(prisma: Prisma, token: string) {
  const claims = verifyToken(token);
  const results = await prisma.$transaction([
    prisma.$executeRaw\`select set_config('request.jwt.claims', \${JSON.stringify(claims)}, true)\`,
    prisma.bill.findMany(),
    prisma.bill.count(),
  ]);
  return { rows: results[1], count: results[2] };
}
`,
      note: "beside the claims of the token, the element goes",
    },
  ],
  find(scene) {
    const groups = new Map<Node, SqlText[]>();
    for (const text of settingTexts(scene)) {
      const array = text.query && text.module.parents.get(text.query.call);
      const call = array && text.module.parents.get(array);
      if (array?.type !== "ArrayExpression" || call?.type !== "CallExpression" || isTestFile(text.module.path))
        continue;
      if (memberName(call.callee) !== "$transaction" || text.query?.driver !== "prisma") continue;
      if (retiredItems(text, scene).length === text.settings?.items.length)
        groups.set(array, [...(groups.get(array) ?? []), text]);
    }
    for (const [array, texts] of groups) if (array.type === "ArrayExpression") replaceElements(array, texts, scene);
  },
};

function replaceElements(
  array: Extract<Node, { type: "ArrayExpression" }>,
  texts: readonly SqlText[],
  scene: Scene,
): void {
  const [first] = texts;
  const claims = commonClaims(texts, scene);
  if (!first?.query || claims === null) return;
  const { module } = first;
  const role = roleBefore(first);
  if (role !== null && !isRoleOfUser(role, scene.retired)) return;
  const elements = array.elements.flatMap((one): Node[] => (one === null || one.type === "SpreadElement" ? [] : [one]));
  if (elements.length !== array.elements.length) return;
  const given = claimsOfArray(array, module);
  // other claims than those that the values come from, or only after a query
  if (given.some(({ code }) => code !== claims.code)) return;
  const setting = new Set(texts.map(({ query }) => query?.call));
  const [claimed] = given;
  const before = claimed ? elements.slice(0, elements.indexOf(claimed.element)) : [];
  if (!before.every((one) => setting.has(one) || onlySets(one, module))) return;
  const helper = given.length === 0 ? helperFor("prisma", module, scene) : null;
  if (given.length === 0 && helper === null) return;
  const goes = texts.slice(helper ? 1 : 0).map(({ query }) => query?.call);
  const isCut = (one: Node): boolean => goes.includes(one);
  const gone = elements.flatMap((one, n) => (isCut(one) ? [n] : []));
  const places = gone.length === 0 ? [] : movedPlaces(array, gone, module);
  const what = texts.flatMap((text) => retiredItems(text, scene).map(({ setting }) => setting)).join(", ");
  const at = first.node.start;
  if (places === null || elements.every(isCut))
    return decide(scene, { path: module.path, at, reason: "result-used", what });
  const { path } = module;
  const { call } = first.query;
  const put: Edit[] = helper
    ? [
        { path, start: call.start, end: call.end, text: `${helper.name}(${receiverOf(first) ?? ""}, ${claims.code})` },
        ...helper.imports,
      ]
    : [];
  const cuts = gone.length === 0 ? [] : cutItems(path, elements, isCut);
  const edits = [...put, ...cuts, ...places];
  const naming = nameClaims(claims, edits, module, scene);
  if (!naming || !record(scene, { path, at, shape: transactionArray.id, what }, [...edits, ...naming])) return;
  for (const [file, text] of helper?.files ?? []) scene.draft.created.set(file, text);
  if (!helper) return;
  if (helper.imported) scene.draft.added.add(helper.imported);
  keepNames([first.query.receiver, ...(claims.unnamed ? [] : [claims.root])], first, scene);
  decide(scene, { path, at, reason: "role-of-token", what: claims.code });
}

/** True if an element is a statement that reads no row: `set local role …`, `select set_config(…)`. */
const onlySets = (element: Node, module: Module): boolean =>
  sqlTextsIn(module).some(
    ({ query, settings, view }) => query?.call === element && (settings !== null || /^\s*set\s/i.test(view)),
  );

/** The elements that set claims, and the token that these are of; `""`: none that is verified. */
function claimsOfArray(array: Node, module: Module): { element: Node; code: string }[] {
  return sqlTextsIn(module).flatMap((text) => {
    const item = text.settings?.items.find(({ setting }) => setting === CLAIMS_SETTING);
    if (!item || !text.query || module.parents.get(text.query.call) !== array) return [];
    const value = valueOf(item, text)?.node;
    const object = value ? stringified(value) : null;
    const code = (object && item.isLocal ? claimOfToken(object, [], module)?.code : null) ?? "";
    return [{ element: text.query.call, code }];
  });
}

/** The edits of what reads the result by place; null: an answer that goes is read, or it cannot be followed. */
function movedPlaces(array: Node, gone: readonly number[], module: Module): Edit[] | null {
  const call = module.parents.get(array);
  if (!call) return null;
  const { outer, parent, awaited } = positionOf(call, module);
  if (parent.type === "ExpressionStatement") return [];
  if (parent.type === "MemberExpression" && awaited) return movedIndex(parent, gone, module);
  if (parent.type !== "VariableDeclarator" || parent.init !== outer || !awaited) return null;
  if (parent.id.type === "ArrayPattern") return movedPattern(parent.id, gone, module);
  const result = module.bindingOf.get(parent.id);
  if (!result) return null;
  const edits = result.references.map((use) => {
    const member = module.parents.get(use);
    return member?.type === "MemberExpression" && member.object === use ? movedIndex(member, gone, module) : null;
  });
  return edits.includes(null) ? null : edits.flatMap((one) => one ?? []);
}

/** `result[2]` */
function movedIndex(
  member: Extract<Node, { type: "MemberExpression" }>,
  gone: readonly number[],
  { path }: Module,
): Edit[] | null {
  const { property } = member;
  if (!member.computed || property.type !== "Literal" || typeof property.value !== "number") return null;
  const index = property.value;
  if (gone.includes(index)) return null;
  const after = index - gone.filter((one) => one < index).length;
  return after === index ? [] : [{ path, start: property.start, end: property.end, text: String(after) }];
}

/** `[, rows]` */
function movedPattern(
  pattern: Extract<Node, { type: "ArrayPattern" }>,
  gone: readonly number[],
  { path, text }: Module,
): Edit[] | null {
  const { elements } = pattern;
  if (elements.some((one) => one?.type === "RestElement")) return null;
  // a name there holds an answer that somebody may look at
  if (gone.some((index) => index < elements.length && elements[index] !== null)) return null;
  const left = elements.filter((_one, n) => !gone.includes(n));
  if (left.length === elements.length) return [];
  const code = left.map((one) => (one === null ? "" : text.slice(one.start, one.end))).join(", ");
  return [{ path, start: pattern.start + 1, end: pattern.end - 1, text: code }];
}
