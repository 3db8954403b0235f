import { markup, type Html, type Part } from "./template.ts";

/** A section of the report, with its place in the table of contents. */
export interface Section {
  id: string;
  title: string;
  body: Html;
}

export const sectionHtml = ({ id, title, body }: Section): Html =>
  markup`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${body}</section>`;

/** A table whose first cells name their rows; it scrolls by itself where it is wider than the page, by the keyboard too. */
export const tableHtml = (name: string, head: readonly string[], rows: readonly (readonly Part[])[]): Html =>
  markup`<div class="wide" tabindex="0" role="region" aria-label="${name}"><table><thead><tr>${head.map(
    (one) => markup`<th scope="col">${one}`,
  )}<tbody>${rows.map(
    ([first = null, ...rest]) => markup`<tr><th scope="row">${first}${rest.map((one) => markup`<td>${one}`)}`,
  )}</table></div>`;

/** `2026-11-30 18:12 UTC`. */
export const minuteHtml = (iso: string): Html =>
  markup`<time datetime="${new Date(iso).toISOString()}">${new Date(iso).toISOString().slice(0, 16).replace("T", " ")} UTC</time>`;

/** A message in which names stand in backticks: they become code. */
export const prose = (text: string): Html =>
  markup`${text.split(/`([^`]*)`/).map((part, n) => (n % 2 === 1 ? markup`<code>${part}</code>` : part))}`;
