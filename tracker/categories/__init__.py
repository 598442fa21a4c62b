"""Categories: what a complaint is about, in two levels, with the right channel for what is not ours."""
