import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import fc from "fast-check";
import type { LogReading } from "../../../src/watch/sample.ts";
import {
  askManagementApi,
  readSupabaseLog,
  sendGatewayHeartbeat,
  type SupabaseLogOptions,
} from "../../../src/watch/supabase/index.ts";
import { denialAt, heartbeatAt, requestAt } from "./rows.ts";
import { json, REF, startService, text, TOKEN, type LogService } from "./service.ts";

const MINUTE = 60_000_000;
const HOUR = 60 * MINUTE;
/** at second 20 of a minute, so that a period that is rounded cuts something */
const T0 = Date.parse("2026-11-30T12:00:20Z") * 1000;

/** at second 40, which is rounded up */
const T40 = T0 + 20_000_000;

const iso = (micros: number): string => new Date(micros / 1000).toISOString();

let service: LogService;

beforeAll(async () => {
  service = await startService();
});

beforeEach(() => {
  Object.assign(service, { rows: [], asked: [], instead: [], most: 1000, arrange: (rows: unknown) => rows });
});

afterAll(async () => service.stop());

/** Readings one after the other, each with the cursor of the one before as it is stored. */
function reader(over: Partial<SupabaseLogOptions> = {}, token = TOKEN) {
  const ask = askManagementApi({ project: REF, api: service.origin, token });
  let cursor: unknown = null;
  return async (at: number, now: Partial<SupabaseLogOptions> = {}): Promise<LogReading> => {
    const reading = await readSupabaseLog(ask, {
      project: REF,
      cursor,
      start: "end",
      now: iso(at),
      database: "postgres",
      heartbeat: null,
      ...over,
      ...now,
    });
    cursor = JSON.parse(JSON.stringify(reading.cursor));
    return reading;
  };
}

const counted = (...readings: LogReading[]): number =>
  readings.flatMap(({ denials }) => denials).reduce((sum, { count }) => sum + count, 0);

const of = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));

