/** Throw-away databases, and the replay of migrations. */
export { bindOwner, isOwnerBound } from "./bound-owner.ts";
export { copySchema } from "./copy-schema.ts";
export { isOfExtension } from "./extension-functions.ts";
export { folderStatements, placedStatements, textStatements } from "./folder-statements.ts";
export type { FileStatements } from "./folder-statements.ts";
export { openScratch } from "./open.ts";
export { EARLIER_SUPABASE, platformAlike, platformOf } from "./platform/index.ts";
export type { AssumptionSource, DefaultGrants, Platform } from "./platform/index.ts";
export { extensionsNamed } from "./prepare.ts";
export type { StatementLimit } from "./limit.ts";
export { replay } from "./replay.ts";
export type { ReplayFailure, ReplayReport } from "./replay-report.ts";
export type { Scratch, ScratchTarget } from "./scratch.ts";
export { splitStatements } from "./split.ts";
