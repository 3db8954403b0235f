select {{userId}} as user_id, max({{changed}}) as changed
  from {{relation}} as {{alias}}
  where ({{user}}) is not null
  group by 1
