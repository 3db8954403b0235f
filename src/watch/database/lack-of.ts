import type { PgError } from "../../db/port.ts";
import type { Lack } from "../sample.ts";

/** insufficient_privilege */
const DENIED = "42501";
/** object_not_in_prerequisite_state: the library of the extension is not loaded */
const NOT_LOADED = "55000";

/** What a source lacks because the server has refused one of its statements. */
export function lackOf({ sqlstate }: PgError, what: string): Lack {
  if (sqlstate === DENIED) return { lack: "privilege", what };
  if (sqlstate === NOT_LOADED) return { lack: "setting", what: "shared_preload_libraries" };
  return { lack: "not readable", what };
}

/** The lacks, each once. */
export const distinctLacks = (lacks: readonly Lack[]): Lack[] => [
  ...new Map(lacks.map((one) => [JSON.stringify([one.lack, one.what]), one])).values(),
];
