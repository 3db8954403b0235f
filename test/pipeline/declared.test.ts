import { describe, expect, test } from "vitest";
import { declaredSchemas, type DeclaredSchema } from "../../src/pipeline/declared.ts";
import { planSource } from "../../src/pipeline/plan.ts";
import { configOf } from "../../src/pipeline/ready.ts";
import { openSource } from "../../src/pipeline/source.ts";
import { silent } from "../../src/progress.ts";
import { project } from "../support/cli.ts";

const OLD =
  "using (org_id = coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid))";
/** The only form of the result: the claim, read once for each statement. */
const NEW = "org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)";

const table = (name: string): string =>
  `create table public.${name} (id int primary key, org_id uuid not null default current_setting('app.org_id')::uuid);\nalter table public.${name} enable row level security;\n`;
const policy = (name: string, on: string): string =>
  `create policy ${name} on ${on} for select to authenticated\n  ${OLD};\n`;

const CONFIG = `export default {
  migrations: { folder: "FOLDER" },
  requests: { claims: "sent", reason: "the gateway sends them" },
  context: { "app.org_id": { claim: "app_metadata.org_id", type: "uuid" } },
  columnDefaults: "rewrite",
};`;

async function declared(folder: string, files: Record<string, string>): Promise<DeclaredSchema[]> {
  const projectDir = project({ ...files, "rlsmith.config.ts": CONFIG.replace("FOLDER", folder) });
  const source = await openSource({ projectDir, scratch: { kind: "embedded" }, strict: true, progress: silent });
  try {
    const { plan } = planSource(source, configOf(source), projectDir, null, new Date());
    return declaredSchemas(source, plan, projectDir);
  } finally {
    await source.close();
  }
}

const MIGRATION = `${table("doc")}${table("note")}${policy("doc_read", "public.doc")}${policy('"note read"', "public.note")}create policy public_read on public.note for select to anon using (true);`;

describe("Supabase's declarative schema", () => {
  const base = { "supabase/migrations/20250101000000_a.sql": MIGRATION };

  test("a project without one", async () => {
    expect(await declared("supabase/migrations", base)).toEqual([]);
  });

  test("each place that holds the text of before, with the new text", async () => {
    const [schema, ...others] = await declared("supabase/migrations", {
      ...base,
      "supabase/schemas/01_tables.sql": `${table("doc")}create policy public_read on public.note for select to anon using (true);`,
      // `public` is in the search_path of the CLI
      "supabase/schemas/policies/doc.sql": `-- mine\n\n${policy("doc_read", "doc")}`,
    });
    expect(others).toEqual([]);
    expect(schema?.tool).toBe("supabase");
    expect(schema?.places.map(({ file, line, object }) => [file, line, object])).toEqual([
      ["supabase/schemas/01_tables.sql", 1, "public.doc.org_id"],
      ["supabase/schemas/policies/doc.sql", 3, "public.doc.doc_read"],
    ]);
    expect(schema?.places[1]?.replacement).toContain(NEW);
    expect(schema?.places[1]?.replacement).toMatch(/^create policy doc_read on public\.doc\n/);
    expect(schema?.places[0]?.replacement).not.toContain("current_setting");
    // a policy that no file shows may still be made there, by a DO block
    expect(schema?.notFound).toEqual(['public.note."note read"', "public.note.org_id"]);
  });

  test("the paths of config.toml", async () => {
    const files = {
      ...base,
      "supabase/config.toml": '[db.migrations]\nschema_paths = ["./declared/*.sql"]\n',
      "supabase/declared/a.sql": policy("doc_read", "public.doc"),
      "supabase/schemas/not-read.sql": policy("doc_read", "public.doc"),
    };
    const [schema] = await declared("supabase/migrations", files);
    expect(schema?.places.map(({ file }) => file)).toEqual(["supabase/declared/a.sql"]);
  });
});

describe("Drizzle's schema", () => {
  const base = {
    "drizzle.config.ts": "export default {};",
    "drizzle/0000_a.sql": MIGRATION,
    "drizzle/meta/_journal.json": JSON.stringify({ version: "7", entries: [{ idx: 0, tag: "0000_a" }] }),
  };

  test("each call of pgPolicy for a policy that changes, with its new arguments", async () => {
    const [schema] = await declared("drizzle", {
      ...base,
      "src/schema.ts": `export const doc = pgTable("doc", { id: integer() }, () => [
  pgPolicy("doc_read", { using: sql\`x\` }),
]);
export const note = pgTable("note", {}, () => [
  pgPolicy('public_read', { using: sql\`true\` }),
]);
`,
      "src/more.ts": `export const read = pgPolicy("note read", { for: "select" }).link(note);`,
      "node_modules/x/schema.ts": `pgTable("doc", {}, () => [pgPolicy("doc_read", {})]);`,
    });
    expect(schema?.places.map(({ file, line, object }) => [file, line, object])).toEqual([
      ["src/schema.ts", 2, "public.doc.doc_read"],
      ["src/more.ts", 1, 'public.note."note read"'],
    ]);
    expect(schema?.places[0]?.replacement).toMatch(
      /^pgPolicy\("doc_read", \{\n {2}as: "permissive",\n {2}for: "select",/,
    );
    expect(schema?.places[0]?.replacement).toContain("auth.jwt()");
    expect(schema?.notFound).toEqual([]);
  });

  test("a policy whose call has another name is not found", async () => {
    const [schema] = await declared("drizzle", {
      ...base,
      "src/schema.ts": 'pgTable("doc", {}, () => [pgPolicy(`doc_read`, {}), pgPolicy(nameOf("note"), {})]);',
    });
    expect(schema?.places.map(({ object }) => object)).toEqual(["public.doc.doc_read"]);
    expect(schema?.notFound).toEqual(['public.note."note read"']);
  });

  test("policies that another function makes are not found", async () => {
    const [schema] = await declared("drizzle", { ...base, "src/schema.ts": 'crudPolicy({ role: "authenticated" });' });
    expect(schema).toMatchObject({ places: [], notFound: ["public.doc.doc_read", 'public.note."note read"'] });
  });

  test("a schema without policies has nothing to put back", async () => {
    expect(await declared("drizzle", { ...base, "src/schema.ts": 'pgTable("doc", {});' })).toEqual([]);
  });
});
