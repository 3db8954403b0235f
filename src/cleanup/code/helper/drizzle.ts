import { CLAIMS, DOC, refusals, ROLE_OF, type HelperTemplate } from "./template.ts";

/** Drizzle: a transaction has `execute(sql)`. */
export const drizzleHelper: HelperTemplate = {
  name: "drizzle-claims",
  code: `import { sql«, type SQL» } from "drizzle-orm";

«interface Transaction {
  execute(query: SQL): PromiseLike<unknown>;
}

»${DOC}
export async function setClaims(tx«: Transaction», claims«: object»)«: Promise<void>» {
  await tx.execute(
    sql\`select set_config('role', \${roleOf(claims)}, true), set_config('request.jwt.claims', \${JSON.stringify(claims)}, true)\`,
  );
}
${ROLE_OF}`,
  tests: `@imports
import { setClaims } from "./drizzle-claims";

${CLAIMS}

test("the role and the claims are set by one statement", async () => {
  const sent«: unknown[]» = [];
  await setClaims({ execute: async (query«: unknown») => sent.push(query) }, CLAIMS);
  @equal(sent.length; 1)
});
${refusals("setClaims({ execute: async () => null }, { ...CLAIMS, role })")}`,
};
