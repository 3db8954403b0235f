import { createHash } from "node:crypto";
import { relationKey } from "../../pg/name.ts";
import type { ReportFacts } from "../../pipeline/report.ts";
import { access } from "./access.ts";
import { anchorsOf } from "./anchors.ts";
import { approvals } from "./approvals.ts";
import { breaches } from "./breaches.ts";
import { changes } from "./changes.ts";
import { figures, inShort } from "./figures.ts";
import { rehearsal } from "./rehearsal.ts";
import { SCRIPT } from "./script.ts";
import { minuteHtml, sectionHtml, type Section } from "./section.ts";
import { standing } from "./standing.ts";
import { STYLE } from "./style.ts";
import { markup, ownText, type Html } from "./template.ts";
import { timeline } from "./timeline.ts";
import { watching } from "./watching.ts";

/** The hash by which the browser lets the page's own script run, and no other (Content Security Policy, script-src). */
const SCRIPT_HASH = `sha256-${createHash("sha256").update(SCRIPT).digest("base64")}`;

/**
 * The report as one HTML file. It loads nothing; names and texts of the database are shown, and never markup; without
 * scripts it says the same, but cannot be filtered or sorted.
 */
export function reportHtml(facts: ReportFacts): string {
  const anchors = anchorsOf((facts.plan?.plan.policies ?? []).map(({ before }) => relationKey(before)));
  const sections: Section[] = [
    standing(facts.status),
    figures(facts),
    access(facts, anchors),
    breaches(facts),
    rehearsal(facts),
    timeline(facts),
    watching(facts),
    approvals(facts),
    changes(facts, anchors),
  ];
  return `<!doctype html>\n${pageHtml(facts, sections).text}\n`;
}

const pageHtml = (facts: ReportFacts, sections: readonly Section[]): Html =>
  markup`<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src '${SCRIPT_HASH}'">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">
<title>Row-level security of ${facts.project}</title><style>${ownText(STYLE)}</style></head>
<body><a class="skip" href="#main">To the report</a>
<header><div><h1>Row-level security of ${facts.project}</h1><small>From session variables to claims. Written ${minuteHtml(facts.at)} by rlsmith ${facts.rlsmith}.</small></div>
<fieldset><legend>Colours</legend><input type="radio" name="theme" id="system" checked><label for="system">as the system</label>
<input type="radio" name="theme" id="light"><label for="light">light</label>
<input type="radio" name="theme" id="dark"><label for="dark">dark</label></fieldset></header>
<nav aria-label="Contents"><ul>${sections.map(({ id, title }) => markup`<li><a href="#${id}">${title}</a>`)}</ul></nav>
<main id="main">${inShort(facts)}${sections.map(sectionHtml)}</main>
<script>${ownText(SCRIPT)}</script></body></html>`;
