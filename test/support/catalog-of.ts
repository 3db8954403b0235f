import { inspect } from "../../src/inspect/inspect.ts";
import type { Catalog } from "../../src/pg/catalog.ts";
import type { Scratch } from "../../src/scratch/scratch.ts";
import { withFork } from "./fork.ts";

/** The catalog of a scratch database after this SQL; `base` is not changed. */
export async function catalogOf(base: Scratch, sql: string): Promise<Catalog> {
  return withFork(sql, inspect, base);
}
