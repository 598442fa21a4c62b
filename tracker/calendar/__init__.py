"""Working days (调休 included), deadlines and lights: which day something is due, and why that day."""
