import type { Trigger } from "../../pg/catalog.ts";
import { as } from "../../pg/expr/node.ts";
import { parseStatements } from "../../pg/expr/parse.ts";

/** When a trigger fires. */
export interface TriggerEvents {
  before: boolean;
  after: boolean;
  row: boolean;
  insert: boolean;
  update: boolean;
}

// pg_trigger.h: TRIGGER_TYPE_BEFORE, TRIGGER_TYPE_INSTEAD, TRIGGER_TYPE_INSERT, TRIGGER_TYPE_UPDATE
const [BEFORE, INSTEAD, INSERT, UPDATE] = [2, 64, 4, 16];

/** The events of a trigger, read from its definition. */
export function triggerEvents({ definition }: Pick<Trigger, "definition">): TriggerEvents | null {
  const made = as("CreateTrigStmt", parseStatements(definition)[0]?.stmt);
  if (!made) return null;
  const timing = made.timing ?? 0;
  const events = made.events ?? 0;
  return {
    before: (timing & BEFORE) !== 0,
    after: (timing & (BEFORE | INSTEAD)) === 0,
    row: made.row === true,
    insert: (events & INSERT) !== 0,
    update: (events & UPDATE) !== 0,
  };
}
