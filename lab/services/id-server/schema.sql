-- The tables of the ID server that its API and the service use.
create table users (
  idx serial primary key,
  username text unique,
  name text not null,
  password_digest text,
  preferred_language text not null default 'ko' check (preferred_language in ('ko', 'en')),
  activated boolean not null default true
);
create table student_numbers (
  idx serial primary key,
  student_number text not null unique,
  owner_idx int references users on delete cascade
);
create table email_addresses (
  idx serial primary key,
  -- Null until the address is verified.
  owner_idx int references users on delete cascade,
  address_local text not null,
  address_domain text not null,
  unique (address_local, address_domain)
);
create table groups (
  idx serial primary key,
  owner_group_idx int references groups,
  identifier text not null unique,
  name_ko text not null,
  name_en text not null,
  description_ko text not null,
  description_en text not null
);
-- A member of the supergroup is also a member of the subgroup, through any number of relations.
create table group_relations (
  idx serial primary key,
  supergroup_idx int not null references groups on delete cascade,
  subgroup_idx int not null references groups on delete cascade,
  unique (supergroup_idx, subgroup_idx)
);
-- What the server decides by: each group reaches itself, too. `lab_rebuild_cache` fills it, as the server's own tool does.
create table group_reachable_cache (
  supergroup_idx int not null references groups on delete cascade,
  subgroup_idx int not null references groups on delete cascade,
  unique (supergroup_idx, subgroup_idx)
);
create function lab_rebuild_cache() returns void language sql as $$
  delete from group_reachable_cache;
  with recursive reach (supergroup_idx, subgroup_idx) as (
    select idx, idx from groups
    union select r.supergroup_idx, n.subgroup_idx from reach r join group_relations n on n.supergroup_idx = r.subgroup_idx
  ) insert into group_reachable_cache select * from reach
$$;
create table user_memberships (
  idx serial primary key,
  user_idx int not null references users on delete cascade,
  group_idx int not null references groups on delete cascade,
  unique (user_idx, group_idx)
);
create table pending_user_memberships (
  idx serial primary key,
  user_idx int not null references users on delete cascade,
  group_idx int not null references groups on delete cascade,
  unique (user_idx, group_idx)
);
-- The grants of docs/credentials.md, which a test compares with these.
grant select (idx, username, name, preferred_language) on users to reader;
grant select (idx, owner_idx, address_local, address_domain) on email_addresses to reader;
grant select (idx, identifier) on groups to reader;
grant select (supergroup_idx, subgroup_idx) on group_relations, group_reachable_cache to reader;
grant select (user_idx, group_idx) on user_memberships to reader;
