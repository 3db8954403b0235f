alter policy old_name on papers rename to new_name;
alter policy new_name on papers using (org_id = coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid));
