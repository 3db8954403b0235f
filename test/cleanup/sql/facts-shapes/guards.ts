import { ACTOR, ACTOR_CLAIM, edited, ORG, ORG_CLAIM, ROLE, ROLE_CLAIM, type ShapeCase } from "./case.ts";

const RAISE = "raise exception 'forbidden: „%“', p_id using errcode = '42501'";
const after = (condition: string): string =>
  `\nbegin\n  if ${condition} then\n    ${RAISE};\n  end if;\n  return 'passed';\nend\n`;
const held = (type: string, value: string, condition: string): string =>
  `\ndeclare\n  v_held ${type} := ${value};\nbegin\n  if ${condition} then ${RAISE}; end if;\n  return 'passed';\nend\n`;

/** Conditions that raise: each stays, and is named where NULL passes it. */
export const GUARDS: readonly ShapeCase[] = [
  {
    shape: 15,
    about: "the variable is NULL",
    body: held("uuid", ORG, "v_held is null"),
    becomes: edited([[ORG, ORG_CLAIM]]),
  },
  {
    shape: 15,
    about: "one of two variables is NULL, inline",
    body: after(`${ORG} is null or ${ACTOR} is null`),
    becomes: edited([
      [ORG, ORG_CLAIM],
      [ACTOR, ACTOR_CLAIM],
    ]),
  },
  {
    shape: 16,
    about: "IS DISTINCT FROM a local variable",
    body: held("uuid", ORG, "p_org is distinct from v_held"),
    becomes: edited([[ORG, ORG_CLAIM]]),
  },
  {
    shape: 16,
    about: "IS DISTINCT FROM, inline, in a loop with a label, in CRLF",
    body: `\nbegin\n  <<schleife>>\n  for v_i in 1..2 loop\n    if p_actor is distinct from ${ACTOR} then -- „wer“\n      ${RAISE};\n    end if;\n  end loop schleife;\n  return 'passed';\nend\n`.replaceAll(
      "\n",
      "\r\n",
    ),
    becomes: edited([[ACTOR, ACTOR_CLAIM]]),
  },
  {
    shape: 17,
    about: "!= a local variable: NULL passes",
    body: held("uuid", ORG, "p_org != v_held"),
    becomes: edited([[ORG, ORG_CLAIM]], "null-passes"),
  },
  {
    shape: 17,
    about: "<>, inline: NULL passes",
    body: after(`p_org <> ${ORG}`),
    becomes: edited([[ORG, ORG_CLAIM]], "null-passes"),
  },
  {
    shape: 18,
    about: "IS NULL OR <>",
    body: held("uuid", ORG, "v_held is null or v_held <> p_org"),
    becomes: edited([[ORG, ORG_CLAIM]]),
  },
  {
    shape: 18,
    about: "IS NULL OR <>, inline, with a comment between",
    body: after(`${ORG} is null /* „leer“ */ or p_org <> coalesce(${ORG}, ${ORG_CLAIM})`),
    becomes: edited([
      [`if ${ORG} is null`, `if ${ORG_CLAIM} is null`],
      [`coalesce(${ORG}, ${ORG_CLAIM})`, ORG_CLAIM],
    ]),
  },
  {
    shape: 19,
    about: "NOT IN: NULL passes",
    body: held("text", ROLE, "v_held not in ('clerk', 'manager')"),
    becomes: edited([[ROLE, ROLE_CLAIM]], "null-passes"),
  },
  {
    shape: 19,
    about: "<> ALL, inline: NULL passes",
    body: after(`${ROLE} <> all (array['clerk', 'ärztin'])`),
    becomes: edited([[ROLE, ROLE_CLAIM]], "null-passes"),
  },
  {
    shape: 20,
    about: "IS NULL OR NOT IN",
    body: held("text", ROLE, "v_held is null or v_held not in ('clerk', 'manager')"),
    becomes: edited([[ROLE, ROLE_CLAIM]]),
  },
  {
    shape: 20,
    about: "IS NULL OR NOT IN, with an exception handler that names the state",
    body: `\ndeclare\n  v_role text;\nbegin\n  v_role := coalesce(${ROLE}, ${ROLE_CLAIM});\n  if v_role is null or v_role not in ('chef') then\n    ${RAISE};\n  end if;\n  return 'passed';\nexception\n  when insufficient_privilege then\n    return 'refused: ' || sqlerrm;\nend\n`,
    becomes: edited([[`coalesce(${ROLE}, ${ROLE_CLAIM})`, ROLE_CLAIM]]),
  },
];
