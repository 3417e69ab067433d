"""Corporate actions of a wallet: what the market tells and the book lacks, and what only a person tells."""
