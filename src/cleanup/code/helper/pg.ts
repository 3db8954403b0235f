import { CLAIMS, DOC, refusals, ROLE_OF, type HelperTemplate } from "./template.ts";

/** pg, and what has its `client.query(text, values)`. */
export const pgHelper: HelperTemplate = {
  name: "pg-claims",
  code: `«interface Client {
  query(text: string, values: string[]): PromiseLike<unknown>;
}

»${DOC}
export async function setClaims(client«: Client», claims«: object»)«: Promise<void>» {
  await client.query(\`select set_config('role', $1, true), set_config('request.jwt.claims', $2, true)\`, [
    roleOf(claims),
    JSON.stringify(claims),
  ]);
}
${ROLE_OF}`,
  tests: `@imports
import { setClaims } from "./pg-claims";

${CLAIMS}

test("the role and the claims are set by one statement", async () => {
  const sent«: unknown[]» = [];
  const client = { query: async (text«: string», values«: string[]») => sent.push(text, values) };
  await setClaims(client, CLAIMS);
  @equal(sent.length; 2)
  @equal(sent[1]; ["@role", JSON.stringify(CLAIMS)])
});
${refusals("setClaims({ query: async () => null }, { ...CLAIMS, role })")}`,
};
