-- The four roles of an installation on PostgreSQL, and its database in the hands
-- of the one that owns the tables. By an administrator of the cluster, as often
-- as liked, in the database of the installation:
--   psql -v owner=... -v application=... -v supplier=... -v sealer=... -f roles.sql
-- with a password for each. What each may do, sicrwydd migrate says.
\set ON_ERROR_STOP on
SELECT format('CREATE ROLE %I LOGIN', name)
  FROM unnest(ARRAY['sicrwydd_owner', 'sicrwydd_application', 'sicrwydd_supplier', 'sicrwydd_sealer']) name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE sicrwydd_owner PASSWORD :'owner';
ALTER ROLE sicrwydd_application PASSWORD :'application';
ALTER ROLE sicrwydd_supplier PASSWORD :'supplier';
ALTER ROLE sicrwydd_sealer PASSWORD :'sealer';
ALTER DATABASE :"DBNAME" OWNER TO sicrwydd_owner;
