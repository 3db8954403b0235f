/** The comparison of all objects that decide access, besides the policies of a relation. */
export type { ChangeReason, Effect, ObjectChange, ObjectKind, OutsideCatalog } from "./change.ts";
export { compareObjects } from "./compare.ts";
export { pathsPast } from "./past.ts";
export { worldOf, type World } from "./world.ts";
export { compareRows, type FileStatement } from "./rows.ts";
