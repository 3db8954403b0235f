alter table papers rename to docs;
