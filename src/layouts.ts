/** How a project keeps its migrations: which tool's folder it is. */
export const LAYOUTS = [
  "supabase",
  "drizzle",
  "prisma",
  "flyway",
  "golang-migrate",
  "goose",
  "tern",
  "dbmate",
  "sqitch",
  "plain",
] as const;

export type LayoutName = (typeof LAYOUTS)[number];
