import { connect } from "node:net";
import { expect, test } from "vitest";
import { serveMetrics } from "../../src/cli/metrics-server.ts";
import { watchMetrics } from "../../src/report/watch-metrics.ts";
import { gateOf } from "../../src/watch/index.ts";
import { freePort } from "../support/server.ts";
import { sampleOf, watchedOf } from "../watch/criteria/watched.ts";

const samples = [sampleOf(1), sampleOf(61)];
const taken = {
  sample: sampleOf(61),
  kept: true,
  gate: gateOf({ target: 'a "b"', planHash: "0".repeat(64) }, watchedOf(samples), {}),
  notified: null,
};

test("each figure of the newest sample, and no line for what is not known", async () => {
  const lines = (await watchMetrics({ taken, missed: 2 })).split("\n");
  const of = String.raw`target="a \"b\""`;
  expect(lines).toEqual(
    expect.arrayContaining([
      `rlsmith_sample_number{${of}} 61`,
      // the minute 61 of the year 2026
      `rlsmith_sample_timestamp_seconds{${of}} ${Date.UTC(2026, 0, 1, 1, 1) / 1000}`,
      `rlsmith_samples_missed{${of}} 2`,
      `rlsmith_gate{${of},outcome="inconclusive"} 1`,
      `rlsmith_gate{${of},outcome="passed"} 0`,
      `rlsmith_criterion_state{${of},criterion="time",state="not enough yet"} 1`,
      `rlsmith_criterion_wanted{${of},criterion="time"} 24`,
      "# TYPE rlsmith_gate gauge",
    ]),
  );
  // the hours have no number of incidents
  expect(lines.filter((line) => line.startsWith("rlsmith_criterion_found") && line.includes('"time"'))).toEqual([]);
  expect(lines.slice(-2)).toEqual(["# EOF", ""]);
});

test("on loopback alone, at one address, and nothing before the first sample", async () => {
  const port = await freePort();
  let metrics: Promise<string> | null = null;
  const server = await serveMetrics(port, () => metrics);
  const url = `http://127.0.0.1:${port}`;
  try {
    expect((await fetch(`${url}/metrics`)).status).toBe(503);
    metrics = watchMetrics({ taken, missed: 0 });
    const response = await fetch(`${url}/metrics`);
    expect([response.status, response.headers.get("content-type")]).toEqual([
      200,
      "application/openmetrics-text; version=1.0.0; charset=utf-8",
    ]);
    expect(await response.text()).toBe(await metrics);
    expect((await fetch(`${url}/`)).status).toBe(404);
    expect((await fetch(`${url}/metrics`, { method: "POST" })).status).toBe(404);
    // another address of this machine, which a server on all interfaces would answer at
    const other = await new Promise((done) => {
      const socket = connect(port, "127.0.0.2", () => done("answers"));
      socket.once("error", () => done("refuses"));
    });
    expect(other).toBe("refuses");
    await expect(serveMetrics(port, () => null)).rejects.toMatchObject({ code: "PORT_NOT_USABLE" });
  } finally {
    server.close();
  }
});
