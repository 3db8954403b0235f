import { expect, test } from "vitest";
import { sinceOf } from "../../src/cli/claims-options.ts";

const NOW = Date.parse("2026-11-23T12:00:00Z");

test.each([
  "2026-11-23T12:00:00Z",
  "2024-02-29 10:00Z",
  "2026-11-23T13:00:00+0100",
  "2026-11-23T10:00:00.123456-01:00",
])("%s is a time", (text) => {
  expect(sinceOf(text, NOW)).toBe(text);
});

test.each([
  ["2026-02-30T10:00:00Z", /not a time with a zone/],
  ["2025-02-29T10:00:00Z", /not a time with a zone/],
  ["2026-11-31T10:00:00Z", /not a time with a zone/],
  ["2026-11-23T10:00:00", /not a time with a zone/],
  ["2026-11-23T25:00:00Z", /not a time with a zone/],
  ["2026-11-23T10:00:00+16:00", /not a time with a zone/],
  ["2026-11-23T12:00:01Z", /in the future/],
  ["2026-11-23T12:30:00-00:30", /in the future/],
])("%s is none", (text, message) => {
  expect(() => sinceOf(text, NOW)).toThrow(message);
});
