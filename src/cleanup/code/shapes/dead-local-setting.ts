import { isTestFile, record } from "../draft.ts";
import type { SqlText } from "../find/driver.ts";
import { sqlTextsIn } from "../find/driver.ts";
import type { Node } from "../syntax/node.ts";
import { cutSettings, receiverOf, retiredItems, settingTexts } from "./driver.ts";
import type { ProjectShape } from "./shape.ts";

export const deadLocalSetting: ProjectShape = {
  id: "dead-local-setting",
  title: "delete a local setting outside of a transaction",
  why: "A pool gives each statement a connection and a transaction of its own. A local setting ends with its own statement, so it has no effect today.",
  examples: [
    {
      before: `export async function poll(pool: Pool, tenantId: string) {
  await pool.query("select set_config('app.tenant_id', $1, true)", [tenantId]);
  const { rows } = await pool.query("select id from invoice where tenant_id = $1", [tenantId]);
  return rows;
}
`,
      after: `export async function poll(pool: Pool, tenantId: string) {
  const { rows } = await pool.query("select id from invoice where tenant_id = $1", [tenantId]);
  return rows;
}
`,
    },
  ],
  find(scene) {
    for (const text of settingTexts(scene)) {
      const items = retiredItems(text, scene);
      if (isTestFile(text.module.path) || items.length === 0 || !isPool(text) || !items.every(({ isLocal }) => isLocal))
        continue;
      if (beginsTransaction(text)) continue;
      const edits = cutSettings(text, items, scene);
      const what = items.map(({ setting }) => setting).join(", ");
      if (edits)
        record(scene, { path: text.module.path, at: text.node.start, shape: deadLocalSetting.id, what }, edits);
    }
  },
};

/** True if the receiver is a pool by its type or by its constructor. */
export function isPool({ module, query }: SqlText): boolean {
  const receiver = query?.receiver;
  const id = receiver?.type === "Identifier" ? module.bindingOf.get(receiver)?.declarations[0] : undefined;
  if (id?.type !== "Identifier") return false;
  const type = id.typeAnnotation?.typeAnnotation;
  if (type) return type.type === "TSTypeReference" && namesPool(type.typeName, module.text);
  const declarator = module.parents.get(id);
  const made = declarator?.type === "VariableDeclarator" ? declarator.init : null;
  return made?.type === "NewExpression" && namesPool(made.callee, module.text);
}

const namesPool = ({ start, end }: Node, text: string): boolean => /(?:^|\.)\w*Pool$/.test(text.slice(start, end));

/** Somebody opens a transaction on the pool itself, which is wrong, but then it cannot be said what holds. */
const beginsTransaction = (text: SqlText): boolean =>
  sqlTextsIn(text.module).some(
    (one) =>
      one.around === text.around && receiverOf(one) === receiverOf(text) && /^\s*(?:begin|start)\b/i.test(one.view),
  );
