/** The clean-up of function bodies and column defaults. */
export { cleanCatalog, type SqlCleanup } from "./clean-catalog.ts";
export type { Cleaned } from "./cleaned.ts";
export type { OtherUse } from "./other-uses.ts";
export { SHAPES } from "./shapes/index.ts";
export type { Note, NoteTag, Question, QuestionTag, Shape } from "./shape.ts";
export type { Setter } from "./setter.ts";
export { cleanFunction } from "./clean-function.ts";
export { retiredIn, type Retired } from "./retired.ts";
export { callersOf, type Callers } from "./callers.ts";
