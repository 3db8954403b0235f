/**
 * The migration tools whose folders rlsmith reads and writes, in the order in which a folder is tried (`detectTool`).
 */
export const TOOL_NAMES = [
  "supabase",
  "drizzle",
  "sqitch",
  "prisma",
  "graphile-migrate",
  "rails",
  "flyway",
  "golang-migrate",
  "goose",
  "dbmate",
  "tern",
  "plain",
] as const;

export type ToolName = (typeof TOOL_NAMES)[number];
