import { awaitedStatement } from "./shapes/awaited-statement.ts";
import { claimsDecided } from "./shapes/claims-decided.ts";
import { claimsHelper } from "./shapes/claims-helper.ts";
import { claimsInTransaction } from "./shapes/claims-in-transaction.ts";
import { claimsOfToken } from "./shapes/claims-of-token.ts";
import { deadErrorCode } from "./shapes/dead-error-code.ts";
import { deadLocalSetting } from "./shapes/dead-local-setting.ts";
import { effectDependencies } from "./shapes/effect-dependencies.ts";
import { emptyMiddleware } from "./shapes/empty-middleware.ts";
import { errorCheck } from "./shapes/error-check.ts";
import { generatedTypeKey } from "./shapes/generated-type-key.ts";
import { mockOfCall } from "./shapes/mock-of-call.ts";
import { promiseAllElement } from "./shapes/promise-all-element.ts";
import { resultUsed } from "./shapes/result-used.ts";
import type { CallShape, ProjectShape, Shape } from "./shapes/shape.ts";
import { testOfCall } from "./shapes/test-case.ts";
import { thenBody } from "./shapes/then-body.ts";
import { transactionArray } from "./shapes/transaction-array.ts";
import { tryAroundCall } from "./shapes/try-around-call.ts";
import { unawaitedStatement } from "./shapes/unawaited-statement.ts";
import { unusedDeclarations } from "./unused/declarations.ts";
import { unusedExports } from "./unused/exports.ts";
import { emptiedFiles } from "./unused/files.ts";
import { unusedImports } from "./unused/imports.ts";
import { movedModule } from "./unused/moved-module.ts";
import { staleComment } from "./unused/stale-comment.ts";
import { unusedParameters } from "./unused/parameters.ts";

/** Shapes around a call, the narrowest first: each call goes to the first that takes it. */
export const CALL_SHAPES: readonly CallShape[] = [
  testOfCall,
  tryAroundCall,
  errorCheck,
  awaitedStatement,
  unawaitedStatement,
  thenBody,
  promiseAllElement,
  resultUsed,
];

/** Statements of a direct driver, once. */
export const DRIVER_SHAPES: readonly ProjectShape[] = [
  deadLocalSetting,
  claimsOfToken,
  claimsInTransaction,
  transactionArray,
  claimsHelper,
  claimsDecided,
];

/** What the edits leave behind: in rounds, until nothing is found. */
export const FOLLOWING_SHAPES: readonly ProjectShape[] = [
  effectDependencies,
  emptyMiddleware,
  mockOfCall,
  unusedImports,
  unusedParameters,
  unusedDeclarations,
  unusedExports,
  deadErrorCode,
  generatedTypeKey,
  emptiedFiles,
];

/** What is done when nothing more goes, once. */
export const LAST_SHAPES: readonly ProjectShape[] = [movedModule, staleComment];

export const SHAPES: readonly Shape[] = [...CALL_SHAPES, ...DRIVER_SHAPES, ...FOLLOWING_SHAPES, ...LAST_SHAPES];
