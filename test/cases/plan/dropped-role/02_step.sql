drop owned by temp_role;
drop role temp_role;
