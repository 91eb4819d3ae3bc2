-- Puts a copy of all data beside it, for reset.sql to go back to.
DO $$
DECLARE
    name text;
BEGIN
    CREATE SCHEMA seeded;
    CREATE SCHEMA seeded_numbers;
    CREATE TABLE seeded_numbers.reached AS
        SELECT sequencename AS name, last_value FROM pg_sequences WHERE schemaname = 'public';
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('CREATE TABLE seeded.%1$I AS TABLE public.%1$I', name);
    END LOOP;
END $$;
