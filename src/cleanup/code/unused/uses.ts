import { isGone, type Scene } from "../draft.ts";
import type { Link } from "../project/project.ts";
import type { Module } from "../syntax/module.ts";
import type { Node } from "../syntax/node.ts";
import type { Binding } from "../syntax/scope.ts";

/** What became of the uses of a name. */
export interface Left {
  /** uses that an edit took away */
  gone: number;
  /** uses that are left, without those inside its own declaration */
  live: { module: Module; node: Node }[];
  /** imports and re-exports that are left */
  links: Link[];
  /** imports and re-exports before the edits */
  linked: number;
}

/** The uses of a declaration in all modules, as the edits leave them. `own`: the declaration itself. */
export function usesLeft(scene: Scene, binding: Binding, own: Node | null): Left {
  const uses = scene.project.usesOf(binding).filter(({ module, node }) => {
    const inside = own !== null && module.path === binding.path && node.start >= own.start && node.end <= own.end;
    return !inside;
  });
  const live = uses.filter(({ module, node }) => !isGone(scene, module, node));
  const links = scene.project.linksTo(binding);
  const left = links.filter(({ module, node }) => !isGone(scene, module, node));
  const added = scene.draft.added.has(binding) || links.some(({ local }) => local && scene.draft.added.has(local));
  return {
    gone: uses.length - live.length + links.length - left.length,
    live: added && live.length === 0 ? uses.slice(0, 1) : live,
    links: left,
    linked: links.length,
  };
}

/** True if edits took every use of a name away, and there was one. */
export const lostItsUses = (scene: Scene, module: Module, binding: Binding): boolean =>
  binding.references.length > 0 &&
  !scene.draft.added.has(binding) &&
  binding.references.every((one) => isGone(scene, module, one));
