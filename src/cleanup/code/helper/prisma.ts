import { CLAIMS, DOC, refusals, ROLE_OF, type HelperTemplate } from "./template.ts";

/** Prisma: what it returns may be awaited, or be an element of `$transaction([…])`. */
export const prismaHelper: HelperTemplate = {
  name: "prisma-claims",
  code: `«interface Client<Result> {
  $executeRaw(query: TemplateStringsArray, ...values: string[]): Result;
}

»${DOC}
export function setClaims«<Result>»(tx«: Client<Result>», claims«: object»)«: Result» {
  return tx.$executeRaw\`select set_config('role', \${roleOf(claims)}, true), set_config('request.jwt.claims', \${JSON.stringify(claims)}, true)\`;
}
${ROLE_OF}`,
  tests: `@imports
import { setClaims } from "./prisma-claims";

${CLAIMS}

test("the role and the claims are set by one statement", () => {
  const sent«: string[][]» = [];
  const tx = { $executeRaw: (_query«: TemplateStringsArray», ...values«: string[]») => sent.push(values) };
  setClaims(tx, CLAIMS);
  @equal(sent; [["@role", JSON.stringify(CLAIMS)]])
});
${refusals("setClaims({ $executeRaw: () => null }, { ...CLAIMS, role })")}`,
};
