import { type Finding } from "../finding.ts";
import type { Platform } from "./platform/index.ts";
import type { StandIn } from "./stand-ins.ts";

export interface ReplayFailure {
  /** relative to the project */
  file: string;
  line: number;
  /** the first line of the statement, at most 120 characters */
  firstLine: string;
  /** of the whole statement, to tell it from others with the same first line */
  digest: string;
  sqlstate: string;
  message: string;
  /** the facts that the failure makes unreliable, in words */
  unreliable: string;
}

export interface ReplayReport {
  /** the platform that was assumed */
  platform: Platform;
  files: number;
  statements: number;
  failures: ReplayFailure[];
  standIns: StandIn[];
  rolesMade: string[];
  notices: Finding[];
}

/** The report of a replay that has run nothing. */
export const newReport = (platform: ReplayReport["platform"]): ReplayReport => ({
  platform,
  files: 0,
  statements: 0,
  failures: [],
  standIns: [],
  rolesMade: [],
  notices: [],
});
