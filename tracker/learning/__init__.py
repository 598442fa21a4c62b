"""模型与校正: what people corrected becomes training rows; a challenger is trained on them, compared, and switched to by hand."""
