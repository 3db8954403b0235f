import type { Scene } from "../draft.ts";
import type { ContextCall } from "../find/calls.ts";
import type { DecidedFiles } from "../retired.ts";

/** An example: the files before, and what they are afterwards. One text stands for one file. */
export interface ShapeExample {
  before: string | Readonly<Record<string, string>>;
  /** null: the file goes */
  after: string | Readonly<Record<string, string | null>>;
  note?: string;
  /** what the config decides, as `cleanup.code` */
  decided?: readonly DecidedFiles[];
}

interface ShapePage {
  id: string;
  /** what it does, for a list */
  title: string;
  /** the reason why that is safe */
  why: string;
  /** in these, `set_tenant_context` sets `app.tenant_id`, whose claim is `app_metadata.tenant_id` */
  examples: readonly ShapeExample[];
}

/** A shape around one call of the context. */
export interface CallShape extends ShapePage {
  /** true if it has the call: it was edited, or a person has to look at it */
  take(call: ContextCall, scene: Scene): boolean;
}

/** A shape that is looked for in all files, again after each edit until nothing is found. */
export interface ProjectShape extends ShapePage {
  /** record what is found and was not before */
  find(scene: Scene): void;
}

export type Shape = CallShape | ProjectShape;
