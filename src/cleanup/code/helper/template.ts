/**
 * A module that is written into a project. `«…»` stands for what TypeScript has and JavaScript has not. No text has an
 * apostrophe in double quotes, so that the quotes can be changed.
 */
export interface HelperTemplate {
  /** the file, without its extension */
  name: string;
  code: string;
  /** its tests: `@role` is a role of users, `@equal(a; b)` and `@rejects(call)` stand for assertions, `@imports` for those of the test runner */
  tests: string;
}

/** The role of a token. Only those of the policies are taken: a `service_role` would get past them. `@refused` is the check. */
export const ROLE_OF = `
/** The role that the token names. Throws where it is none that the policies are for, such as \`service_role\`. */
function roleOf(claims«: object»)«: string» {
  const role«: unknown» = "role" in claims ? claims.role : undefined;
  if (@refused) throw new Error("the token names a role that is not taken");
  return role;
}
`;

export const DOC = `/** Take the role and the claims of a verified token until the transaction ends. The policies read them. */`;

/** A test that a token is refused. `call`: what is called, with a `role`. */
export const refusals = (call: string): string => `
test("a token without a role of the API is refused", async () => {
  for (const role of ["service_role", "postgres", "", undefined]) {
    const refused = async () => ${call};
    @rejects(refused)
  }
});
`;

export const CLAIMS = `const CLAIMS = { sub: "00000000-0000-4000-8000-000000000001", role: "@role" };`;
