import { CLAIMS, DOC, refusals, ROLE_OF, type HelperTemplate } from "./template.ts";

/** Knex: a transaction has `raw(text, values)`. */
export const knexHelper: HelperTemplate = {
  name: "knex-claims",
  code: `«interface Transaction {
  raw(text: string, values: string[]): PromiseLike<unknown>;
}

»${DOC}
export async function setClaims(trx«: Transaction», claims«: object»)«: Promise<void>» {
  await trx.raw(\`select set_config('role', ?, true), set_config('request.jwt.claims', ?, true)\`, [
    roleOf(claims),
    JSON.stringify(claims),
  ]);
}
${ROLE_OF}`,
  tests: `@imports
import { setClaims } from "./knex-claims";

${CLAIMS}

test("the role and the claims are set by one statement", async () => {
  const sent«: unknown[]» = [];
  const trx = { raw: async (text«: string», values«: string[]») => sent.push(text, values) };
  await setClaims(trx, CLAIMS);
  @equal(sent.length; 2)
  @equal(sent[1]; ["@role", JSON.stringify(CLAIMS)])
});
${refusals("setClaims({ raw: async () => null }, { ...CLAIMS, role })")}`,
};
