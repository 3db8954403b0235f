import fc from "fast-check";

// Bodies in PL/pgSQL that are put together at random, each with the text that a clean-up must leave. What goes is marked
// when a piece is made, so that the expected text is the same body without the marked pieces.

/** A body, or a piece of one, before and after; an empty text after is a line that goes. */
export interface Piece {
  before: string;
  after: string;
}

/** The settings of the bodies, for a config. */
export const CONTEXT = {
  "app.org_id": { claim: "app_metadata.org_id", type: "uuid" },
  "app.actor_id": { claim: "sub", type: "uuid" },
  "app.role": { claim: "app_metadata.role", type: "text" },
} as const;

/** What the bodies use. */
export const PROJECT = `
create table note (id uuid primary key, org_id uuid, actor_id uuid, body text);
create table member (id uuid primary key, org_id uuid, role text, active boolean);
create function set_context(p_org uuid, p_role text) returns void language plpgsql as $$
begin
  perform set_config('app.org_id', p_org::text, true);
  perform set_config('app.role', p_role, true);
end $$;
`;

/** The function with this number and body. */
export const functionOf = (body: string, number: number): string =>
  `create function body_${number}(p_org note.org_id%type, p_role text) returns text language plpgsql as $body$${body}$body$;`;

const same = (text: string): Piece => ({ before: text, after: text });
const gone = (text: string): Piece => ({ before: text, after: "" });
const ORG = "nullif(current_setting('app.org_id', true), '')::uuid";
const ORG_CLAIM = "(auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid";
const ACTOR = "nullif(current_setting('app.actor_id', true), '')::uuid";
const ROLE = "nullif(current_setting('app.role', true), '')";
const ROLE_CLAIM = "auth.jwt() -> 'app_metadata' ->> 'role'";
const turned = (text: string): Piece => ({
  before: text.replaceAll("{org}", ORG).replaceAll("{actor}", ACTOR).replaceAll("{role}", ROLE),
  after: text.replaceAll("{org}", ORG_CLAIM).replaceAll("{actor}", "auth.uid()").replaceAll("{role}", ROLE_CLAIM),
});

/** Statements that stay, byte for byte. */
const KEPT: readonly Piece[] = [
  "-- für die Übersicht: „offen“ 🎲",
  "v_text := 'perform set_context(…);';",
  "v_text := $q$it's; begin end$q$; v_text := v_text || $body2$ $q$ $body2$;",
  "insert into note (id, org_id, body) values (gen_random_uuid(), p_org, 'ä — ß');",
  "/* perform set_config('app.org_id', '', true);\n   über /* zwei */ Zeilen */",
  "if p_org is null then raise exception 'no %', 'ð' using errcode = 'P0001'; end if;",
  "perform set_config('app.trace', v_text, true);",
  "select n.body, n.id::text into v_text, v_other from note n limit 1;",
  "select /* wer */ m.role, m.active -- und ob\n  into strict v_other, v_flag from member m limit 1;",
  "execute format('select %L', v_text) into v_other;",
  "execute 'select $1 || ''é''' into v_other using v_text;",
  "get diagnostics v_n = row_count;",
  "v_row := row(gen_random_uuid(), p_org, null, 'ø');",
  "null ; -- nichts",
  "perform 1 from note n where n.body = E'\\'ü\\\\';",
  "raise notice '% – „%“', v_n, v_text;",
  "with own as (select n.* from note n where n.org_id = p_org) select count(*) into v_n from own;",
  "update note set body = v_text where id = v_row.id returning body into v_other;",
  "assert v_n >= 0, 'zählt';",
  // plpgsql_check reports these, before and after
  "insert into missing_relation values ('ß');",
  "v_n := missing_function(v_text);",
].map(same);

/** Statements that go, or in which a read becomes a claim. */
const CUT: readonly Piece[] = [
  gone("perform set_context(p_org, p_role);"),
  gone("PERFORM public.set_context(p_org => p_org, p_role => 'ü'); -- Kontext „neu“"),
  gone("perform\n    set_config('app.org_id', -- hier\n      p_org::text, true);"),
  gone("perform set_config('app.role', p_role, true), set_config('app.org_id', p_org::text, true);"),
  {
    before: "perform set_config('app.role', p_role, true), set_config('app.trace', 'ß, (é', true);",
    after: "perform set_config('app.trace', 'ß, (é', true);",
  },
  {
    before: "perform set_config('app.trace', ')', true), /* ü */ set_config('app.role', p_role, true);",
    after: "perform set_config('app.trace', ')', true);",
  },
  gone("begin perform set_context(p_org, p_role); exception when others then raise warning 'ü'; end;"),
  gone("if p_role is null then perform set_context(p_org, 'clerk'); else perform set_context(p_org, p_role); end if;"),
  turned("v_org := {org};"),
  turned("v_org = {org}; v_text := 'ö' || v_org; -- „wer“"),
  turned("if p_org <> {org} then raise exception 'é'; end if;"),
  turned("if {org} is null /* leer */ or p_org is distinct from {org} then raise exception 'ñ: %', {actor}; end if;"),
  turned("delete from note n where n.org_id = {org} and n.body = 'ö';"),
  turned("select {org}, {actor} into v_org, v_actor;"),
  turned("insert into note (id, org_id, actor_id, body) values (gen_random_uuid(), {org}, {actor}, 'Größe');"),
  turned("execute 'select count(*) from note where org_id = $1' into v_n using {org};"),
  turned("v_text := {role};"),
  { before: `v_text := coalesce(${ROLE}, ${ROLE_CLAIM});`, after: `v_text := ${ROLE_CLAIM};` },
  { before: "v_org := current_setting('app.org_id')::uuid;", after: `v_org := ${ORG_CLAIM};` },
];

