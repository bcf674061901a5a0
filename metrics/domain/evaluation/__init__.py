"""From frozen figures and present ones to a verdict: pure, in the order windows → figures → judging → reasons."""
