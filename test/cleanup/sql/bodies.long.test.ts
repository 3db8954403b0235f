import { afterAll, beforeAll, expect, test } from "vitest";
import fc from "fast-check";
import { cleanCatalog, type SqlCleanup } from "../../../src/cleanup/sql/index.ts";
import { parseConfig } from "../../../src/config.ts";
import { inspect } from "../../../src/inspect/index.ts";
import { inspectCatalog } from "../../../src/pipeline/inspection.ts";
import { openScratch, type Scratch } from "../../../src/scratch/index.ts";

// Bodies that are put together at random: what is cut out is marked when they are made, so the expected text is the same
// body without the marked pieces.

const CONFIG = parseConfig({
  context: {
    "app.org_id": { claim: "app_metadata.org_id", type: "uuid" },
    "app.role": { claim: "app_metadata.role", type: "text" },
  },
});
const SETTER = `
create table note (id uuid primary key, org_id uuid, body text);
create function set_context(p_org uuid, p_role text) returns void language plpgsql as $$
begin
  perform set_config('app.org_id', p_org::text, true);
  perform set_config('app.role', p_role, true);
end $$;
`;

/** A piece of a body before and after. */
interface Piece {
  before: string;
  after: string;
}

const same = (text: string): Piece => ({ before: text, after: text });
const ORG = "nullif(current_setting('app.org_id', true), '')::uuid";
const CLAIM = "(auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid";

const kept = fc.constantFrom(
  same("  -- für die Übersicht: „offen“ 🎲"),
  same("  v_note := 'perform set_context(…);';"),
  same("  v_note := $q$it's; begin end$q$;"),
  same("  insert into note (id, org_id, body) values (gen_random_uuid(), p_org, 'ä — ß');"),
  same("  /* perform set_config('app.org_id', '', true); */"),
  same("  if p_org is null then raise exception 'no %', 'ð' using errcode = 'P0001'; end if;"),
  same("  perform set_config('app.trace', v_note, true);"),
  same("  <<outer_loop>>\n  for v_n in 1..2 loop\n    continue outer_loop when v_n = 1;\n  end loop outer_loop;"),
  same("  select n.body, n.id::text into v_note, v_other from note n limit 1;"),
  same("  begin\n    v_n := 1 / v_n;\n  exception\n    when division_by_zero then v_n := 0;\n  end;"),
  same("  execute format('select %L', v_note) into v_other;"),
);
const cut = fc.constantFrom<Piece>(
  { before: "  perform set_context(p_org, p_role);", after: "" },
  { before: "  PERFORM public.set_context(p_org => p_org, p_role => 'ü'); -- Kontext", after: "" },
  { before: "  perform\n    set_config('app.org_id',\n      p_org::text, true);", after: "" },
  { before: "  perform set_config('app.role', p_role, true);", after: "" },
  { before: `  v_org := ${ORG};`, after: `  v_org := ${CLAIM};` },
  {
    before: `  if p_org <> ${ORG} then raise exception 'é'; end if;`,
    after: `  if p_org <> ${CLAIM} then raise exception 'é'; end if;`,
  },
  {
    before: `  delete from note n where n.org_id = ${ORG} and n.body = 'ö';`,
    after: `  delete from note n where n.org_id = ${CLAIM} and n.body = 'ö';`,
  },
);

const wrapped = (pieces: Piece[]): Piece => {
  const lines = (side: "before" | "after"): string =>
    pieces
      .filter((piece) => side === "before" || piece.after !== "" || piece.before === "")
      .map((piece) => piece[side])
      .join("\n");
  const head = "\ndeclare\n  v_org uuid;\n  v_note text;\n  v_other text;\n  v_n integer := 1;\nbegin\n";
  const end = "\n  v_note := v_org::text;\n  return v_note;\nend\n";
  return { before: head + lines("before") + end, after: head + lines("after") + end };
};

const bodies = fc.sample(
  fc
    .tuple(
      fc.array(fc.oneof(kept, cut), { minLength: 1, maxLength: 8 }),
      fc.constantFrom("plain", "branch", "block", "crlf"),
    )
    .map(([pieces, shape]): Piece => {
      const all = [...pieces, same("  v_n := v_n + 1;")];
      const open = { branch: "  if p_role = 'x' then", block: "  begin", plain: null, crlf: null }[shape];
      const close = {
        branch: "  end if;",
        block: "  exception when others then raise;\n  end;",
        plain: null,
        crlf: null,
      }[shape];
      const made = wrapped(open === null || close === null ? all : [same(open), ...all, same(close)]);
      const crlf = (text: string): string => (shape === "crlf" ? text.replaceAll("\n", "\r\n") : text);
      return { before: crlf(made.before), after: crlf(made.after) };
    }),
  { numRuns: 240, seed: 20_261 },
);

let scratch: Scratch;
let cleanup: SqlCleanup;

beforeAll(async () => {
  scratch = await openScratch({ kind: "embedded" });
  const functions = bodies.map(
    ({ before }, n) =>
      `create function body_${n}(p_org uuid, p_role text) returns text language plpgsql as $body$${before}$body$;`,
  );
  await scratch.db.exec([SETTER, ...functions].join("\n"));
  const catalog = await inspect(scratch.db);
  cleanup = cleanCatalog(catalog, inspectCatalog(catalog, CONFIG).classified, CONFIG);
});
afterAll(async () => scratch.close());

test("bodies put together at random lose what is marked, and no other byte", async () => {
  const found = new Map(cleanup.functions.map((one) => [one.fn.name, one]));
  const wrong = bodies.flatMap(({ before, after }, n) => {
    const one = found.get(`body_${n}`);
    const body = one?.kind === "edited" ? one.body : one === undefined ? before : JSON.stringify(one);
    return body === after ? [] : [{ before, after, body }];
  });
  expect(wrong.slice(0, 1)).toEqual([]);
  // PostgreSQL takes each of them.
  for (const one of cleanup.functions) if (one.kind === "edited") await scratch.db.exec(one.definition);
  expect(cleanup.functions.filter(({ kind }) => kind === "edited").length).toBeGreaterThan(150);
});
