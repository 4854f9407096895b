"""The measured dialogue on engines that one might take instead, each with its state through JSON at every turn."""
