import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openServer } from "../../../src/db/server.ts";
import type { LogReading } from "../../../src/watch/sample.ts";
import { readLog, readLogSettings, lacksOfSettings, plantDenial, sendHeartbeat } from "../../../src/watch/log/index.ts";
import { findAllMajors } from "../../faults/majors.ts";
import { countsOf, expectedCounts, otherErrors, timesAreSound, type Without } from "./expected.ts";
import { raise, ROWS } from "./rows.ts";
import { germanLocale, hasGerman, startLoggingServer, type LoggingServer } from "./server.ts";

/** Texts of statements and errors above, which no reading may hold. */
const VALUES = ["secret-value", "anna", "00000000-0000", "127.0.0.1", "not yours", "two\\nlines", "[app]"];

const read = async (path: string, linePrefix: string | null = null): Promise<LogReading> =>
  readLog(
    { kind: "files", path },
    { cursor: null, start: "begin", format: null, linePrefix, database: "postgres", heartbeat: null },
  );

function expectRows(reading: LogReading, without: Without = {}): void {
  expect(countsOf(reading.denials)).toEqual(expectedCounts(without));
  expect(reading).toMatchObject({ otherErrors: otherErrors(), failedLogins: 0 });
  for (const value of VALUES) expect(JSON.stringify(reading)).not.toContain(value);
}

/** Prefixes, named to the reader unless it can find them, and what they do not tell. */
const PREFIXES: readonly { prefix: string; named: boolean; without: Without; times: boolean }[] = [
  { prefix: "%m [%p] ", named: false, without: { login: true, sqlstate: true }, times: true },
  { prefix: "%m [%p] %q%u@%d ", named: false, without: { sqlstate: true }, times: true },
  { prefix: "%t:%r:%u@%d:[%p]:", named: false, without: { sqlstate: true }, times: true },
  {
    prefix: "%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ",
    named: false,
    without: { sqlstate: true },
    times: true,
  },
  { prefix: "", named: false, without: { login: true, sqlstate: true }, times: false },
  { prefix: "%e|%a|%b|%i|%-12u|%12d|%h|%n ", named: true, without: {}, times: true },
  { prefix: "<%%%c-%l> %s %v %x %Q %P %6p %q[%u %e] ", named: true, without: {}, times: false },
];

