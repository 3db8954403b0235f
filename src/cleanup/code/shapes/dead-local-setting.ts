import { decide, isTestFile, record } from "../draft.ts";
import type { SqlText } from "../find/driver.ts";
import { sqlTextsIn } from "../find/driver.ts";
import { isPool } from "../find/pool.ts";
import { pureCallsOf } from "../find/pure-calls.ts";
import type { Project } from "../project/project.ts";
import { isPure } from "../syntax/pure.ts";
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
    {
      before: `import { withSupabase } from "@supabase/server";
import { withPostgresClient } from "@supabase/server/middleware/postgres";

export const bills = withSupabase({ auth: "user", middleware: [withPostgresClient()] }, async (_request, ctx) => {
  await ctx.postgres.query\`select set_config('app.tenant_id', \${ctx.tenantId}, true)\`;
  return Response.json(await ctx.postgres.query\`select id from bill\`);
});
`,
      after: `import { withSupabase } from "@supabase/server";
import { withPostgresClient } from "@supabase/server/middleware/postgres";

export const bills = withSupabase({ auth: "user", middleware: [withPostgresClient()] }, async (_request, ctx) => {
  return Response.json(await ctx.postgres.query\`select id from bill\`);
});
`,
      note: "Supabase's own client gives each query a transaction with the claims of the token",
    },
  ],
  find(scene) {
    for (const text of settingTexts(scene)) {
      const items = retiredItems(text, scene);
      if (
        isTestFile(text.module.path) ||
        items.length === 0 ||
        !isPool(text, scene.project) ||
        !items.every(({ isLocal }) => isLocal)
      )
        continue;
      if (beginsTransaction(text)) continue;
      const what = items.map(({ setting }) => setting).join(", ");
      const place = { path: text.module.path, at: text.node.start, what };
      if (!hasPureValues(text, scene.project)) {
        decide(scene, { ...place, reason: "argument-has-effect" });
        continue;
      }
      const edits = cutSettings(text, items, scene);
      if (edits) record(scene, { ...place, shape: deadLocalSetting.id }, edits);
    }
  },
};

/** True if no value that goes with the statement does more, such as a check of who asks. */
function hasPureValues({ module, node, query }: SqlText, project: Project): boolean {
  const holes = node.type === "TemplateLiteral" ? node.expressions : [];
  return query?.values != null && [...query.values, ...holes].every((one) => isPure(one, pureCallsOf(module, project)));
}

/** Somebody opens a transaction on the pool itself, which is wrong, but then it cannot be said what holds. */
const beginsTransaction = (text: SqlText): boolean =>
  sqlTextsIn(text.module).some(
    (one) =>
      one.around === text.around && receiverOf(one) === receiverOf(text) && /^\s*(?:begin|start)\b/i.test(one.view),
  );
