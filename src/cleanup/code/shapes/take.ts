import { record, type Scene } from "../draft.ts";
import type { ContextCall } from "../find/calls.ts";
import type { Edit } from "../syntax/cut.ts";

/** Record the edits of a shape around a call; true if they may be made. */
export const take = (
  shape: string,
  { module, node, name }: ContextCall,
  scene: Scene,
  edits: readonly Edit[],
): boolean => record(scene, { path: module.path, at: node.start, shape, what: name }, edits);
