"""What Engawa costs, beside a yardstick in the same run: `bin/bench`. Never part of the tests: machines differ, ratios count."""