describe.each(findAllMajors().filter(({ major }) => major === 15 || major === 18))("$title", ({ bin, missing }) => {
  describe.skipIf(missing !== null)("writes", () => {
    let server: LoggingServer;
    beforeAll(async () => {
      server = await startLoggingServer(bin ?? "");
    });
    afterAll(async () => server.stop());

    test("the errors that the rows say", async () => {
      const raised = await raise(server.url());
      expect(raised.map(({ code }) => code)).toEqual(ROWS.map(({ sqlstate }) => sqlstate));
    });

    test.each(["verbose", "default", "terse"])("the same in three formats, %s", async (verbosity) => {
      const prefix = "%m [%p] %e %q%u@%d ";
      await server.logTo(verbosity, { log_error_verbosity: verbosity, log_line_prefix: prefix });
      await raise(server.url());
      await server.logTo(`after ${verbosity}`, { log_error_verbosity: "default" });
      // terse concerns stderr alone
      for (const suffix of ["json", "csv"]) {
        const reading = await read(join(server.folder, `${verbosity}.${suffix}`));
        expectRows(reading);
        expect(reading).toMatchObject({ unread: 0, lacks: [] });
        expect(timesAreSound(reading.denials)).toBe(true);
      }
      const stderr = await read(join(server.folder, `${verbosity}.log`), prefix);
      // Without a context, a check with an SQLSTATE of its own looks like any other 42501, and a DO block like a function.
      const terse = verbosity === "terse";
      const surely = ROWS.filter(({ denial }) => !terse || denial?.family !== "function guard");
      const told = stderr.denials.filter(
        ({ family, sqlstate }) =>
          !terse || !(family === "function guard" || (family === "other" && sqlstate === "42501")),
      );
      expect(countsOf(told)).toEqual(expectedCounts({ context: terse }, surely));
      expect(stderr.denials.reduce((sum, { count }) => sum + count, stderr.otherErrors)).toBe(ROWS.length);
      expect(stderr.lacks.map(({ what }) => what)).toEqual(terse ? ["log_error_verbosity", "lc_messages"] : []);
    });

    test.each(PREFIXES)("stderr with '$prefix'", async ({ prefix, named, without, times }) => {
      const name = `prefix ${PREFIXES.findIndex((one) => one.prefix === prefix)}`;
      await server.logTo(name, { log_line_prefix: prefix });
      await raise(server.url());
      await server.logTo(`after ${name}`, { log_line_prefix: "%m [%p] " });
      const reading = await read(join(server.folder, `${name}.log`), named ? prefix : null);
      expectRows(reading, without);
      expect(timesAreSound(reading.denials)).toBe(times);
    });

    test("times in the zone of log_timezone", async () => {
      await server.exec("alter system set log_timezone = 'America/St_Johns'");
      await server.logTo("zone", { log_line_prefix: "%m [%p] %q%u@%d " });
      await raise(server.url(), ROWS.slice(0, 3));
      await server.exec("alter system set log_timezone = 'UTC'");
      await server.logTo("after zone", {});
      const options = { cursor: null, start: "begin", format: null, database: null, heartbeat: null } as const;
      for (const suffix of ["json", "csv", "log"]) {
        const source = { kind: "files", path: join(server.folder, `zone.${suffix}`) } as const;
        const without = await readLog(source, options);
        expect(without.denials[0]).toMatchObject({ count: 3, first: null, last: null });
        const { denials } = await readLog(source, { ...options, timeZone: "America/St_Johns" });
        expect(timesAreSound(denials)).toBe(true);
      }
    });

    test("failed logins, and a crash", async () => {
      await server.logTo("logins", { log_line_prefix: "%m [%p] %b %l " });
      await expect(openServer(server.url().replace("test-pw", "wrong"))).rejects.toThrow("refused the login");
      await expect(openServer(server.url("nobody"))).rejects.toThrow("refused the login");
      await server.crash();
      await server.logTo("after logins", { log_line_prefix: "%m [%p] " });
      for (const suffix of ["json", "csv", "log"]) {
        const reading = await read(join(server.folder, `logins.${suffix}`), "%m [%p] %b %l ");
        expect(reading, suffix).toMatchObject({ failedLogins: 2, restarts: 1, denials: [] });
      }
    });

    test("a heartbeat of a login without privileges, which is no denial", async () => {
      const db = await openServer(server.url());
      const from = await read(server.folder);
      const id = await sendHeartbeat(db);
      const source = { kind: "files", path: server.folder } as const;
      const options = { start: "begin", format: null, database: "postgres" } as const;
      const reading = await readLog(source, { ...options, cursor: from.cursor, heartbeat: id });
      expect(reading).toMatchObject({ heartbeat: "seen", denials: [], otherErrors: 0, entries: 1, lacks: [] });
      const again = await readLog(source, { ...options, cursor: reading.cursor, heartbeat: id, patience: 300 });
      expect(again).toMatchObject({ heartbeat: "not seen", entries: 0 });
      expect(await db.query("select 1 as one")).toEqual([{ one: 1 }]);
      await db.close();
    });

    test("a planted denial is seen as one in each format, and counted as none, whoever has planted it", async () => {
      const prefix = "%m [%p] %q%u@%d ";
      await server.logTo("planted", { log_line_prefix: prefix });
      const db = await openServer(server.url());
      const planted = await plantDenial(db);
      const other = await plantDenial(db);
      expect([planted, other]).toEqual([
        expect.stringMatching(/^rlsmith\.planted_/),
        expect.not.stringMatching(planted ?? ""),
      ]);
      const heartbeat = await sendHeartbeat(db);
      await db.close();
      await server.logTo("after planted", {});
      const options = { cursor: null, start: "begin", format: null, database: "postgres", heartbeat } as const;
      for (const suffix of ["json", "csv", "log"]) {
        const source = { kind: "files", path: join(server.folder, `planted.${suffix}`) } as const;
        const given = { ...options, linePrefix: prefix };
        expect(await readLog(source, { ...given, planted }), suffix).toMatchObject({
          heartbeat: "seen",
          planted: "seen",
          denials: [],
          otherErrors: 0,
          lacks: [],
        });
        // those of other runs, and none that was planted, show nothing
        const another = `rlsmith.planted_${"0".repeat(32)}`;
        expect((await readLog(source, { ...given, planted: another })).planted).toBe("not seen");
        expect((await readLog(source, given)).planted).toBe("not sent");
      }
    });

    test("no heartbeat where log_min_messages hides denials, which the settings say too", async () => {
      await server.exec("alter role web set log_min_messages = 'log'");
      const db = await openServer(server.url());
      expect(lacksOfSettings(await readLogSettings(db))).toEqual([{ lack: "setting", what: "log_min_messages" }]);
      const from = await read(server.folder);
      const heartbeat = await sendHeartbeat(db);
      const reading = await readLog(
        { kind: "files", path: server.folder },
        { cursor: from.cursor, start: "begin", format: null, database: null, heartbeat, patience: 500 },
      );
      expect(reading.heartbeat).toBe("not seen");
      await db.close();
      await server.exec("alter role web reset log_min_messages");
    });

    test("what a login reads through the server, and without the right to it says what it lacks", async () => {
      const options = { start: "begin", format: null, database: "postgres", heartbeat: null } as const;
      const weak = await openServer(server.url());
      const without = await readLog({ kind: "server", db: weak }, { ...options, cursor: null });
      expect(without).toMatchObject({ cursor: null, entries: 0 });
      expect(without.lacks).toEqual(
        ["pg_ls_logdir", "pg_read_binary_file"].map((what) => ({ lack: "privilege", what })),
      );
      await weak.close();

      await server.exec(
        "create role reader login password 'test-pw' in role pg_monitor; grant execute on function pg_read_binary_file(text, bigint, bigint, boolean) to reader",
      );
      const db = await openServer(server.url("reader"));
      const first = await readLog({ kind: "server", db }, { ...options, cursor: null });
      expect(first.lacks).toEqual([]);
      const local = await read(server.folder);
      expect(countsOf(first.denials)).toEqual(countsOf(local.denials));
      expect(first).toMatchObject({ bytes: local.bytes, entries: local.entries, unread: 0, lacks: [] });

      await raise(server.url());
      await server.logTo("rotated", {});
      await raise(server.url());
      const heartbeat = await sendHeartbeat(db);
      const next = await readLog({ kind: "server", db }, { ...options, cursor: first.cursor, heartbeat });
      expect(countsOf(next.denials)).toEqual(expectedCounts({}, [...ROWS, ...ROWS]));
      expect(next).toMatchObject({ heartbeat: "seen", lacks: [], unread: 0 });
      // stderr alone, with a prefix that is none of the common ones: the server tells it
      await server.logTo("stderr only", { log_destination: "stderr", log_line_prefix: "<%u|%d|%e|%m> " });
      const before = await readLog({ kind: "server", db }, { ...options, start: "end", cursor: null });
      await raise(server.url());
      // the collector writes later than the client has its error: what was before the heartbeat is there when it is
      const sent = await sendHeartbeat(db);
      const stderr = await readLog({ kind: "server", db }, { ...options, cursor: before.cursor, heartbeat: sent });
      expectRows(stderr);
      expect(stderr.lacks).toEqual([]);
      await server.exec("alter system reset log_destination");
      await db.close();
      await server.exec(
        "revoke all on function pg_read_binary_file(text, bigint, bigint, boolean) from reader; drop role reader",
      );
    });
  });
});