describe("rows", () => {
  test("of one time on both sides of a page, each once", async () => {
    const read = reader();
    await read(T0);
    service.rows = [
      ...of(990, (i) => denialAt(T0 + MINUTE + i)),
      ...of(1500, () => denialAt(T0 + 2 * MINUTE)),
      ...of(10, (i) => denialAt(T0 + 3 * MINUTE + i)),
    ];
    const [first, second] = [await read(T0 + 4 * MINUTE), await read(T0 + 5 * MINUTE)];
    expect([first.entries, counted(first), first.lacks]).toEqual([2500, 2500, []]);
    expect(first.denials[0]).toMatchObject({ family: "row check", relation: "visit", login: "authenticator" });
    expect([second.entries, counted(second)]).toEqual([0, 0]);
  });

  test("from before the first reading are not counted, unless it begins a day back", async () => {
    service.rows = [denialAt(T0 - 20 * HOUR), denialAt(T0 - HOUR), denialAt(T0 - 1)];
    expect(counted(await reader()(T0))).toBe(0);
    const read = reader({ start: "begin" });
    // the last twenty seconds are rounded off
    expect([counted(await read(T0)), counted(await read(T0 + MINUTE))]).toEqual([2, 1]);
  });

  test("of the day before that a first reading could not get are not taken for later ones", async () => {
    const read = reader({ start: "begin" });
    service.rows = [denialAt(T0 - HOUR)];
    service.instead = [json(503, {})];
    expect((await read(T0)).lacks).toEqual([{ lack: "service", what: "server error" }]);
    service.rows.push(denialAt(T0 + 1));
    expect(counted(await read(T0 + MINUTE), await read(T0 + 2 * MINUTE))).toBe(1);
  });

  test("that come nine minutes late, once", async () => {
    const read = reader();
    await read(T0);
    const readings: LogReading[] = [];
    for (let minute = 1; minute <= 30; minute += 1) {
      // what happened at T0 + minute is there nine minutes later
      service.rows.push(denialAt(T0 + (minute - 9 > 0 ? minute - 9 : 1) * MINUTE + minute));
      readings.push(await read(T0 + minute * MINUTE));
    }
    expect(counted(...readings)).toBe(30);
  });

  test("that come twice in an answer, once", async () => {
    const read = reader();
    await read(T0);
    service.rows = of(5, (i) => denialAt(T0 + i));
    service.arrange = (rows) => rows.flatMap((row) => [row, row]);
    expect(counted(await read(T0 + MINUTE))).toBe(5);
  });

  test("that are not in order count nothing, as the place of the next query is not known", async () => {
    const read = reader();
    await read(T0);
    service.rows = of(5, (i) => denialAt(T0 + i));
    service.arrange = (rows) => rows.toReversed();
    const wrong = await read(T0 + MINUTE);
    expect([counted(wrong), wrong.lacks]).toEqual([0, [{ lack: "service", what: "answer" }]]);
    service.arrange = (rows) => rows;
    expect(counted(await read(T0 + 2 * MINUTE))).toBe(5);
  });

  test("of which the service gives fewer than were asked for, all, and in the next reading if they are many", async () => {
    const read = reader();
    await read(T0);
    service.rows = of(1000, (i) => denialAt(T0 + i));
    service.most = 100;
    const first = await read(T0 + MINUTE);
    expect([counted(first), first.lacks]).toEqual([800, [{ lack: "service", what: "more rows" }]]);
    const second = await read(T0 + 2 * MINUTE);
    expect([counted(second), second.lacks]).toEqual([200, []]);
    service.most = 1000;
    expect(counted(await read(T0 + 3 * MINUTE))).toBe(0);
  });

  test("of other databases and of rlsmith are not counted; a start of the server is", async () => {
    const read = reader();
    await read(T0);
    service.rows = [
      denialAt(T0, "visit", { "parsed.database_name": "other" }),
      denialAt(T0, "visit", { "parsed.application_name": "rlsmith verify" }),
      {
        ...denialAt(T0 + 1, "", {
          "parsed.error_severity": "LOG",
          "parsed.backend_type": "startup",
          "parsed.session_line_num": "1",
          "parsed.sql_state_code": "00000",
        }),
        message: "database system was interrupted; last known up at 2026-11-30 11:58:00 UTC",
      },
    ];
    expect(await read(T0 + MINUTE)).toMatchObject({ denials: [], restarts: 1, entries: 3, lacks: [] });
  });

  test("that nothing has parsed are a lack if they may be an error", async () => {
    const read = reader();
    await read(T0);
    const bare = { ...denialAt(T0), attributes: {} };
    service.rows = [{ ...bare, message: "checkpoint starting" }];
    expect(await read(T0 + MINUTE)).toMatchObject({ unread: 1, lacks: [] });
    service.rows.push({ ...bare, id: "x", message: "ERROR:  permission denied for table visit" });
    expect(await read(T0 + MINUTE)).toMatchObject({ unread: 1, lacks: [{ lack: "not readable", what: "log line" }] });
  });
});

describe("periods", () => {
  test("have at most a day, and three days without a reading are read in several", async () => {
    const read = reader();
    await read(T0);
    service.rows = of(72, (hour) => denialAt(T0 + hour * HOUR + 1));
    // pages: each period with rows takes two queries, and one reading has eight
    const readings = [await read(T0 + 72 * HOUR), await read(T0 + 72 * HOUR + MINUTE)];
    expect(counted(...readings)).toBe(72);
    for (const { from, to } of service.asked) {
      expect(Date.parse(to) - Date.parse(from)).toBeLessThanOrEqual(86_400_000);
      expect(Date.parse(to)).toBeLessThanOrEqual((T0 + 72 * HOUR + MINUTE) / 1000);
    }
  });

  test("longer than any plan keeps its logs are lost", async () => {
    const read = reader();
    await read(T0);
    expect((await read(T0 + 30 * 24 * HOUR)).lacks).toContainEqual({ lack: "entries lost", what: "log" });
  });

  test("when the clock goes back an hour, what is counted again is said to be incomplete", async () => {
    const read = reader();
    await read(T0);
    service.rows = [denialAt(T0 - 55 * MINUTE)];
    const back = await read(T0 - 50 * MINUTE);
    expect([counted(back), back.lacks]).toEqual([1, [{ lack: "entries lost", what: "log" }]]);
    expect((await read(T0 - 49 * MINUTE)).lacks).toEqual([]);
  });

  test("a gateway whose clock is three minutes ahead: its rows are counted once they are due", async () => {
    const read = reader();
    await read(T0);
    service.rows = [requestAt(T0 + 3 * MINUTE, 401, { "response.headers.proxy_status": "PostgREST; error=PGRST301" })];
    const readings = [];
    for (let minute = 1; minute < 8; minute += 1) readings.push(await read(T0 + minute * MINUTE));
    expect(readings.map((one) => counted(one))).toEqual([0, 0, 0, 1, 0, 0, 0]);
  });

  test("a cursor of a file, or of another project, is a gap", async () => {
    const lost = [{ lack: "entries lost", what: "log cursor" }];
    expect((await reader()(T0, { cursor: { version: 1, files: [], olderThan: 0, active: null } })).lacks).toEqual(lost);
    const { cursor } = await reader()(T0);
    expect((await reader()(T0, { cursor, project: "another" })).lacks).toContainEqual(lost[0]);
  });
});

