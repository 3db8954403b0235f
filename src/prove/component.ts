import type { PolicyCommand } from "../pg/policy.ts";

/**
 * The expression that one row meets: USING of one command on the row that is there, or WITH CHECK on the row to be. An
 * UPDATE meets two.
 */
export type Component = "SELECT" | "INSERT" | "UPDATE USING" | "UPDATE CHECK" | "DELETE";

export const COMPONENTS: readonly Component[] = ["SELECT", "INSERT", "UPDATE USING", "UPDATE CHECK", "DELETE"];

/** The command whose policies and whose privilege a component is about. */
export const commandOf = (component: Component): Exclude<PolicyCommand, "ALL"> =>
  component === "UPDATE USING" || component === "UPDATE CHECK" ? "UPDATE" : component;
