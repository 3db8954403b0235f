select has_function_privilege(to_regprocedure($1), 'execute') as may