describe("a service that does not answer as it should", () => {
  const SERVICE = (what: string) => [{ lack: "service", what }];

  test.each([
    ["401", json(401, { message: "Unauthorized" }), "access token"],
    ["403", json(403, { message: "Forbidden resource" }), "access token"],
    ["402", json(402, { message: "quota" }), "allowance"],
    ["404", json(404, { message: "Not Found" }), "endpoint"],
    ["410", json(410, { message: "Gone" }), "endpoint"],
    ["429", json(429, { message: "Too many requests" }), "rate limit"],
    ["400", json(400, { message: "bad SQL" }), "query"],
    ["500", json(500, { message: "Internal" }), "server error"],
    ["503 of a proxy, in HTML", text(503, "<html><h1>503</h1></html>"), "server error"],
    ["an HTML page", text(200, "<!doctype html><title>Log in</title>"), "answer"],
    ["half of a JSON text", text(200, '{"result":[{"id":"a","at_us":', "application/json"), "answer"],
    ["an error beside no rows", json(200, { result: null, error: "Backend error! Retry your query." }), "answer"],
    ["an error beside rows", json(200, { result: [], error: "cut" }), "answer"],
    ["an array", json(200, []), "answer"],
    ["null", json(200, null), "answer"],
    ["no result", json(200, {}), "answer"],
    ["rows of another form", json(200, { result: [{ id: 7 }], error: null }), "answer"],
    [
      "an id that ends a literal",
      json(200, { result: [{ id: "a' or 1=1 --", source: "edge_logs", at_us: 1 }] }),
      "answer",
    ],
    ["a redirect", (response) => void response.writeHead(302, { location: "http://127.0.0.1:1/" }).end(), "answer"],
    ["a connection that ends", (response) => void response.destroy(), "no answer"],
  ] satisfies [string, (response: ServerResponse) => void, string][])(
    "%s: it is said, and nothing is lost or counted twice",
    async (_, instead, what) => {
      const read = reader();
      await read(T0);
      service.rows = of(1500, (i) => denialAt(T0 + i));
      service.asked = [];
      // at the first query, and then between two pages
      service.instead = [instead];
      const first = await read(T0 + MINUTE);
      expect([counted(first), first.lacks, service.asked.length]).toEqual([0, SERVICE(what), 1]);
      service.instead = [undefined as never, instead];
      const second = await read(T0 + 2 * MINUTE);
      expect([counted(second), second.lacks]).toEqual([1000, SERVICE(what)]);
      const third = await read(T0 + 3 * MINUTE);
      expect([counted(third), third.lacks]).toEqual([500, []]);
    },
  );

  test("nobody listens", async () => {
    const ask = askManagementApi({ project: REF, api: "http://127.0.0.1:1", token: TOKEN });
    const options = {
      project: REF,
      cursor: null,
      start: "end",
      now: iso(T0),
      database: null,
      heartbeat: null,
    } as const;
    expect((await readSupabaseLog(ask, options)).lacks).toEqual(SERVICE("no answer"));
  });

  test("Retry-After: no query before, and then one", async () => {
    const read = reader();
    await read(T0);
    service.rows = [denialAt(T0 + 1)];
    service.instead = [json(429, {}, { "retry-after": "90" })];
    expect((await read(T0 + MINUTE)).lacks).toEqual(SERVICE("rate limit"));
    service.asked = [];
    expect((await read(T0 + 2 * MINUTE)).lacks).toEqual(SERVICE("rate limit"));
    expect(service.asked).toEqual([]);
    expect(counted(await read(T0 + 3 * MINUTE))).toBe(1);
  });

  test("a wrong token", async () => {
    expect((await reader({}, "sbp_wrong")(T0)).lacks).toEqual(SERVICE("access token"));
  });
});

