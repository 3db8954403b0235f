import { CLAIMS, DOC, refusals, ROLE_OF, type HelperTemplate } from "./template.ts";

/** postgres.js: the connection is a tag. */
export const postgresJsHelper: HelperTemplate = {
  name: "postgres-claims",
  code: `«type Transaction = (query: TemplateStringsArray, ...values: string[]) => PromiseLike<unknown>;

»${DOC}
export async function setClaims(sql«: Transaction», claims«: object»)«: Promise<void>» {
  await sql\`select set_config('role', \${roleOf(claims)}, true), set_config('request.jwt.claims', \${JSON.stringify(claims)}, true)\`;
}
${ROLE_OF}`,
  tests: `@imports
import { setClaims } from "./postgres-claims";

${CLAIMS}

test("the role and the claims are set by one statement", async () => {
  const sent«: string[][]» = [];
  const sql = async (_query«: TemplateStringsArray», ...values«: string[]») => sent.push(values);
  await setClaims(sql, CLAIMS);
  @equal(sent; [["@role", JSON.stringify(CLAIMS)]])
});
${refusals("setClaims(async () => null, { ...CLAIMS, role })")}`,
};
