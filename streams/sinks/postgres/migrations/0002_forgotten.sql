-- Records that were erased on purpose: what is left of them is that they are not to be stored again.
create table forgotten (event_id text collate "C" primary key);
