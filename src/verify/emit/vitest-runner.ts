import { NO_REFUSAL } from "./contents.ts";
import { SHORT_ID } from "./short.ts";

/** The part of an emitted vitest file that is the same in each. */
export const RUNNER = `
let client: pg.Client | undefined;
let login = "none";

interface Row {
  whose: string;
  key: string;
  contents: string;
  text: string;
}

/** The first value of the first row. */
async function one(sql: string, values: unknown[] = []): Promise<unknown> {
  if (!client) throw new Error("there is no connection");
  // of several statements, the last one's
  const result = [await client.query<unknown[]>({ text: sql, values, rowMode: "array" })].flat().at(-1);
  return result?.rows[0]?.[0];
}

/** The whole uuid of a short one: #1010.5300 is 00001010-0000-4000-8000-000000005300. */
const whole = (text: string): string =>
  text.replaceAll(/${SHORT_ID.pattern}/g, "${SHORT_ID.whole[0]}$1${SHORT_ID.whole[1]}$2");

const set = (name: string, value: string): Promise<unknown> => one("select set_config($1, $2, true)", [name, value]);

/** The first row of a CALL: its OUT and INOUT arguments. */
async function called(sql: string): Promise<unknown> {
  const result = await client?.query({ text: sql, rowMode: "array" });
  return JSON.stringify(result?.rows[0] ?? []);
}

/** Do something and undo it. */
async function undone<T>(work: () => Promise<T>): Promise<T> {
  await one("savepoint rlsmith_check");
  try {
    return await work();
  } finally {
    await one("rollback to savepoint rlsmith_check");
    await one("release savepoint rlsmith_check");
  }
}

/** The rows of some relations: whose each is, its key, what it holds, and the text by which it is compared. */
async function rowsOf(names: string[]): Promise<Row[]> {
  const found: Row[] = [];
  for (const name of names) {
    const probe = probes[name];
    if (!probe) throw new Error(\`there is no relation "\${name}"\`);
    const rows = await one(
      \`select coalesce(json_agg(json_build_array(whose, key::text, version, contents)), '[]')::text from (
         select \${whole(probe.whose)} as whose, \${probe.key} as key,
           t.tableoid::text || t.ctid::text as version, (t.*)::text as contents
         from \${probe.table ?? name} t
       ) r where whose is not null\`,
    );
    for (const row of JSON.parse(String(rows)) as [string, string, string, string][])
      found.push({ whose: row[0], key: row[1], contents: row[3], text: JSON.stringify([name, ...row]) });
  }
  return found;
}

/** True if a text holds one of the values, and not as a part of a longer word. */
const holds = (text: string, values: string[]): boolean =>
  values.some((value) =>
    new RegExp(\`(^|\\\\W)\${value.replace(/[^\\w -]/g, "\\\\$&")}($|\\\\W)\`).test(text),
  );

/** A query for the keys of all rows of a relation. */
function readAll([name = ""]: string[]): string {
  const probe = probes[name];
  if (!probe) throw new Error(\`there is no relation "\${name}"\`);
  return \`select coalesce(jsonb_agg(\${probe.key}), '[]')::text from \${probe.table ?? name} t\`;
}

/**
 * Run the statement as the persona. The answer says whose rows it reached, one of another tenant before one of its own:
 * "foreign", "own", "tenantless", "rows" whose owner is unknown, or "nothing". Or it is "error" and the code; "done" or
 * "output" and the output where no rows are watched. All else that fails is thrown: it must not look like a denial.
 */
async function answer(persona: string, relation: string, check: Check, given = check.sql): Promise<string> {
  const { answers = given === null ? "keys" : "changes", watched = [relation], hides = [], setup = [], before = [] } = check;
  const sender = personas.find(({ name }) => name === persona);
  if (!sender) throw new Error(\`there is no persona "\${persona}"\`);
  let sql = given ?? readAll(watched);
  for (const [word, value] of Object.entries(sender.words ?? {})) sql = sql.replaceAll(\`{\${word}}\`, value);
  const hidden = hides.map(whole);
  for (const [name, value] of Object.entries(emptied)) await set(name, value);
  // off: raises where row security would hide rows from the login, and with them every change
  await set("row_security", "off");
  const earlier = setup.length === 0 ? [] : await rowsOf(watched);
  // a step may act as another persona
  await set("row_security", "on");
  for (const statement of setup) await one(whole(statement));
  await set("row_security", "off");
  const stands = await rowsOf(watched);
  await set("row_security", "on");
  await set("request.jwt.claims", whole(sender.claims ?? ""));
  for (const [name, value] of Object.entries(sender.settings ?? {})) await set(name, whole(value));
  await set("role", sender.role);
  await one("savepoint rlsmith_statement");
  let output: string;
  try {
    for (const statement of before) await one(whole(statement));
    const seen = await (/^call /.test(sql) ? called(whole(sql)) : one(whole(sql)));
    output = typeof seen === "string" ? seen : seen === undefined ? "" : JSON.stringify(seen);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code === undefined) throw error;
    const told = [error.message, error.detail, error.hint].filter((text) => text !== undefined).join("\\n");
    return holds(told, hidden) ? "foreign" : \`error \${error.code}\`;
  }
  if (holds(output, hidden)) return "foreign";
  const reached = new Set<string>();
  if (answers === "keys") {
    const list = JSON.stringify(await one("select array(select k::text from jsonb_array_elements($1::jsonb) k)", [output]));
    for (const key of JSON.parse(list) as string[]) {
      // a row is whose it was before the preparation, which may have taken its owner away
      const whose = [...earlier, ...stands].find((row) => row.key === key)?.whose;
      // rows of others beside the two tenants do not count where all rows are read
      if (whose !== undefined || given !== null) reached.add(whose ?? "x");
    }
  } else if (watched.length === 0) return answers === "output" ? \`output \${output}\` : "done";
  else {
    // no call: the persona may lack EXECUTE on set_config
    await one(\`set local role \${client?.escapeIdentifier(login)}\`);
    await set("row_security", "off");
    const after = await rowsOf(watched);
    const [old, now] = [stands, after].map((rows) => new Set(rows.map(({ text }) => text)));
    // another tenant's value in an own row that was written can be read there
    if (after.some(({ whose, text, contents }) => whose === "o" && !old?.has(text) && holds(contents, hidden))) return "foreign";
    for (const { whose, text } of [...stands, ...after]) if (!old?.has(text) || !now?.has(text)) reached.add(whose);
  }
  const [first] = ["f", "o", "n", "x"].filter((whose) => reached.has(whose));
  return first === undefined ? "nothing" : ({ f: "foreign", o: "own", n: "tenantless" }[first] ?? "rows");
}

/** The answers that a persona must get, in words, and if this one passes. */
async function judge(persona: string, relation: string, check: Check): Promise<{ found: string; wanted: string }> {
  const found = await undone(() => answer(persona, relation, check));
  const refused = found.startsWith("error ");
  const is = (names: string[] | undefined): boolean => names?.includes(persona) === true;
  let wanted = is(check.own) ? "own" : is(check.rows) ? "rows" : is(check.notForeign) ? "not foreign" : "nothing";
  let passes: boolean;
  if (check.never) {
    wanted = \`no answer like \${String(check.never)}\`;
    passes = !check.never.test(found);
  } else if (check.sameAs !== undefined) {
    const { sameAs } = check;
    wanted = await undone(() => answer(persona, relation, check, sameAs));
    passes = found === wanted || refused;
  } else if (wanted === "not foreign") passes = found !== "foreign";
  else {
    // a constraint comes after the policies: it refuses a row that these have let through
    const constraint = /^error 23/.test(found);
    const allowed = wanted === "nothing" ? refused && !constraint : false;
    passes = found === wanted || allowed || (constraint && (check.constraints ?? []).includes(wanted));
  }
  return { found: passes && !/${NO_REFUSAL}/.test(found) ? wanted : found, wanted };
}

/** On this machine, on its container network (a name without a dot), or wherever one has said that it may be. */
const mayRunOn = (host: string): boolean =>
  /^\\/|^\\[?::1\\]?$|^127(\\.\\d+){3}$|^host\\.docker\\.internal$|^[^.:]+$/.test(host) || process.env["RLS_TEST_ALLOW_REMOTE"] === "1";

beforeAll(async () => {
  const connectionString = process.env["DATABASE_URL"];
  if (!connectionString) throw new Error("DATABASE_URL is not set: give it the address of a database to test on");
  const fresh = new pg.Client({ connectionString });
  if (!mayRunOn(fresh.host))
    throw new Error(
      \`DATABASE_URL leads to \${fresh.host}, which is not this machine: the tests lock rows, and fire triggers, \` +
        "until they roll back; set RLS_TEST_ALLOW_REMOTE=1 to run them there",
    );
  await fresh.connect();
  client = fresh;
  await one("begin");
  login = String(await one("select current_setting('role')"));
  for (const fixture of fixtures) await one(whole(fixture));
}, 60_000);

afterAll(async () => {
  if (!client) return;
  try {
    await one("rollback");
  } finally {
    await client.end();
  }
});

// one connection, so one after the other
describe.sequential("row isolation", () => {
  // if row security did not apply to a role, the other tests would say nothing
  for (const role of roles)
    test(\`role \${role} is neither superuser nor BYPASSRLS\`, async () => {
      expect(await one("select rolsuper or rolbypassrls from pg_roles where rolname = $1", [role])).toBe(false);
    });

  for (const relation of guarded)
    for (const role of roles)
      test(\`as \${role}: row security is active on \${relation}\`, async () => {
        const active = await undone(async () => {
          const oid = await one("select $1::regclass::oid", [relation]);
          await set("row_security", "on");
          await set("role", role);
          return one("select row_security_active($1::oid)", [oid]);
        });
        expect(active).toBe(true);
      });

  for (const { relation, checks } of relations)
    describe(relation, () => {
      for (const check of checks) {
        const named = [...(check.own ?? []), ...(check.rows ?? []), ...(check.notForeign ?? [])];
        const others = personas.filter(({ name, only }) => !only && !named.includes(name)).map(({ name }) => name);
        for (const persona of [...named, ...(check.nothing ?? others)])
          test(\`\${persona}: \${check.attack}\`, async () => {
            const { found, wanted } = await judge(persona, relation, check);
            expect(found).toBe(wanted);
          });
      }
    });
});
`;
