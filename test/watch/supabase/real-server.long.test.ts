import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Taken } from "../../../src/index.ts";
import { askManagementApi, readSupabaseLog } from "../../../src/watch/supabase/index.ts";
import { findMajors } from "../../faults/majors.ts";
import { rlsmith } from "../../support/cli.ts";
import { countsOf, expectedCounts, otherErrors } from "../log/expected.ts";
import { raise } from "../log/rows.ts";
import { startLoggingServer } from "../log/server.ts";
import { startWatching, type Watched, type Watching } from "../situation.ts";
import { requestAt, tokenOf } from "./rows.ts";
import { rowsOf } from "./rows-of-server.ts";
import { json, REF, startService, TOKEN, type LogService } from "./service.ts";

const server = findMajors().find(({ major, missing }) => major === 15 && missing === null);

describe.skipIf(server === undefined)("errors of a real server, as rows of postgres_logs", () => {
  let service: LogService;
  beforeAll(async () => {
    service = await startService();
    service.rounds = false;
  });
  afterAll(async () => service.stop());

  test.each(["default", "verbose"])("are the denials that its log file holds, %s", async (verbosity) => {
    const logging = await startLoggingServer(server?.bin ?? "");
    try {
      await logging.logTo("rows", { log_error_verbosity: verbosity, log_line_prefix: "%m " });
      await raise(logging.url());
      await logging.logTo("after", {});
      service.rows = rowsOf(logging.folder, "rows");
      const now = new Date().toISOString();
      const ask = askManagementApi({ project: REF, api: service.origin, token: TOKEN });
      const options = {
        project: REF,
        cursor: null,
        start: "begin",
        now,
        database: "postgres",
        heartbeat: null,
      } as const;
      const reading = await readSupabaseLog(ask, options);
      expect(countsOf(reading.denials)).toEqual(expectedCounts());
      expect(reading).toMatchObject({ otherErrors: otherErrors(), unread: 0, lacks: [] });
    } finally {
      await logging.stop();
    }
  });
});

const denials = ({ gate }: Pick<Taken, "gate">) => gate.judgements.find(({ criterion }) => criterion === "denials");

describe.skipIf(server === undefined)("watch with Supabase's logs", () => {
  let service: LogService;
  let watching: Watching;
  let one: Watched;
  beforeAll(async () => {
    process.env["SUPABASE_ACCESS_TOKEN"] = TOKEN;
    service = await startService();
    service.rounds = false;
    watching = await startWatching(server?.bin ?? "");
    one = await watching.database("shop", { supabase: { project: REF, api: service.origin } });
  });
  afterAll(async () => {
    await watching.stop();
    await service.stop();
  });

  /** What the server has logged so far arrives. */
  const arrive = (): void =>
    void (service.rows = [...service.rows.filter(({ source }) => source === "edge_logs"), ...rowsOf(watching.log)]);
  const now = (): number => Date.now() * 1000;

  test("a sample before the change looks back, and its heartbeat is not seen yet", async () => {
    await one.load({ times: 1 });
    const before = await one.sample();
    expect(before.sample.kind).toBe("before");
    expect(before.sample.readings.find(({ source }) => source === "log")).toMatchObject({
      heartbeat: "not yet",
      arrived: null,
      lacks: [],
    });
  });

  test("after it, nothing is passed before a heartbeat has arrived", async () => {
    await one.apply();
    await one.load();
    const first = await one.sample();
    expect(first.sample.kind).toBe("after");
    expect(denials(first)).toMatchObject({ state: "not enough yet", n: 0, k: 0, lacks: [] });
    arrive();
    await one.load();
    const second = await one.sample();
    // the heartbeat of the first sample has arrived, and the statements of the second are not covered by it
    expect(denials(second)).toMatchObject({ state: "not enough yet", n: 0, lacks: [] });
    arrive();
    const third = await one.sample();
    expect(denials(third)).toMatchObject({ state: "passed", k: 0, lacks: [], causes: [] });
    expect(denials(third)?.n).toBeGreaterThan(60);
  });

  test("a service that is busy is said, and passes nothing", async () => {
    service.instead = [json(429, {})];
    const busy = await one.sample();
    expect(denials(busy)).toMatchObject({ state: "cannot be told", lacks: [{ lack: "service", what: "rate limit" }] });
    arrive();
    expect(denials(await one.sample())).toMatchObject({ state: "passed" });
  });

  test("a token that is refused: one line, which says what to do; without a token: an error", async () => {
    const args = ["watch", one.on.projectDir, "--once"];
    const env = { SUPABASE_ACCESS_TOKEN: "sbp_wrong" };
    const refused = await rlsmith(args, { env });
    expect(refused.stdout).toMatch(
      /cannot be told {2}denials .*\n.*not seen yet: Supabase refuses the access token: `SUPABASE_ACCESS_TOKEN`, or/,
    );
    expect(refused.stdout + refused.stderr).not.toContain("sbp_wrong");
    const without = await rlsmith(args, { env: { SUPABASE_ACCESS_TOKEN: "" } });
    expect([without.code, without.stderr]).toEqual([4, expect.stringContaining("NO_SUPABASE_TOKEN")]);
    arrive();
    const asJson = await rlsmith([...args, "--format", "json"]);
    expect(asJson.code).toBe(0);
    expect(asJson.stdout).not.toContain(TOKEN);
  });

  test("a refused statement is found once its row has arrived, and a fault of a token beside it", async () => {
    await one.exec("alter policy invoice_write on public.invoice with check (false)");
    await one.load({ times: 1 });
    arrive();
    service.rows.push(
      requestAt(now(), 401, {
        "request.path": "/rest/v1/note",
        "response.headers.proxy_status": "PostgREST; error=PGRST301",
        ...tokenOf(Date.now() / 1000 + 600),
      }),
      // both are ordinary: a token of the past, and an opaque key, which is no token
      requestAt(now(), 401, {
        "response.headers.proxy_status": "PostgREST; error=PGRST303",
        ...tokenOf(Math.floor(Date.now() / 1000) - 60),
      }),
      requestAt(now(), 401, { "request.sb.apikey.apikey.prefix": "sb_publishable_abc" }),
    );
    const printed = await rlsmith(["watch", one.on.projectDir, "--once"]);
    expect(printed.code).toBe(1);
    const lines = printed.stdout.split("\n").filter((line) => line.includes("new: "));
    expect(lines.map((line) => line.trim())).toEqual([
      expect.stringMatching(/^new: row check on invoice, login app, \d+ times$/),
      "new: jwt of 401 PGRST301 /rest/v1/note, 1 time",
    ]);
  });
});
