import { afterAll, beforeAll, expect, test } from "vitest";
import { cleanCatalog, SHAPES, type SqlCleanup } from "../../../src/cleanup/sql/index.ts";
import { parseConfig } from "../../../src/config.ts";
import { inspect } from "../../../src/inspect/index.ts";
import { inspectCatalog } from "../../../src/pipeline/inspection.ts";
import { openScratch, type Scratch } from "../../../src/scratch/index.ts";

/** Functions of a project after its policies were moved: a setter, and rows that nobody reads by a variable. */
const PROJECT = `
create table note (id uuid primary key, org_id uuid, org uuid, body text);
create table member (id uuid primary key, role text);
create function set_app_context(p_actor uuid, p_org uuid, p_role text) returns void language plpgsql as $$
begin
  perform set_config('app.actor_id', p_actor::text, true);
  perform set_config('app.org_id', p_org::text, true);
  perform set_config('app.role', p_role, true);
end $$;
`;

const CONFIG = parseConfig({
  context: {
    "app.org_id": { claim: "app_metadata.org_id", type: "uuid" },
    "app.actor_id": { claim: "sub", type: "uuid" },
    "app.role": { claim: "app_metadata.role", type: "text" },
  },
});

/** The function of an example: what it returns follows from its body. */
function definitionOf(name: string, body: string): string {
  const returns = body.includes("return query")
    ? "setof note"
    : body.includes("return new")
      ? "trigger"
      : body.includes("return ")
        ? "text"
        : "void";
  const args = returns === "trigger" ? "" : "p_actor uuid, p_org uuid, p_role text, p_trace text, p_id uuid";
  const trigger = `create trigger t before insert on note for each row execute function ${name}();`;
  return `create function ${name}(${args}) returns ${returns} language plpgsql as $example$${body}$example$;
    ${returns === "trigger" ? trigger : ""}`;
}

const EXAMPLES = SHAPES.flatMap((shape) => shape.examples.map((example) => ({ ...example, id: shape.id }))).map(
  (example, number) => ({ ...example, name: `example_${number}` }),
);

const DECIDED = EXAMPLES.filter(({ after }) => after === null);
const EDITED = EXAMPLES.flatMap(({ after, ...example }) => (after === null ? [] : [{ ...example, after }]));

let scratch: Scratch;
let first: SqlCleanup;
let second: SqlCleanup;
let left: SqlCleanup;

async function clean({ db }: Scratch): Promise<SqlCleanup> {
  const catalog = await inspect(db);
  return cleanCatalog(catalog, inspectCatalog(catalog, CONFIG).classified, CONFIG);
}

const definitions = (examples: readonly { name: string; before: string }[]): string =>
  examples.map(({ name, before }) => definitionOf(name, before)).join("\n");

beforeAll(async () => {
  scratch = await openScratch({ kind: "embedded" });
  await scratch.db.exec(PROJECT);
  // Apart from the others: what stays as it is and reads a variable keeps whatever sets it.
  const apart = await scratch.fork();
  await apart.db.exec(definitions(DECIDED));
  left = await clean(apart);
  await apart.close();
  await scratch.db.exec(definitions(EDITED));
  first = await clean(scratch);
  // PostgreSQL takes every new definition.
  for (const one of first.functions) if (one.kind === "edited") await scratch.db.exec(one.definition);
  second = await clean(scratch);
});
afterAll(async () => scratch.close());

const of = ({ functions }: SqlCleanup, name: string): SqlCleanup["functions"][number] | undefined =>
  functions.find(({ fn }) => fn.name === name);

test.each(EDITED)("$id: $before", ({ id, name, after }) => {
  expect(of(first, name)).toMatchObject({ kind: "edited", body: after, shapes: expect.arrayContaining([id]) });
  expect(of(second, name)).toBeUndefined();
});

test.each(DECIDED)("$id, for a person: $before", ({ name }) => {
  expect(of(left, name)).toMatchObject({ kind: "asked" });
});

test("every shape has at least one example, and an identifier of its own", () => {
  expect(SHAPES.filter(({ examples }) => examples.length === 0)).toEqual([]);
  expect(new Set(SHAPES.map(({ id }) => id)).size).toBe(SHAPES.length);
});
