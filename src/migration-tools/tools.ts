import { dbmate } from "./dbmate.ts";
import { drizzle } from "./drizzle.ts";
import { flyway } from "./flyway.ts";
import { golangMigrate } from "./golang-migrate.ts";
import { goose } from "./goose.ts";
import { graphileMigrate } from "./graphile-migrate.ts";
import { TOOL_NAMES, type ToolName } from "./names.ts";
import { plain } from "./plain.ts";
import { prisma } from "./prisma.ts";
import { rails } from "./rails.ts";
import { sqitch } from "./sqitch.ts";
import { supabase } from "./supabase.ts";
import { tern } from "./tern.ts";
import type { FolderContents, MigrationTool } from "./tool.ts";

/** Every migration tool, by its name. */
export const TOOLS: Record<ToolName, MigrationTool> = {
  supabase,
  drizzle,
  sqitch,
  prisma,
  "graphile-migrate": graphileMigrate,
  rails,
  flyway,
  "golang-migrate": golangMigrate,
  goose,
  dbmate,
  tern,
  plain,
};

/** The tool that runs the migrations of a folder; null if the folder has none. */
export const detectTool = (folder: FolderContents): ToolName | null =>
  TOOL_NAMES.find((name) => TOOLS[name].detect(folder)) ?? null;
