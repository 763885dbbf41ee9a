# Count a TAP stream: prints "passed failed skipped". A wrong or missing plan, a
# bail-out and a bad exit status (-v status=N) each count as a failure.
/^1\.\.[0-9]+/ { split($1, plan_of, /\.\./); plan = plan_of[2]; planned = 1; if (plan == 0) skipped++ }
/^(not )?ok( |$)/ { run++ }
/^ok( |$)/ { if (tolower($0) ~ /# *skip/) skipped++; else passed++ }
/^not ok( |$)/ { if (tolower($0) ~ /# *todo/) skipped++; else failed++ }
/^Bail out!/ { failed++; planned = 1; plan = run }
END {
    if (!planned) failed++
    else if (plan != run) failed += plan > run ? plan - run : run - plan
    if (status != 0 && !failed) failed++
    print passed + 0, failed + 0, skipped + 0
}
