import { parseConfig } from "../config.ts";
import type { Config } from "../config.ts";
import type { Db } from "../db/port.ts";
import { openServer } from "../db/server.ts";
import { untilEnding } from "../db/until-ending.ts";
import type { Catalog } from "../pg/catalog.ts";
import type { Progress } from "../progress.ts";
import type { Cell } from "../verify/cell.ts";
import { liveGround } from "../verify/live/ground.ts";
import { scratchGround } from "../verify/scratch-ground.ts";
import type { Verification } from "../verify/verification.ts";
import { verify } from "../verify/verify.ts";
import { knownOf } from "./known.ts";
import { rehearsalBase } from "./scratch-base.ts";
import type { Source } from "./source.ts";

/** Attack a source's database as its tenants would. */
export async function verifySource(
  source: Source,
  live: { writes: boolean } | null,
  onCell: (cell: Cell) => void,
  progress: Progress,
): Promise<Verification> {
  if (source.origin.kind === "live" && live !== null)
    return verifyLive(source, source.origin.url, live, onCell, progress);
  const base = await rehearsalBase(source, progress);
  try {
    return await verifyScratch(base.scratch.db, base.catalog, source.config?.config ?? null, onCell, progress);
  } finally {
    await base.close();
  }
}

/** Attack a live database, in transactions that are rolled back. */
async function verifyLive(
  source: Source,
  url: string,
  { writes }: { writes: boolean },
  onCell: (cell: Cell) => void,
  progress: Progress,
): Promise<Verification> {
  const config = source.config?.config ?? null;
  const { verify: declared, rules } = config ?? parseConfig({}, "no config");
  const db = untilEnding(await openServer(url, { applicationName: "rlsmith verify" }));
  const otherClient = await openServer(url, { applicationName: "rlsmith verify" });
  try {
    const ground = await liveGround(db, knownOf(source.catalog, config), writes);
    return await verify(ground, {
      config: declared,
      liveRole: rules.liveRole !== undefined,
      onCell,
      progress,
      otherClient,
    });
  } finally {
    await otherClient.close();
    await db.close();
  }
}

/** Put rows of two tenants into a throw-away database, and attack it. */
export async function verifyScratch(
  db: Db,
  catalog: Catalog,
  config: Config | null,
  onCell: (cell: Cell) => void,
  progress: Progress,
): Promise<Verification> {
  const { verify: declared, rules } = config ?? parseConfig({}, "no config");
  const ground = await scratchGround(db, knownOf(catalog, config));
  return verify(ground, {
    config: declared,
    liveRole: rules.liveRole !== undefined,
    onCell,
    progress,
    otherClient: null,
  });
}