const lines = (pieces: readonly Piece[], side: keyof Piece): string =>
  pieces.flatMap((piece) => (side === "after" && piece.after === "" ? [] : [piece[side]])).join("\n");

const around = (head: string, pieces: readonly Piece[], tail: string): Piece => {
  const all = [same(head), ...pieces, same(tail)];
  return { before: lines(all, "before"), after: lines(all, "after") };
};

/** What may stand around statements, each with a statement that stays; `#` is a number of its own for names and labels. */
const CONTAINERS: readonly [head: string, tail: string][] = [
  [
    "begin",
    "v_n := 8;\nexception\n  when division_by_zero or unique_violation then v_n := 0;\n  when others then raise;\nend;",
  ],
  ["<<äußere_#>>\ndeclare\n  v_in_# note.body%type := 'ä'; -- lokal\nbegin", "v_in_# := v_in_# || '!';\nend äußere_#;"],
  ["if p_role = 'x' then", "v_n := 1;\nelsif p_role = $q$it's$q$ then\n  v_n := 2;\nelse\n  v_n := 3;\nend if;"],
  ["if p_role = 'y' then\n  v_n := 4;\nelse", "v_n := 5;\nend if;"],
  ["<<schleife_#>>\nloop", "exit schleife_# when v_n > 2;\nv_n := v_n + 1;\nend loop schleife_#;"],
  ['<<"Zahl #">>\nfor v_i in reverse 3..1 by 2 loop', 'continue "Zahl #" when v_i = 2;\nend loop;'],
  ["for v_one in select n.id, n.body from note n where n.org_id = p_org loop", "v_text := v_one.body;\nend loop;"],
  ["while v_n < 3 loop", "v_n := v_n + 1;\nend loop;"],
  ["foreach v_text in array array['ü', ';'] loop", "v_n := 0;\nend loop;"],
  ["case p_role\nwhen 'a', 'ä' then", "v_n := 6;\nelse\n  null;\nend case;"],
  ["case when v_n > 1 then", "v_n := 7;\nelse null; end case;"],
  [
    "begin\n  v_n := 1 / v_n;\nexception when others then",
    "get stacked diagnostics v_text = message_text, v_other = returned_sqlstate;\nend;",
  ],
];

let labels = 0;
const numbered = ([head, tail]: readonly [string, string], pieces: readonly Piece[]): Piece => {
  const own = String((labels += 1));
  return around(head.replaceAll("#", own), pieces, tail.replaceAll("#", own));
};

const leaf = fc.oneof(fc.constantFrom(...KEPT), fc.constantFrom(...CUT));
const { statement } = fc.letrec<{ statement: Piece }>((tie) => ({
  statement: fc.oneof(
    { maxDepth: 3, depthSize: "medium" },
    { arbitrary: leaf, weight: 3 },
    {
      arbitrary: fc
        .tuple(fc.constantFrom(...CONTAINERS), fc.array(tie("statement"), { minLength: 1, maxLength: 4 }))
        .map(([container, pieces]) => numbered(container, pieces)),
      weight: 1,
    },
  ),
}));

/** Declarations with a claim, some of a variable that nothing reads. */
const DECLARED: readonly Piece[] = [
  turned("  v_claim uuid := {org}; -- „Mandant“"),
  turned("  v_claim constant uuid default {actor};"),
  turned("  /* é */ v_claim note.org_id%type not null := {org};"),
  { before: `  v_claim uuid := coalesce(${ORG}, ${ORG_CLAIM});`, after: `  v_claim uuid := ${ORG_CLAIM};` },
  same("  v_claim uuid := gen_random_uuid();"),
];

const HEAD = `
declare
  v_org uuid;
  v_actor note.actor_id%type;
  v_text text := $t$über$t$;
  v_other text; v_flag boolean;
  v_row note%rowtype;
  v_one record;
  v_n bigint := 1;`;
const UNREAD: readonly Piece[] = [
  same("  -- „alt“"),
  gone(`  v_unread uuid := ${ORG}; -- alt`),
  gone(`  v_unread constant text default coalesce(${ROLE}, ${ROLE_CLAIM});`),
];

const body = fc
  .tuple(
    fc.constantFrom(...DECLARED),
    fc.constantFrom(...UNREAD),
    fc.array(statement, { minLength: 1, maxLength: 7 }),
    fc.boolean(),
  )
  .map(([declared, unread, statements, isCrlf]): Piece => {
    const text = (side: keyof Piece): string => {
      const made = lines([same(HEAD), unread, declared, same("begin"), ...statements, same(END)], side);
      return isCrlf ? made.replaceAll("\n", "\r\n") : made;
    };
    return { before: text("before"), after: text("after") };
  });

const END = "  return concat(v_claim, v_org, v_actor, v_text, v_other, v_flag, v_row, v_n);\nend\n";

/** Bodies from a seed: the same each time. */
export function generatedBodies(count: number, seed: number): Piece[] {
  labels = 0;
  return fc.sample(body, { numRuns: count, seed });
}
