import { CLAIMS, DOC, refusals, ROLE_OF, type HelperTemplate } from "./template.ts";

/**
 * Kysely: a statement is executed by a transaction. It is named by the interface that `execute` takes: no `Kysely<…>` of
 * a type parameter takes a `Transaction` of the tables of a project.
 */
export const kyselyHelper: HelperTemplate = {
  name: "kysely-claims",
  code: `import { sql«, type QueryExecutorProvider» } from "kysely";

${DOC}
export async function setClaims(trx«: QueryExecutorProvider», claims«: object»)«: Promise<void>» {
  await sql\`select set_config('role', \${roleOf(claims)}, true), set_config('request.jwt.claims', \${JSON.stringify(claims)}, true)\`.execute(
    trx,
  );
}
${ROLE_OF}`,
  tests: `@imports
import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from "kysely";
import { setClaims } from "./kysely-claims";

${CLAIMS}

const sent«: (readonly unknown[])[]» = [];
const database = new Kysely«<object>»({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
  log: ({ query }) => void sent.push(query.parameters),
});

test("the role and the claims are set by one statement", async () => {
  await setClaims(database, CLAIMS);
  @equal(sent; [["@role", JSON.stringify(CLAIMS)]])
});
${refusals("setClaims(database, { ...CLAIMS, role })")}`,
};
