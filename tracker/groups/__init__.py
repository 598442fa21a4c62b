"""群体诉求: tickets of many people about one matter, grouped as they come in, and what people changed about that."""
