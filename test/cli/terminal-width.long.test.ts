import pc from "picocolors";
import { afterEach, expect, test, vi } from "vitest";
import { markedColours } from "../../src/cli/colours.ts";
import { printResult } from "../../src/cli/json-output.ts";
import { printProse } from "../../src/cli/terminal.ts";
import { renderRolledBack } from "../../src/report/apply-terminal.ts";
import { asIs } from "../../src/report/colours.ts";
import { project } from "../support/cli.ts";
import { inThisProcess } from "../support/in-process.ts";

const TENANT = `coalesce(nullif(current_setting('app.org_id', true), '')::uuid,
  (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid)`;

const SQL = `
create table public.org (id uuid primary key, name text not null);
create table public.note (id uuid primary key, org_id uuid not null references public.org (id), body text not null);
alter table public.org enable row level security;
alter table public.note enable row level security;
create policy org_all on public.org for all to authenticated using (id = ${TENANT});
create policy note_all on public.note for all to authenticated using (org_id = ${TENANT});
create policy note_open on public.note for select to authenticated using (true);
`;

const CONFIG = `export default { context: { "app.org_id": { claim: "app_metadata.org_id", type: "uuid" } },
  requests: { claims: "sent", reason: "PostgREST sends them" },
  unrehearsed: {} };`;

const dir = project({
  "supabase/migrations/20250101000000_a.sql": SQL,
  "rlsmith.config.ts": CONFIG,
});

/** The words of a text: what wrapping must leave as they are. Times and the names of files differ from run to run. */
const wordsOf = (text: string): string => text.replaceAll(/\s+/g, " ").replaceAll(/\d+\.\d s|\d{14}/g, "…");

/** A line of a diff of two conditions, of a statement or of one of its rows. */
const isCode = (line: string): boolean =>
  /^ +(?:[-+]{1,2} |\(')|^ +(?:and|select|set|insert) /.test(line) || line.includes("auth.jwt()");
const isRow = (line: string): boolean => /\S {2,}\S.*\S {2,}\S/.test(line);

test.each([
  ["plan", ["plan", "--dry-run", dir]],
  ["rehearse", ["rehearse", dir]],
  ["verify", ["verify", dir]],
  ["claims", ["claims", dir]],
  ["prove", ["prove", "--never", "cross-tenant-read", "--tenant", "org_id=app_metadata.org_id", dir]],
])("%s is wrapped at the width of a terminal, with nothing lost, and not in a pipe", async (_, args) => {
  const piped = await inThisProcess(args);
  const widest = Math.max(...piped.stdout.split("\n").map((line) => line.length));
  for (const columns of [60, 100]) {
    const shown = await inThisProcess(args, { columns });
    expect(shown.code).toBe(piped.code);
    expect(wordsOf(shown.stdout)).toBe(wordsOf(piped.stdout));
    // after the first comment of SQL come the files of a dry run
    const [told = ""] = shown.stdout.split(/^-- /m);
    const wide = told.split("\n").filter((line) => line.length > columns && !isCode(line) && !isRow(line));
    expect(wide).toEqual([]);
  }
  // otherwise nothing was there to be wrapped
  expect(widest).toBeGreaterThan(60);
});

const shownAt = (columns: number | undefined, print: () => void): string => {
  const { isTTY, columns: before } = process.stdout;
  let shown = "";
  Object.assign(process.stdout, { isTTY: columns !== undefined, columns });
  vi.stubEnv("NO_COLOR", "1");
  const spy = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    shown += String(text);
    return true;
  });
  try {
    print();
    return shown;
  } finally {
    spy.mockRestore();
    Object.assign(process.stdout, { isTTY, columns: before });
  }
};

afterEach(() => void vi.unstubAllEnvs());

test("a line that is marked is neither wrapped nor shown with its mark", () => {
  const sql = "  create policy own on public.note for select to authenticated using (org_id = 'a')";
  for (const columns of [undefined, 40, 60])
    expect(shownAt(columns, () => printProse(asIs([sql], markedColours(false)).join("\n")))).toBe(`${sql}\n`);
  expect(asIs([sql], pc.createColors(false))).toEqual([sql]);
});

test("a note of a rollback is wrapped, and the text of before stays as it is in a pipe", () => {
  const note =
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen";
  const result = {
    target: "staging",
    dryRun: false,
    outcome: "taken back",
    undone: [{ id: 1, group: "public.note", planHash: "a" }],
    groups: [{ group: "public.note", locks: [], tries: 1, entries: [2], commitMilliseconds: null }],
    lost: [],
    left: [],
    notes: [note],
  };
  const print = (): void =>
    printResult("terminal", { format: "rlsmith-rollback", formatVersion: 1, ...result } as never, (colours) =>
      renderRolledBack(result as never, colours),
    );
  expect(shownAt(undefined, print)).toContain(`note ${note}\n`);
  for (const columns of [60, 100]) {
    const shown = shownAt(columns, print);
    expect(shown.split("\n").every((line) => line.length <= columns)).toBe(true);
    expect(wordsOf(shown)).toContain(note);
  }
});
