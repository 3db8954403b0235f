import type { Sample, StoredReading } from "../sample.ts";

/**
 * A sample that an earlier rlsmith has kept, in the form of this one: a field that it did not have is unknown, or the least
 * that it can mean, so that nothing passes by it. The text that its hash covers stays as it is.
 */
export const inThisForm = (sample: Sample): Sample => ({
  ...sample,
  server: { ...sample.server, bypassing: given(sample.server.bypassing) ?? [] },
  readings: sample.readings.map(readingInThisForm),
});

function readingInThisForm(reading: StoredReading): StoredReading {
  switch (reading.source) {
    case "statements":
      return {
        ...reading,
        owners: given(reading.owners) ?? null,
        // the relations alone do not say which of them a statement reads and which it writes
        statements: reading.statements.map((one) => ({ ...one, touched: given(one.touched) ?? [] })),
      };
    case "isolation":
      return { ...reading, held: given(reading.held) ?? 0 };
    case "requests":
      return { ...reading, ages: given(reading.ages) ?? false };
    case "log":
      return { ...reading, planted: given(reading.planted) ?? "not sent" };
    case "tables":
    case "plans":
    case "objects":
    case "audit":
      return reading;
  }
}

/** What the type promises of a sample of today. */
const given = <Value>(value: Value): Value | undefined => value;
