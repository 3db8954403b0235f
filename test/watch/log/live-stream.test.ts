import { PassThrough } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { liveLog, type LiveLog } from "../../../src/watch/log/index.ts";
import type { LogReading } from "../../../src/watch/sample.ts";

// Lines as PostgreSQL writes them with the prefix of Supabase's image, in which there are no SQLSTATE and no application.
const PREFIX = "%h %m [%p] %q%u@%d ";

const line = (second: number, text: string): string =>
  `172.18.0.7 2026-11-30 12:00:0${second}.000 UTC [71] authenticator@postgres ${text}\n`;

const refused = (second: number, relation: string): string =>
  line(second, `ERROR:  new row violates row-level security policy for table "${relation}"`) +
  line(second, `STATEMENT:  insert into ${relation} values ('secret-value')`);

const beat = (second: number, id: string): string => line(second, `ERROR:  rlsmith heartbeat ${id}`);

const ID = "00000000-0000-4000-8000-000000000001";

const read = async (log: LiveLog, cursor: unknown, heartbeat: string | null = ID): Promise<LogReading> =>
  log.read({
    cursor,
    format: null,
    linePrefix: PREFIX,
    timeZone: "UTC",
    database: "postgres",
    heartbeat,
    patience: 500,
    settle: 20,
  });

const denied = ({ denials }: LogReading): unknown => denials.map(({ relation, count }) => `${relation} ${count}`);

test("what arrives between two samples belongs to the second, and each is counted once", async () => {
  const stream = new PassThrough();
  const log = liveLog(stream);
  stream.write(beat(1, ID));
  const first = await read(log, null);
  expect(first).toMatchObject({ heartbeat: "seen", unread: 0, lacks: [], denials: [] });
  const text = refused(2, "visit") + refused(3, "bill") + beat(4, ID);
  // in pieces that no line ends with
  for (let n = 0; n < text.length; n += 50) stream.write(text.slice(n, n + 50));
  const second = await read(log, first.cursor);
  expect([denied(second), second.heartbeat, second.lacks]).toEqual([["visit 1", "bill 1"], "seen", []]);
  expect(second.denials[0]).toMatchObject({ family: "row check", login: "authenticator" });
  expect(JSON.stringify(second)).not.toContain("secret-value");
  // nothing more was written: an empty answer proves nothing
  const third = await read(log, second.cursor);
  expect([denied(third), third.heartbeat, third.lacks]).toEqual([[], "not seen", []]);
  log.close();
});

test("another run goes on where the one before ended, if its stream reaches back to it", async () => {
  const before = new PassThrough();
  const first = liveLog(before);
  before.write(refused(1, "visit") + refused(2, "bill") + beat(3, ID));
  const { cursor } = await read(first, null);
  first.close();

  // as `docker logs --since` gives them again
  const again = new PassThrough();
  const second = liveLog(again);
  again.write(refused(1, "visit") + refused(2, "bill") + beat(3, ID) + refused(4, "note") + beat(5, ID));
  const on = await read(second, cursor);
  expect([denied(on), on.heartbeat, on.lacks]).toEqual([["note 1"], "seen", []]);
  second.close();

  const later = new PassThrough();
  const third = liveLog(later);
  later.write(refused(8, "note") + beat(9, ID));
  const gap = await read(third, cursor);
  expect([denied(gap), gap.lacks]).toEqual([["note 1"], [{ lack: "entries lost", what: "standard input" }]]);
  // it is said once: the next reading lacks nothing
  later.write(beat(9, ID));
  expect((await read(third, gap.cursor)).lacks).toEqual([]);
  third.close();
});

test("where the prefix names no application, rlsmith's own connections are known by their process", async () => {
  const stream = new PassThrough();
  const log = liveLog(stream);
  const privilege = (second: number, pid: number): string =>
    line(second, 'ERROR:  permission denied to set parameter "session_replication_role"').replace("[71]", `[${pid}]`);
  stream.write(beat(0, ID));
  const { cursor } = await read(log, null);
  // it is counted when it comes, and whose it is is known afterwards
  stream.write(privilege(1, 80) + privilege(5, 80) + privilege(5, 81) + beat(6, ID));
  await pause(50);
  const reading = await log.read({
    cursor,
    format: null,
    linePrefix: PREFIX,
    timeZone: "UTC",
    database: "postgres",
    heartbeat: ID,
    settle: 20,
    own: { since: "2026-11-30T12:00:04.000Z", processes: new Set(["80"]) },
  });
  // the same number was another process before, and 81 is one of the application
  expect(reading.denials).toMatchObject([{ family: "missing privilege", count: 2 }]);
  log.close();
});

test("the first reading begins with the sample before, however far back the stream reaches", async () => {
  const stream = new PassThrough();
  const log = liveLog(stream);
  stream.write(refused(1, "visit") + refused(5, "bill") + beat(6, ID));
  const reading = await log.read({
    cursor: null,
    format: null,
    linePrefix: PREFIX,
    timeZone: "UTC",
    database: "postgres",
    heartbeat: ID,
    settle: 20,
    notBefore: "2026-11-30T12:00:04.000Z",
  });
  expect([denied(reading), reading.lacks]).toEqual([["bill 1"], []]);
  log.close();
});

test("a program that has ended, and one that writes no log, is said", async () => {
  const stream = new PassThrough();
  const log = liveLog(stream);
  stream.end(refused(1, "visit"));
  const last = await read(log, null);
  expect([denied(last), last.heartbeat, last.lacks]).toEqual([
    ["visit 1"],
    "not seen",
    [{ lack: "not readable", what: "standard input" }],
  ]);
  const other = new PassThrough();
  const none = liveLog(other);
  other.write("Error response from daemon: No such container: supabase-db\n");
  expect((await read(none, null)).lacks).toEqual([{ lack: "setting", what: "log_line_prefix" }]);
  none.close();
});
