import type { DriverId } from "../find/drivers/index.ts";
import { drizzleHelper } from "./drizzle.ts";
import { knexHelper } from "./knex.ts";
import { kyselyHelper } from "./kysely.ts";
import { pgHelper } from "./pg.ts";
import { postgresJsHelper } from "./postgres-js.ts";
import { prismaHelper } from "./prisma.ts";
import type { HelperTemplate } from "./template.ts";

/** The small modules that set the claims of a verified token, as data: one file for each driver. */
export { helperTests, helperText, type CodeStyle, type TestRunner } from "./render.ts";
export { styleOf } from "./style.ts";
export type { HelperTemplate } from "./template.ts";

/** By driver. Supabase's own client sets the claims itself. */
export const HELPERS: Readonly<Record<Exclude<DriverId, "supabase-server">, HelperTemplate>> = {
  pg: pgHelper,
  drizzle: drizzleHelper,
  kysely: kyselyHelper,
  knex: knexHelper,
  prisma: prismaHelper,
  "postgres-js": postgresJsHelper,
};
