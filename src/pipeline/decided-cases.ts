import type { DecidedCases } from "../cleanup/tests/index.ts";
import type { Config } from "../config.ts";

/** What the config decides about test cases. */
export const decidedCases = ({ cleanup }: Config): DecidedCases[] =>
  Object.entries(cleanup.tests?.cases ?? {}).map(([pattern, one]) => ({ pattern, ...one }));