describe("the heartbeat", () => {
  const ID = "0b0e3c1e-5f2b-4b8e-9c1d-3d5a1f0c7e11";

  test("comes a minute late: it is not seen yet, and then up to which sample the log is known", async () => {
    const read = reader();
    expect(await read(T0, { heartbeat: ID })).toMatchObject({ heartbeat: "not yet", arrived: null });
    service.rows = [heartbeatAt(T0 + 5_000_000, ID)];
    const OTHER = ID.replace("0b", "0c");
    expect(await read(T0 + MINUTE, { heartbeat: OTHER })).toMatchObject({ heartbeat: "not yet", arrived: iso(T0) });
    expect(await read(T0 + 2 * MINUTE)).toMatchObject({ heartbeat: "not sent", arrived: iso(T0) });
  });

  test("is there at once", async () => {
    service.rows = [heartbeatAt(T40 + 1_000_000, ID)];
    expect(await reader()(T40, { heartbeat: ID })).toMatchObject({ heartbeat: "seen", arrived: iso(T40), denials: [] });
  });

  test("does not come for ten minutes: the log does not arrive, and that is said once", async () => {
    const read = reader();
    await read(T40, { heartbeat: ID });
    const said: string[] = [];
    for (let minute = 1; minute <= 13; minute += 1) {
      const id = ID.replace(/^../, String(minute + 10));
      const at = T40 + minute * MINUTE;
      // those of later samples come
      service.rows.push(heartbeatAt(at + 1, id));
      said.push((await read(at, { heartbeat: id })).heartbeat);
    }
    expect(said).toEqual([...of(10, () => "seen"), "not seen", "seen", "seen"]);
  });

  test("of another watcher is none", async () => {
    service.rows = [heartbeatAt(T0 + 1, ID.replace("0b", "0d"))];
    expect(await reader()(T0, { heartbeat: ID })).toMatchObject({ heartbeat: "not yet", arrived: null });
  });

  test("that cannot be asked for is not overdue", async () => {
    const read = reader();
    await read(T0, { heartbeat: ID });
    service.instead = of(20, () => json(503, {}));
    for (let minute = 1; minute <= 20; minute += 1)
      expect((await read(T0 + minute * MINUTE, { heartbeat: ID.replace("0b", "0c") })).heartbeat).toBe("not yet");
    service.rows = [heartbeatAt(T0 + 1, ID)];
    expect((await read(T0 + 21 * MINUTE)).arrived).toBe(iso(T0));
  });
});

test("nothing of a value, an address or the token is in a reading or its cursor", async () => {
  const read = reader();
  await read(T0);
  const secret = "s3cr3t-value";
  service.rows = [
    {
      ...denialAt(T0, "", { "parsed.sql_state_code": "22P02" }),
      message: `invalid input syntax for type uuid: "${secret}"`,
    },
    requestAt(T0, 401, { "request.path": `/rest/v1/visit/${secret}`, "request.search": `?email=eq.${secret}` }),
    requestAt(T0, 403, { "request.path": `/storage/v1/object/${secret}/a.png` }),
  ];
  const reading = await read(T0 + MINUTE);
  expect(reading.entries).toBe(3);
  for (const word of [secret, "203.0.113.7", TOKEN, "eq.7", "59091"])
    expect(JSON.stringify(reading)).not.toContain(word);
});

