import type { Shape } from "../shape.ts";
import { constantFallback } from "./constant-fallback.ts";
import { exceptionBlock } from "./exception-block.ts";
import { guard } from "./guard.ts";
import { lookUpUnused } from "./look-up-unused.ts";
import { neverRead } from "./never-read.ts";
import { nullThenClaim } from "./null-then-claim.ts";
import { setterCall } from "./setter-call.ts";
import { settingToClaim } from "./setting-to-claim.ts";
import { withoutToken } from "./without-token.ts";

/** Shapes that are looked for in the body as it is: their cuts are made together. */
export const FIRST: readonly Shape[] = [
  constantFallback,
  withoutToken,
  setterCall,
  settingToClaim,
  guard,
  exceptionBlock,
  lookUpUnused,
];

/** Shapes that the first cuts leave behind, one after the other until nothing changes. */
export const AFTERWARDS: readonly Shape[] = [nullThenClaim, neverRead];

/** All shapes, in the order in which they apply. */
export const SHAPES: readonly Shape[] = [...FIRST, ...AFTERWARDS];
