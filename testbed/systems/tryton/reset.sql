-- Goes back to the copy, table by table where it differs, while Tryton is connected: its pool of
-- connections takes minutes to come back to a database that was dropped.
DO $$
DECLARE
    name text;
    differs boolean;
BEGIN
    SET LOCAL session_replication_role = replica;  -- rows may refer to what is not there yet
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'seeded' LOOP
        EXECUTE format(
            'SELECT EXISTS (TABLE public.%1$I EXCEPT ALL TABLE seeded.%1$I)'
            ' OR EXISTS (TABLE seeded.%1$I EXCEPT ALL TABLE public.%1$I)', name) INTO differs;
        IF differs THEN
            EXECUTE format('DELETE FROM public.%I', name);
            EXECUTE format('INSERT INTO public.%1$I SELECT * FROM seeded.%1$I', name);
        END IF;
    END LOOP;
    PERFORM setval(format('public.%I', reached.name), coalesce(last_value, 1), last_value IS NOT NULL)
        FROM seeded_numbers.reached;
END $$;
