import { markup, type Html } from "./template.ts";

/** What is said in place of what is not known: why, and the command that would find it out. */
export const missing = (why: string, command: string | null): Html =>
  markup`<p class="missing">${why}${command === null ? null : markup`: <code>${command}</code>`}</p>`;
