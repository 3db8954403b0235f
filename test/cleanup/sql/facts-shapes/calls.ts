import { asked, edited, UNTOUCHED, ORG, ORG_CLAIM, ROLE, type ShapeCase } from "./case.ts";

/** Calls that set the variables, and what stands around them. */
export const CALLS: readonly ShapeCase[] = [
  {
    shape: 1,
    about: "a call that also checks the person stays, without the variables inside it",
    body: "\nbegin\n  perform begin_from_person();\n  insert into entry (desk_id, note) values (p_id, 'ü');\n  return 'written';\nend\n",
    becomes: UNTOUCHED,
  },
  {
    shape: 1,
    about: "a check that sets the variables keeps its check",
    returns: "void",
    body: `
declare
  v_person person%rowtype;
begin
  select * into v_person from person where id = auth.uid();
  if not found or not v_person.active then
    raise exception 'no active person: „%“', auth.uid() using errcode = '42501';
  end if;
  perform set_config('app.actor_id', v_person.id::text, true);
  perform set_config('app.org_id', v_person.org_id::text, true); -- für RLS
  perform set_config('app.role', v_person.role, true);
end
`,
    becomes: edited([
      [
        `  perform set_config('app.actor_id', v_person.id::text, true);
  perform set_config('app.org_id', v_person.org_id::text, true); -- für RLS
  perform set_config('app.role', v_person.role, true);
`,
        "",
      ],
    ]),
  },
  {
    shape: 2,
    about: "a call that also sets a correlation id is asked about",
    body: "\nbegin\n  perform begin_traced(p_actor, p_org, p_role, 'trace-1');\n  return 'x';\nend\n",
    becomes: asked("sets-other-settings"),
  },
  {
    shape: 2,
    about: "the correlation id beside it stays",
    body: "\nbegin\n  perform set_config('app.org_id', p_org::text, true);\n  perform set_config('application_name', 'désk', true);\n  return current_setting('application_name');\nend\n",
    becomes: edited([["  perform set_config('app.org_id', p_org::text, true);\n", ""]]),
  },
  {
    shape: 2,
    about: "NULL for the correlation id sets nothing that is wanted",
    body: "\nbegin\n  perform begin_traced(p_actor, p_org, p_role, null);\n  return 'x';\nend\n",
    becomes: edited([["  perform begin_traced(p_actor, p_org, p_role, null);\n", ""]]),
  },
  {
    shape: 3,
    about: "arguments of the function, and the guard behind them becomes a check",
    takes: "p_actor person.id%type, p_org desk.org_id%type, p_role text, p_id uuid",
    body: `
declare
  v_title desk.title%type;
begin
  perform begin_work(p_actor, p_org, p_role);
  if p_org is distinct from ${ORG} then
    raise exception 'forbidden';
  end if;
  select d.title into v_title from desk d where d.id = p_id;
  return v_title;
end
`,
    becomes: edited(
      [
        ["  perform begin_work(p_actor, p_org, p_role);\n", ""],
        [ORG, ORG_CLAIM],
      ],
      "guard-becomes-real",
    ),
  },
  {
    shape: 13,
    about: "a guard of a local that DECLARE filled, before the call set the variable",
    body: `
declare
  v_org uuid := ${ORG};
begin
  perform begin_work(p_actor, p_org, p_role);
  if p_org is distinct from v_org then
    raise exception 'forbidden';
  end if;
  return 'passed';
end
`,
    becomes: edited(
      [
        ["  perform begin_work(p_actor, p_org, p_role);\n", ""],
        [ORG, ORG_CLAIM],
      ],
      "guard-of-earlier-value",
    ),
  },
  {
    shape: 13,
    about: "a guard of a local that DECLARE of a block behind the call filled",
    body: `
begin
  perform begin_work(p_actor, p_org, p_role);
  declare
    v_org uuid := ${ORG};
  begin
    if p_org is distinct from v_org then
      raise exception 'forbidden';
    end if;
  end;
  return 'passed';
end
`,
    becomes: edited(
      [
        ["  perform begin_work(p_actor, p_org, p_role);\n", ""],
        [ORG, ORG_CLAIM],
      ],
      "guard-becomes-real",
    ),
  },
  {
    shape: 15,
    about: "a guard before the call, which compared with the value that was there",
    body: `
begin
  if p_org is distinct from ${ORG} then
    raise exception 'forbidden';
  end if;
  perform begin_work(p_actor, p_org, p_role);
  return 'passed';
end
`,
    becomes: edited(
      [
        ["  perform begin_work(p_actor, p_org, p_role);\n", ""],
        [ORG, ORG_CLAIM],
      ],
      "guard-of-earlier-value",
    ),
  },
  {
    shape: 15,
    about: "behind the call, a guard that only asks whether there is a value: it compares nothing with itself",
    body: `
begin
  perform begin_work(p_actor, p_org, p_role);
  if ${ORG} is null or ${ROLE} = '' then
    raise exception 'no desk';
  end if;
  return 'passed';
end
`,
    becomes: edited([
      ["  perform begin_work(p_actor, p_org, p_role);\n", ""],
      [ORG, ORG_CLAIM],
      [ROLE, "auth.jwt() -> 'app_metadata' ->> 'role'"],
    ]),
  },
  {
    shape: 3,
    about: "in a block with a label, in a loop, with CRLF",
    body: `
declare
  v_seen text := '';
  v_one record;
begin
  <<each_desk>>
  for v_one in select d.id, d.title from desk d order by d.title loop
    <<inner>>
    begin
      perform begin_work(p_actor, p_org, p_role); -- für jede Zeile
      v_seen := v_seen || v_one.title || '·';
      exit each_desk when v_one.id = p_id;
    end inner;
  end loop each_desk;
  return v_seen;
end
`.replaceAll("\n", "\r\n"),
    becomes: edited([["      perform begin_work(p_actor, p_org, p_role); -- für jede Zeile\r\n", ""]]),
  },
  {
    shape: 3,
    about: "a loop that sets another tenant in each round, by way of a default",
    returns: "void",
    body: `
declare
  v_desk desk;
begin
  for v_desk in select * from desk loop
    declare
      v_org uuid := v_desk.org_id;
    begin
      perform begin_work(p_actor, v_org, p_role);
      insert into entry (note) values (${ORG}::text);
    end;
  end loop;
end
`,
    becomes: asked("set-in-loop"),
  },
  {
    shape: 3,
    about: "a loop over an array of tenants",
    takes: "p_orgs uuid[]",
    returns: "void",
    body: `
declare
  v_org uuid;
begin
  <<tenants>>
  foreach v_org in array p_orgs loop
    perform set_config('app.org_id', v_org::text, true);
    update entry set note = 'ü' where false;
  end loop tenants;
end
`,
    becomes: asked("set-in-loop"),
  },
  {
    shape: 3,
    about: "a loop with a counter sets the same tenant in each round",
    body: `
declare
  v_n integer := 0;
begin
  while v_n < 2 loop
    perform begin_work(p_actor, p_org, p_role);
    v_n := v_n + 1;
  end loop;
  return v_n;
end
`,
    becomes: edited([["    perform begin_work(p_actor, p_org, p_role);\n", ""]]),
  },
  {
    shape: 3,
    about: "several items, all of which set the variables",
    body: "\nbegin\n  perform set_config('app.org_id', p_org::text, true), set_config('app.role', p_role, true);\n  return p_role;\nend\n",
    becomes: edited([
      ["  perform set_config('app.org_id', p_org::text, true), set_config('app.role', p_role, true);\n", ""],
    ]),
  },
  {
    shape: 3,
    about: "several items, some of which set another setting",
    body: "\nbegin\n  perform set_config('app.org_id', p_org::text, true), set_config('app.trace', 'ß', true), /* Rolle */ set_config('app.role', p_role, true);\n  return current_setting('app.trace');\nend\n",
    becomes: edited([
      [
        "perform set_config('app.org_id', p_org::text, true), set_config('app.trace', 'ß', true), /* Rolle */ set_config('app.role', p_role, true);",
        "perform set_config('app.trace', 'ß', true);",
      ],
    ]),
  },
  {
    shape: 4,
    about: "with the schema, names of arguments, and comments in odd places",
    body: `
begin
  PERFORM /* erst */ public . begin_work(
    p_role => p_role, -- wer
    p_org => p_org,
    p_actor => p_actor /* „ich“ */
  );
  return $q$it's; perform public.begin_work(); end$q$;
end
`,
    becomes: edited([
      [
        `  PERFORM /* erst */ public . begin_work(
    p_role => p_role, -- wer
    p_org => p_org,
    p_actor => p_actor /* „ich“ */
  );
`,
        "",
      ],
    ]),
  },
  {
    shape: 4,
    about: "quoted, on the line of another statement",
    body: "\nbegin\n  insert into entry (desk_id, note) values (p_id, 'ä'); perform \"public\".\"begin_work\"(p_actor, p_org, 'é'); return 'z';\nend\n",
    becomes: edited([[' perform "public"."begin_work"(p_actor, p_org, \'é\');', ""]]),
  },
  {
    shape: 4,
    about: "a procedure that is called",
    body: "\nbegin\n  call public.begin_by_call(p_org);\n  return 'c';\nend\n",
    becomes: edited([["  call public.begin_by_call(p_org);\n", ""]]),
  },
  {
    shape: 5,
    about: "in both branches: the IF goes",
    body: "\nbegin\n  if p_role is null then -- ohne Rolle\n    perform begin_work(p_actor, p_org, 'clerk');\n  else\n    perform begin_work(p_actor, p_org, p_role);\n  end if;\n  return 'y';\nend\n",
    becomes: edited([
      [
        "  if p_role is null then -- ohne Rolle\n    perform begin_work(p_actor, p_org, 'clerk');\n  else\n    perform begin_work(p_actor, p_org, p_role);\n  end if;\n",
        "",
      ],
    ]),
  },
  {
    shape: 5,
    about: "alone in one branch",
    body: "\nbegin\n  if p_role = 'clerk' then\n    perform begin_work(p_actor, p_org, p_role);\n  else\n    insert into entry (note) values ('x');\n  end if;\n  return 'y';\nend\n",
    becomes: asked("only-statement-of-branch"),
  },
  {
    shape: 5,
    about: "beside another statement of the branch",
    body: "\nbegin\n  case p_role\n    when 'clerk' then\n      perform begin_work(p_actor, p_org, p_role);\n      insert into entry (note) values ('clerk');\n    else null;\n  end case;\n  return 'y';\nend\n",
    becomes: edited([["      perform begin_work(p_actor, p_org, p_role);\n", ""]]),
  },
  {
    shape: 25,
    about: "the role is looked up for the call, with several targets",
    body: `
declare
  v_role person.role%type;
  v_active boolean;
begin
  select p.role, p.active into v_role, v_active from person p where p.id = p_actor;
  perform begin_work(p_actor, p_org, v_role);
  return 'ready';
end
`,
    becomes: edited([["  perform begin_work(p_actor, p_org, v_role);\n", ""]], "look-up-unused"),
  },
  {
    shape: 25,
    about: "the role that is looked up is used again",
    body: `
declare
  v_role text;
begin
  select p.role into strict v_role from person p where p.id = p_actor;
  perform begin_work(p_actor, p_org, v_role);
  return v_role;
end
`,
    becomes: edited([["  perform begin_work(p_actor, p_org, v_role);\n", ""]]),
  },
  {
    shape: 26,
    about: "WHEN OTHERS around a guard that begins to check",
    body: `
begin
  perform begin_work(p_actor, p_org, p_role);
  if p_role is distinct from ${ROLE} then
    raise exception 'wrong rôle';
  end if;
  return 'fine';
exception
  when others then
    return 'error';
end
`,
    becomes: edited(
      [
        ["  perform begin_work(p_actor, p_org, p_role);\n", ""],
        [ROLE, "auth.jwt() -> 'app_metadata' ->> 'role'"],
      ],
      "guard-becomes-real",
      "others-catches-guard",
    ),
  },
  {
    shape: 26,
    about: "a block of its own that only guards the call",
    body: `
begin
  begin
    perform begin_work(p_actor, p_org, p_role);
  exception when others then
    raise warning 'no context: %', sqlerrm;
  end;
  return 'fine';
end
`,
    becomes: edited([
      [
        `  begin
    perform begin_work(p_actor, p_org, p_role);
  exception when others then
    raise warning 'no context: %', sqlerrm;
  end;
`,
        "",
      ],
    ]),
  },
  {
    shape: 26,
    about: "in a handler, beside GET DIAGNOSTICS",
    body: `
declare
  v_state text;
  v_message text;
begin
  insert into entry (id, note) values (p_id, 'a'), (p_id, 'b');
  return 'no';
exception
  when unique_violation then
    perform begin_work(p_actor, p_org, p_role);
    get stacked diagnostics v_state = returned_sqlstate, v_message = message_text;
    return v_state;
end
`,
    becomes: edited([["    perform begin_work(p_actor, p_org, p_role);\n", ""]]),
  },
  {
    shape: 26,
    about: "a block of its own whose handler answers for a cast in the call",
    takes: "p_actor uuid, p_org text, p_role text, p_id uuid",
    body: `
begin
  begin
    perform begin_work(p_actor, p_org::uuid, p_role);
  exception when invalid_text_representation then
    return 'no such organisation';
  end;
  return 'fine';
end
`,
    becomes: asked("only-statement-of-branch"),
  },
  {
    shape: 28,
    about: "a setter in PL/pgSQL",
    returns: "void",
    body: "\nbegin\n  perform set_config('app.org_id', coalesce(p_org::text, ''), true);\n  perform set_config('app.role', p_role, true);\nend\n",
    becomes: { kind: "setter" },
  },
  {
    shape: 28,
    about: "a setter that calls a setter",
    returns: "void",
    body: "\nbegin\n  -- ältere Fassung\n  perform public.begin_work(p_actor, p_org, p_role);\nend\n",
    becomes: { kind: "setter" },
  },
  {
    shape: 29,
    about: "a setting that holds no tenant is read",
    body: "\ndeclare\n  v_hours integer := coalesce(nullif(current_setting('app.invite_ttl_hours', true), ''), '48')::integer;\nbegin\n  return v_hours::text;\nend\n",
    becomes: UNTOUCHED,
  },
  {
    shape: 29,
    about: "a setting that holds no tenant is set beside one that does",
    body: "\nbegin\n  perform set_config('app.invite_ttl_hours', '72', true);\n  perform begin_work(p_actor, p_org, p_role);\n  return current_setting('app.invite_ttl_hours');\nend\n",
    becomes: edited([["  perform begin_work(p_actor, p_org, p_role);\n", ""]]),
  },
];
