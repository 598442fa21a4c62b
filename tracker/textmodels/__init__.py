"""文本模型: which trained model classifies complaints, from which probability on it may dispatch, and who switched it."""
