import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { project, rlsmith } from "../support/cli.ts";

const TABLE = `create table docs (id uuid primary key, org_id uuid not null, title text);
alter table docs enable row level security;
`;
const ORG = "(auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid";
const policy = (using: string): string =>
  `${TABLE}create policy p on docs for select to authenticated using (${using});\n`;
const folder = (using: string): string => project({ "migrations/001_init.sql": policy(using) });

const OWN = `org_id = ${ORG}`;

test("a looser policy: exit 1, with a witness that PostgreSQL confirmed", async () => {
  const result = await rlsmith(["prove", folder(OWN), folder(`${OWN} or title = 'public'`), "--format", "json"]);
  expect(result.code).toBe(1);
  const { verdicts } = JSON.parse(result.stdout) as {
    verdicts: {
      decision: string;
      role: string;
      witnesses: { confirmed: boolean; situation: { row: Record<string, string> } }[];
    }[];
  };
  const looser = verdicts.filter(({ decision }) => decision === "looser");
  expect(looser.map(({ role }) => role)).toContain("authenticated");
  expect(looser[0]?.witnesses[0]).toMatchObject({ confirmed: true, situation: { row: { title: "public" } } });
});

test("tighter, and the same in other words: exit 0", async () => {
  const tighter = await rlsmith(["prove", folder(`${OWN} or title = 'public'`), folder(OWN)]);
  expect([tighter.code, tighter.stdout]).toEqual([
    0,
    expect.stringContaining("tighter  public.docs  SELECT  as authenticated"),
  ]);
  const same = await rlsmith(["prove", folder(OWN), folder(`org_id = (select ${ORG})`)]);
  // the second figure: roles that hold no privilege on tables of the platform
  expect([same.code, same.stdout]).toEqual([0, expect.stringMatching(/nothing assumed(?:\s+\d+){2}\n$/)]);
});

const divisible = (...by: number[]): string => by.map((n) => `length(title) % ${n} = 0`).join(" and ");

test("an expression that is not modelled: exit 3, and the reason with the expression", async () => {
  const result = await rlsmith(["prove", folder(divisible(2)), folder("mod(length(title), 2) = 0")]);
  expect([result.code, result.stdout]).toEqual([3, expect.stringContaining("(the operator % is not modelled)")]);
  expect(result.stdout).toMatch(/not decided; [\d,]+ points agree;/);
}, 180_000);

test("what is not modelled is tried: exit 1 with a witness, and 3 where nothing more was found", async () => {
  const looser = await rlsmith(["prove", folder(divisible(2, 3)), folder(divisible(2))]);
  expect([looser.code, looser.stdout]).toEqual([1, expect.stringContaining("found by trial")]);
  // the words of a verdict say that it is none: fewer rows were seen, and that there are no more is not proved
  const tighter = await rlsmith(["prove", folder(divisible(2)), folder(divisible(2, 3))]);
  expect([tighter.code, tighter.stdout]).toEqual([3, expect.stringContaining("which is no proof")]);
}, 180_000);

test("a policy that reads its own relation fails every statement: exit 1", async () => {
  const result = await rlsmith(["prove", folder(OWN), folder("(select count(*) from docs d) > 0")]);
  expect([result.code, result.stdout]).toEqual([1, expect.stringContaining("always-errors  public.docs  SELECT")]);
});

test("a git revision against the working tree, as Markdown; a new relation without row security needs review", async () => {
  const dir = folder(OWN);
  const git = (...args: string[]): void =>
    void execFileSync("git", ["-C", dir, "-c", "user.name=t", "-c", "user.email=t@example.com", ...args]);
  git("init", "-q");
  git("add", "-A");
  git("commit", "-qm", "first");
  writeFileSync(join(dir, "migrations/002_more.sql"), "create table notes (id int);\ndrop policy p on docs;\n");
  const result = await rlsmith(["prove", "git:HEAD", ".", "--format", "markdown"], { cwd: dir });
  expect(result.code).toBe(1);
  expect(result.stdout).toContain("### Row-level security: `git:HEAD` → `.`");
  expect(result.stdout).toContain("| tighter | public.docs | SELECT | authenticated |");
  expect(result.stdout).toContain("| public.notes **no row security** | authenticated | every row |");
}, 30_000);

