"""Notices 消息: who is told what when a ticket moves; an inbox on the pages and an outbox to gateways."""
