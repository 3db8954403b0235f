import { quoteLiteral } from "../../../src/pg/identifier.ts";
import type { IsolationTests, RowProbe } from "../../../src/verify/emit/isolation-tests.ts";

const TABLE = '"My $rlsmith$ ""Shop""".":ord\\er"';
const TENANT = 'it\'s $rlsmith$ \\ :x "é" 🏥\n`${1}` $rlsmith';
const STRANGER = "*/ -- $$";
const PERSONA = "o'Brien's \\ `${x}` %s $title\n# TODO 🏥";
const keys = `select coalesce(jsonb_agg(jsonb_build_array("k$1") order by "k$1"), '[]')::text from ${TABLE}`;

const probe: RowProbe = {
  name: TABLE,
  table: TABLE,
  key: 'jsonb_build_array(t."k$1")',
  whose: `case t.tenant when ${quoteLiteral(TENANT)} then 'o' when ${quoteLiteral(STRANGER)} then 'f' end`,
};

/** A relation whose name, keys and policy want to break out of whatever quotes them. */
export const HOSTILE = `
create schema "My $rlsmith$ ""Shop""";
create table ${TABLE} ("k$1" text primary key, tenant text not null);
alter table ${TABLE} enable row level security;
create policy p on ${TABLE} to authenticated using (tenant = auth.jwt() ->> 'te''nant' and current_setting('app.x_1', true) = ${quoteLiteral(TENANT)});
grant usage on schema "My $rlsmith$ ""Shop""" to authenticated;
grant all on ${TABLE} to authenticated`;

export const hostileTests: IsolationTests = {
  title: "sh'op\n*/ \u2028 $$",
  fixtures: [
    `insert into ${TABLE} values (${quoteLiteral(`${TENANT}\r1`)}, ${quoteLiteral(TENANT)}), ('2', ${quoteLiteral(STRANGER)}) /* $rlsmith$ */ --`,
    `do $x$ begin perform ':y;'; end; $x$`,
  ],
  personas: [
    { name: PERSONA, role: "authenticated", claims: JSON.stringify({ "te'nant": TENANT }), member: true },
    { name: "", role: "authenticated", claims: "", member: false },
  ],
  guarded: [TABLE],
  checks: [
    {
      relation: TABLE,
      answer: "keys",
      persona: PERSONA,
      attack: `${PERSONA} sees \u2028 its own`,
      setup: [],
      before: [`select set_config('app.x_1', ${quoteLiteral(TENANT)}, true)`],
      sql: keys,
      probes: [probe],
      expected: { kind: "own" },
    },
    {
      relation: TABLE,
      answer: "keys",
      persona: "",
      attack: "",
      setup: [],
      before: [],
      sql: `${keys} -- $rlsmith$`,
      probes: [probe],
      expected: { kind: "nothing" },
    },
    {
      relation: TABLE,
      answer: "changes",
      persona: PERSONA,
      attack: "cannot give away $rlsmith$",
      setup: [],
      before: [`select set_config('app.x_1', ${quoteLiteral(TENANT)}, true)`],
      sql: `update ${TABLE} set tenant = ${quoteLiteral(STRANGER)}`,
      probes: [probe],
      expected: { kind: "nothing" },
    },
  ],
};
