import { APPLY_ERRORS } from "./errors/apply.ts";
import { CHECK_ERRORS } from "./errors/check.ts";
import { CLEANUP_CODE_ERRORS } from "./errors/cleanup-code.ts";
import { COMMAND_LINE_ERRORS } from "./errors/command-line.ts";
import { CONFIG_ERRORS } from "./errors/config.ts";
import { DATABASE_ERRORS } from "./errors/database.ts";
import { PLAN_ERRORS } from "./errors/plan.ts";
import { PLAYBOOK_ERRORS } from "./errors/playbook.ts";
import { PROJECT_ERRORS } from "./errors/project.ts";
import { ROLLBACK_ERRORS } from "./errors/rollback.ts";
import { TARGET_ERRORS } from "./errors/target.ts";

/** Every code that a ToolError can have, with its page under docs/errors/. */
export const ERRORS = {
  ...COMMAND_LINE_ERRORS,
  ...PROJECT_ERRORS,
  ...DATABASE_ERRORS,
  ...CONFIG_ERRORS,
  ...PLAN_ERRORS,
  ...CHECK_ERRORS,
  ...TARGET_ERRORS,
  ...APPLY_ERRORS,
  ...ROLLBACK_ERRORS,
  ...CLEANUP_CODE_ERRORS,
  ...PLAYBOOK_ERRORS,
};

/** A code of the catalogue. A ToolError with another one does not compile. */
export type ErrorCode = keyof typeof ERRORS;
