-- An error of its own where the login may not execute the function.
select system_identifier::text as system from pg_control_system()
