/** Takes session variables out of TypeScript and JavaScript: texts in, texts and findings out. */
export { cleanCode } from "./clean.ts";
export type { Cleaned, CodeChange, CodeDecision, CodeMention } from "./clean.ts";
export { SHAPES } from "./codemods.ts";
export { contextNames } from "./context-names.ts";
export type { DecisionReason } from "./draft.ts";
export { isTestFile } from "./draft.ts";
export { aliasesOf, parseJsonc } from "./project/paths.ts";
export type { Aliases, WorkspacePackage } from "./project/paths.ts";
export type { ProjectInput, UnreadFile } from "./project/project.ts";
export { namesRetired } from "./retired.ts";
export type { Retired } from "./retired.ts";
export type { Shape, ShapeExample } from "./shapes/shape.ts";
export { lineAt, parseModule } from "./syntax/module.ts";
export { constantText, isFunction, keyName, memberName, nodesIn } from "./syntax/node.ts";
export type { Node } from "./syntax/node.ts";
export type { Module, SourceFile } from "./syntax/module.ts";