test("properties: proved, violated with an example, or no property at all", async () => {
  const good = await rlsmith(["prove", "--never", "cross-tenant-read", folder(OWN)]);
  expect([good.code, good.stdout]).toEqual([0, expect.stringContaining("0 violated, 0 unknown")]);
  const bad = await rlsmith(["prove", "--never", `org_id is distinct from ${ORG}`, folder(`${OWN} or title is null`)]);
  expect([bad.code, bad.stdout]).toEqual([
    1,
    expect.stringMatching(/violated {2}public\.docs {2}SELECT[^]*title is null/),
  ]);
  const none = await rlsmith(["prove", "--never", "org_id ===", folder(OWN)]);
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining("predefined: cross-tenant-read")]);
}, 30_000);

test("every question can be taken to another solver", async () => {
  const out = mkdtempSync(join(tmpdir(), "rlsmith-smt2-"));
  await rlsmith(["prove", folder(OWN), folder(`${OWN} or title = 'public'`), "--emit-smt2", out]);
  const files = readdirSync(out).filter((name) => name.endsWith(".smt2"));
  expect(files.length).toBeGreaterThan(0);
  for (const name of files) expect(readFileSync(join(out, name), "utf8")).toContain("(check-sat)");
});

test.each([
  [["prove"], "there is nothing to compare", "name two: rlsmith prove git:main ."],
  [["prove", "nowhere", "."], "there is no folder `nowhere`", "git:REVISION"],
  [
    ["prove", "env:RLSMITH_NO_SUCH", "."],
    "env:RLSMITH_NO_SUCH: the environment variable is not set",
    "a connection string such as postgres://",
  ],
  [["prove", "package.json", "."], "`package.json` is not a catalog of this version", "rlsmith inspect --format json"],
  [
    ["prove", "git:no-such-branch", "."],
    "git:no-such-branch: there is no such revision",
    "name a branch, tag or commit",
  ],
  [["prove", ".", ".", "--prove-timeout", "soon"], "It must be a whole number", "--help"],
])("%j is refused with what to do next", async (args, message, hint) => {
  const result = await rlsmith(args);
  expect([result.code, result.stderr]).toEqual([2, expect.stringContaining(message)]);
  expect(result.stderr).toContain(hint);
});

test("plan stops at a policy that is not proved, and continues when it is accepted with a reason", async () => {
  const live = readFileSync(join(import.meta.dirname, "../cases/plan/live-role/01_step.sql"), "utf8");
  const spec = JSON.parse(readFileSync(join(import.meta.dirname, "../cases/plan/live-role/case.json"), "utf8")) as {
    config: unknown;
  };
  const dir = project({
    "migrations/1.sql": live,
    "rlsmith.config.ts": `export default ${JSON.stringify(spec.config)}`,
  });
  const stopped = await rlsmith(["plan", "--no-rehearse"], { cwd: dir });
  expect(stopped.code).toBe(3);
  expect(stopped.stderr).toContain("2 policies are neither equivalent nor tighter, so no file was written");
  const without = await rlsmith(["plan", "--no-rehearse", "--accept", "public.docs.p"], { cwd: dir });
  expect([without.code, without.stderr]).toEqual([2, expect.stringContaining("has no reason")]);
  const unknown = await rlsmith(["plan", "--no-rehearse", "--accept", "public.docs.q=because"], { cwd: dir });
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("there is no policy `public.docs.q`")]);
  const reason = "one staff row a user, by the application";
  const answered = await rlsmith(
    ["plan", "--no-rehearse", "--accept", `public.docs.p=${reason}`, "--accept", `public.member.m=${reason}`],
    { cwd: dir },
  );
  expect(answered.code).toBe(0);
  const stored = JSON.parse(readFileSync(join(dir, ".rlsmith/plan.json"), "utf8")) as {
    plan: { accepted: { policy: string; reason: string }[] };
  };
  expect(new Set(stored.plan.accepted.map((one) => `${one.policy}: ${one.reason}`))).toEqual(
    new Set([`public.docs.p: ${reason}`, `public.member.m: ${reason}`]),
  );
});
