/** The report of a project as one HTML file. */
export { reportHtml } from "./page.ts";