test("whatever the order of arrival, the size of pages and the failures, each row is counted once", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ second: fc.nat(1500), late: fc.nat(590), same: fc.boolean() }), { maxLength: 60 }),
      fc.array(fc.nat(9), { minLength: 40, maxLength: 40 }),
      fc.integer({ min: 3, max: 20 }),
      async (events, faults, most) => {
        Object.assign(service, { rows: [], asked: [], instead: [], most });
        const read = reader();
        await read(T0);
        const rows = events.map(({ second, late, same }) => {
          const at = T0 + 1 + (same ? 700 : second) * 1_000_000;
          return { row: denialAt(at), there: at + late * 1_000_000 };
        });
        const readings: LogReading[] = [];
        for (const [minute, fault] of faults.entries()) {
          const now = T0 + (minute + 1) * MINUTE;
          service.rows = rows.filter(({ there }) => there <= now).map(({ row }) => row);
          service.instead = fault < 2 ? [...of(fault, () => undefined as never), json(503, {})] : [];
          readings.push(await read(now));
        }
        service.instead = [];
        // what is left after failures at the end
        for (let more = 1; more <= 3; more += 1) readings.push(await read(T0 + (40 + more) * MINUTE));
        expect(counted(...readings)).toBe(rows.length);
      },
    ),
    { numRuns: 25 },
  );
});

describe("the log of the gateway", () => {
  const PATH = "/rest/v1/rlsmith_heartbeat_";

  test("has a heartbeat of its own: a request without a key, which is refused", async () => {
    const paths: [string, unknown, unknown][] = [];
    let status = 401;
    const gateway = createServer((request, response) => {
      paths.push([request.url ?? "", request.headers.authorization, request.headers["apikey"]]);
      json(status, { message: "No API key found in request" })(response);
    });
    await new Promise<void>((done) => gateway.listen(0, "127.0.0.1", done));
    const origin = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
    const id = await sendGatewayHeartbeat(origin);
    expect(paths).toEqual([[`${PATH}${id}`, undefined, undefined]]);
    // a gateway that lets it through writes no line that is asked for
    status = 200;
    expect(await sendGatewayHeartbeat(origin)).toBeNull();
    await new Promise((done) => gateway.close(done));
    expect(await sendGatewayHeartbeat(origin)).toBeNull();
  });

  test("counts up to the sample whose lines have arrived in both logs", async () => {
    const read = reader();
    const id = (n: number): string => `00000000-0000-4000-8000-00000000000${n}`;
    const gateway = (n: number): string => String(n).repeat(32);
    const at = (n: number): number => T0 + n * MINUTE;
    const sample = async (n: number): Promise<LogReading> => read(at(n), { heartbeat: id(n), gateway: gateway(n) });
    await sample(1);
    service.rows.push(heartbeatAt(at(1) + 1, id(1)));
    // the row of the gateway is not there yet
    expect(await sample(2)).toMatchObject({ arrived: null, heartbeat: "not yet" });
    service.rows.push(requestAt(at(1) + 2, 401, { "request.path": `${PATH}${gateway(1)}` }));
    const third = await sample(3);
    expect([third.arrived, third.denials, third.otherErrors]).toEqual([iso(at(1)), [], 0]);
    // no row of the gateway has come since, so that its log says nothing of what was refused
    service.rows.push(heartbeatAt(at(2) + 1, id(2)), heartbeatAt(at(3) + 1, id(3)));
    expect(await sample(4)).toMatchObject({ arrived: iso(at(1)), heartbeat: "not yet" });
    const late = await sample(15);
    expect([late.arrived, late.heartbeat]).toEqual([iso(at(1)), "not seen"]);
  });

  test("says that its heartbeat was not refused, and then that of the database covers nothing", async () => {
    const read = reader();
    const id = "00000000-0000-4000-8000-000000000001";
    const lacks = [{ lack: "service", what: "gateway heartbeat" }];
    expect(await read(T0, { heartbeat: id, gateway: null })).toMatchObject({ heartbeat: "not yet", lacks });
    service.rows.push(heartbeatAt(T0 + 1, id));
    expect(await read(T0 + MINUTE, { heartbeat: null, gateway: "1".repeat(32) })).toMatchObject({
      arrived: null,
      lacks: [],
    });
  });
});
