create policy org_files on storage.objects for select to authenticated
  using (bucket_id = 'files' and (storage.foldername(name))[1] = coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid)::text);