describe.skipIf(!hasGerman)("a server whose messages are German (Debian's PostgreSQL 15)", () => {
  let server: LoggingServer;
  let locale: string;
  beforeAll(async () => {
    locale = germanLocale();
    server = await startLoggingServer("/usr/lib/postgresql/15/bin", {
      env: { LOCPATH: locale, PGTZ: "UTC" },
      settings: { lc_messages: "de_DE.UTF-8" },
    });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(locale, { recursive: true, force: true });
  });

  const LACK = [{ lack: "setting", what: "lc_messages" }];
  /** Families of the rows; what only a text tells is `other`. */
  const families = (verbose: boolean): string[] =>
    ROWS.flatMap(({ denial, sqlstate }) => {
      if (denial === null) return [];
      const ofRoutine = ["42501", "42704"].includes(sqlstate) && denial.family !== "function guard";
      // nextval has a routine of its own, which is not one of those that tell
      return [ofRoutine && !verbose ? "other" : denial.family];
    }).toSorted();
  const familiesOf = ({ denials }: LogReading): string[] =>
    denials.flatMap(({ count, family }) => Array.from({ length: count }, () => family)).toSorted();

  test("the messages are German", async () => {
    await server.logTo("german", {});
    const raised = await raise(server.url());
    expect(raised[0]?.message).toContain("Zeile");
    await server.logTo("verbose", { log_error_verbosity: "verbose", log_line_prefix: "%m [%p] %q%u@%d " });
    await raise(server.url());
    await server.logTo("states", { log_error_verbosity: "default", log_line_prefix: "%m [%p] %e %q%u@%d " });
    await raise(server.url());
    await server.logTo("after", {});
  });

  test.each(["json", "csv", "log"])("verbose: the routine tells the family and the relation, %s", async (suffix) => {
    const reading = await read(join(server.folder, `verbose.${suffix}`));
    expect(familiesOf(reading)).toEqual(families(true));
    expect(reading).toMatchObject({ otherErrors: otherErrors() });
    const relations = new Set(reading.denials.map(({ relation }) => relation));
    // a message with two names, of which a translation may change the order, names none
    expect([...relations].toSorted()).toEqual([null, "merged", "shut", "staff", "visit"].toSorted());
    const functions = reading.denials.flatMap(({ function: fn }) => fn ?? []);
    expect([...new Set(functions)].toSorted()).toEqual([
      "book_visit",
      "calls_gone",
      "deep",
      "guarded",
      "guarded_privilege",
    ]);
  });

  test.each(["german.json", "german.csv", "states.log"])(
    "with an SQLSTATE alone no denial is overlooked, and what is not told is said: %s",
    async (file) => {
      const reading = await read(join(server.folder, file), "%m [%p] %e %q%u@%d ");
      expect(familiesOf(reading)).toEqual(families(false));
      expect(reading).toMatchObject({ otherErrors: otherErrors(), lacks: LACK, unread: 0 });
    },
  );

  test("with the text alone it says that it cannot tell", async () => {
    const reading = await read(join(server.folder, "german.log"));
    expect(reading.lacks).toEqual([{ lack: "setting", what: "log_line_prefix" }]);
    expect(reading.denials.reduce((sum, { count }) => sum + count, 0) + reading.otherErrors).toBe(ROWS.length);
  });
});
