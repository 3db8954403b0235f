// The public part of this folder: other folders import only from here.
export { TOOL_NAMES, type ToolName } from "./names.ts";
export { readMigrations, type MigrationsFolder } from "./migrations-folder.ts";
export { outputFiles, outputNames, ROW_SECURITY } from "./output.ts";
export type { OutputNames, OutputPlace, Subject } from "./output.ts";
export type { Migration, MigrationFile } from "./tool.ts";
