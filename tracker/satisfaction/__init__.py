"""Satisfaction 满意度: call-backs, one-time rating links, rework, and appeals."""
